//! What an earlier engine left is undone when the next one starts.

use super::*;
use crate::engine::evidence;
use crate::i18n::{Lang, Words};
use crate::trace::{Code, Plan, Problem, StepKind};
use std::path::Path;

/// Undoes what an earlier engine left, latest first. What cannot be undone stays in the journal and is said.
pub fn recover(conductor: &Arc<Conductor>) -> Result<()> {
    let journal = conductor.journal();
    let (pending, refused) = (journal.pending(None), journal.refused());
    if pending.is_empty() && refused.is_empty() {
        return Ok(());
    }
    let path = journal.path();
    conductor.operate(OpKind::Recover, pending.len(), "", &Cancel::new(), |cx| {
        for refused in refused {
            let (problem, line) = refusal(&refused, journal);
            tracing::warn!("{}", Words::new(Lang::En).problem(&problem));
            cx.observe(Change::Remark(problem), vec![stands(&path, &line)]);
        }
        for (entry, inverse) in pending {
            let (subject, call) = journal.words(&inverse);
            let plan = Plan::new(StepKind::Recover, subject).call(&call);
            let result = cx.step(plan, |cx| {
                if journal.undo(&inverse)? == Undone::Gone {
                    let line = inverse.to_string();
                    cx.not_made(&call, Why::Gone, vec![stands(&path, &line)]);
                }
                cx.undone(entry)
            });
            if let Err(fault) = result {
                let problem = Problem::new(Code::RecoverFailed).with("what", &call).with("reason", &fault);
                let line = inverse.to_string();
                cx.observe(Change::Remark(problem), vec![stands(&path, &line)]);
            }
        }
        Ok(())
    })
}

/// The lines of the journal that hold this, as they stand there.
fn stands(journal: &Path, line: &str) -> Evidence {
    let read = evidence::read(journal);
    read.map_or_else(|unread| unread.evidence, |text| text.lines(|known| known.contains(line.trim_end())))
}

/// Why something in the journal is not done, and how it stands there.
fn refusal(refused: &Refused, journal: &Journal) -> (Problem, String) {
    let path = journal.path();
    match refused {
        Refused::Foreign(inverse) => {
            let problem = Problem::new(Code::JournalEntryForeign).with("journal", path.display());
            (problem.with("what", journal.words(inverse).1), inverse.to_string())
        }
        Refused::Unreadable { line, text } => {
            let problem = Problem::new(Code::JournalLineUnreadable).with("journal", path.display());
            (problem.with("line", line), text.clone())
        }
    }
}
