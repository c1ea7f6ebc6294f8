//! What is asked of the places in which containers' bytes live.

use super::*;
use crate::lesson::{AskedPlace, HomeKind};
use crate::survival::{Fate, Place as At, Survival};
use crate::trace::{Home, Op, Outcome};

/// What would say which places stay, while that is asked: what homes say of themselves, and steps of what they do.
const SAID_BY: [&str; 14] = [
    "scene-table-stop-stays",
    "scene-table-stop-goes",
    "scene-table-rm-stays",
    "scene-table-rm-goes",
    "scene-home-upper-fate",
    "scene-home-volume-fate",
    "scene-home-anonymous-fate",
    "scene-home-bind-fate",
    "scene-home-tmpfs-fate",
    "scene-kept",
    "step-remove-container-why",
    "step-remove-directory-why",
    "step-unmount-why",
    "step-tear-down-why",
];

/// How many predictions are remembered.
const REMEMBERED: usize = 256;

/// What is being stopped or deleted at the cursor, or was last.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Survivors {
    survival: Survival,
    /// What came of it; none while it is under way.
    outcome: Option<Outcome>,
    /// It has not done anything yet.
    begins: bool,
    /// By which what was predicted is judged.
    judged: World,
}

impl WindowState {
    /// What is asked of them: by the lesson's page, where it is read; where there is no lesson, by what is being stopped or deleted.
    pub fn asked_places(&self) -> Vec<AskedPlace> {
        let Some(course) = self.course.as_ref().filter(|course| !course.is_ended()) else {
            return self.survivors();
        };
        let is_read = self.place() != Some(Place::Passed);
        let mut asked = if is_read { course.runner().asked_places() } else { Vec::new() };
        // Before the page rests nobody is asked.
        asked.retain(|one| !one.open || self.place() == Some(Place::Here));
        asked
    }

    /// A choice in the picture: it is there afterwards, or not.
    pub fn predicts(&self, question: String, stays: bool) -> Command {
        match self.course.as_ref().filter(|course| !course.is_ended()) {
            // The first choice is yes.
            Some(_) => LessonCommand::Predict(question, usize::from(!stays)).into(),
            None => ViewCommand::Survives(question, stays).into(),
        }
    }

    pub(super) fn foretell(&mut self, question: &str, stays: bool) {
        let asked = self.survivors();
        let Some(one) = asked.iter().find(|one| one.question == question && one.open) else { return };
        let Some(key) = key(&one.question) else { return };
        self.foretold.insert(key, stays);
        if self.foretold.len() > REMEMBERED {
            self.foretold.pop_first();
        }
    }

    /// What the operation at the cursor stops or deletes, as it was before, and what has come of it so far. Where it has only begun, what
    /// was predicted of the one before is marked still, by what was true when that had ended.
    pub(super) fn look_what_survives(&mut self) {
        let known = std::mem::take(&mut self.survival);
        // A lesson asks by itself.
        if self.course.as_ref().is_some_and(|course| !course.is_ended()) {
            return;
        }
        let position = self.cursor.position();
        let mut ops: Vec<_> = self.trace.ops().take_while(|(_, seq)| *seq <= position).collect();
        let all = ops.clone();
        let Some(now) = self.last_of(&mut ops, &known) else { return };
        let begins = now.begins && now.outcome.is_none();
        let began = all.iter().find(|(id, _)| *id == now.survival.op.id).map_or(0, |(_, seq)| *seq);
        let before = if begins { self.last_of(&mut ops, &known) } else { None };
        let judged = |it: Survivors| Survivors { judged: self.trace.seek(began.saturating_sub(1)), ..it };
        let before = before.filter(|it| self.has_foretold(&it.survival)).map(judged);
        self.survival = before.into_iter().chain([now]).collect();
    }

    fn has_foretold(&self, survival: &Survival) -> bool {
        self.foretold.keys().any(|(op, _)| *op == survival.op.id)
    }

    /// Of the last of these that somebody asked for, which are taken away.
    fn last_of(&self, ops: &mut Vec<(OpId, u64)>, known: &[Survivors]) -> Option<Survivors> {
        let of = |id: &OpId| self.world.ops.get(id);
        // What nobody asked for – a program ended, say – comes between without being another matter; but `--rm` deletes so, where it
        // was not stopped by somebody.
        let asked = ops.iter().rev().find_map(|(id, _)| of(id).filter(|it| !it.op.request.is_empty()));
        let stopped = asked.filter(|it| it.op.kind == OpKind::ContainerStop).map(|it| &it.op.subject);
        let deletes = |op: &Op| op.kind == OpKind::ContainerRemove && stopped != Some(&op.subject);
        let by_itself = |id: &OpId| of(id).is_some_and(|it| it.op.request.is_empty() && !deletes(&it.op));
        while ops.pop_if(|(id, _)| by_itself(id)).is_some() {}
        let (id, mut seq) = ops.pop()?;
        let (last, mut first) = (of(&id)?, id);
        // `prune` is one operation for each that it deletes, and `rm -f` stops before it deletes.
        let part = |op: &Op| {
            let kinds = (op.kind, last.op.kind);
            let stops = kinds == (OpKind::ContainerStop, OpKind::ContainerRemove) && op.subject == last.op.subject;
            op.request == last.op.request && (op.kind == last.op.kind || stops)
        };
        loop {
            let Some((earlier, began)) = ops.pop_if(|(id, _)| of(id).is_some_and(|it| part(&it.op))) else {
                let between = |id: &OpId| of(id).is_some_and(|it| it.op.kind == OpKind::ContainerExit);
                let goes_on = ops.iter().rev().find(|(id, _)| !between(id)).and_then(|(id, _)| of(id));
                let Some(_) = goes_on.filter(|it| part(&it.op)) else { break };
                while ops.pop_if(|(id, _)| between(id)).is_some() {}
                continue;
            };
            (first, seq) = (earlier, began);
        }
        let survival = match known.iter().find(|known| known.survival.op.id == first) {
            Some(known) => known.survival.clone(),
            None => Survival::of(&of(&first)?.op, || self.trace.seek(seq - 1))?,
        };
        let alone = last.op.id == first;
        let outcome = if alone { survival.outcome(&self.world).cloned() } else { last.outcome.clone() };
        let judged = self.world.clone();
        Some(Survivors { survival, outcome, begins: alone && last.took == 0, judged })
    }

    /// The picture in which there is something to predict, or in which it is marked.
    pub(super) fn tab_of_survivors(&self) -> Option<Tab> {
        let Survivors { begins, outcome, .. } = self.survival.last()?;
        let marked = || self.survivors().iter().any(|one| one.right.is_some());
        (*begins && outcome.is_none() || marked()).then_some(Tab::Storage)
    }

    /// What is not said before the operation has done anything.
    pub(super) fn veiled_by_survivors(&self) -> Vec<(&'static str, Veil)> {
        let asks = self.survival.last().is_some_and(|it| it.begins && it.outcome.is_none());
        if !asks || self.course.as_ref().is_some_and(|course| !course.is_ended()) {
            return Vec::new();
        }
        let predicted = self.survivors().iter().all(|one| one.predicted.is_some());
        let veil = if predicted { Veil::Predicted } else { Veil::Asked };
        SAID_BY.map(|key| (key, veil)).to_vec()
    }

    fn survivors(&self) -> Vec<AskedPlace> {
        let Some((now, before)) = self.survival.split_last() else { return Vec::new() };
        let now = self.survivors_of(now, true);
        // What is asked anew has no mark of before beside it.
        let is_asked =
            |one: &AskedPlace| now.iter().any(|it| (it.kind, &it.title, &it.home) == (one.kind, &one.title, &one.home));
        let before = before.iter().flat_map(|it| self.survivors_of(it, false)).filter(|one| !is_asked(one));
        before.collect::<Vec<_>>().into_iter().chain(now.clone()).collect()
    }

    fn survivors_of(&self, it: &Survivors, is_now: bool) -> Vec<AskedPlace> {
        let Survivors { survival, outcome, begins, judged } = it;
        let asked = survival.places.iter().enumerate().map(|(nth, fate)| {
            let predicted = self.foretold.get(&(survival.op.id, nth)).copied();
            let there = fate.place.is_there(judged);
            let over = match outcome {
                None | Some(Outcome::Cancelled) => false,
                // Of several that `prune` deletes the others have not come yet.
                Some(_) => survival.places.len() == 1 || there == Some(fate.stays) || !is_volume(&fate.place),
            };
            let right = predicted.filter(|_| over).and_then(|stays| Some(Some(stays) == Some(there?)));
            // Once something was done the answer may be seen.
            let open = is_now && *begins && outcome.is_none();
            asked_place(fate, format!("{} {nth}", survival.op.id), predicted, right, open)
        });
        asked.filter(|one| one.open || one.predicted.is_some() && (is_now || one.right.is_some())).collect()
    }
}

/// Of which operation, and which of its places.
fn key(question: &str) -> Option<(OpId, usize)> {
    let (op, nth) = question.split_once(' ')?;
    Some((op.parse().ok()?, nth.parse().ok()?))
}

fn is_volume(place: &At) -> bool {
    matches!(place, At::Home(Home::Volume { .. }))
}

fn asked_place(fate: &Fate, question: String, predicted: Option<bool>, right: Option<bool>, open: bool) -> AskedPlace {
    let (title, nobody) = (fate.name.clone(), String::new());
    let (kind, home, container, volume) = match &fate.place {
        At::Upper(_) => (HomeKind::Upper, None, title.clone(), nobody),
        At::Home(home) => match home {
            Home::Volume { .. } => (HomeKind::Volume, Some(home.clone()), nobody, title.clone()),
            Home::Bind { .. } => (HomeKind::Bind, Some(home.clone()), nobody.clone(), nobody),
            Home::Tmpfs { .. } => (HomeKind::Tmpfs, Some(home.clone()), nobody.clone(), nobody),
        },
    };
    AskedPlace { question, kind, container, volume, home, title, predicted, right, open }
}
