//! What is asked of the places in which containers' bytes live.

use super::*;
use crate::lesson::{AskedPlace, HomeKind};
use crate::survival::{Fate, Place as At, Survival};
use crate::trace::{Home, Outcome};

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
        self.foretold.insert(one.question.clone(), stays);
        if self.foretold.len() > REMEMBERED {
            self.foretold.pop_first();
        }
    }

    /// What the operation at the cursor stops or deletes, as it was before, and what has come of it so far.
    pub(super) fn look_what_survives(&mut self) {
        let known = self.survival.take();
        let position = self.cursor.position();
        let is_over = |op: &OpId| self.world.ops.get(op).filter(|state| state.op.request.is_empty());
        let mut ops: Vec<_> = self.trace.ops().take_while(|(_, seq)| *seq <= position).collect();
        // What nobody asked for – a program ended, say – comes between without being another matter; but `--rm` deletes so.
        while let Some((id, _)) = ops.last()
            && is_over(id).is_some_and(|state| state.op.kind != OpKind::ContainerRemove)
        {
            ops.pop();
        }
        let Some(last) = ops.last().and_then(|(id, _)| self.world.ops.get(id)) else { return };
        // `prune` is one operation for each that it deletes.
        let of_one = |id: &OpId| {
            let state = self.world.ops.get(id);
            state.is_some_and(|it| (it.op.kind, &it.op.request) == (last.op.kind, &last.op.request))
        };
        let Some((first, seq)) = ops.iter().rev().take_while(|(id, _)| of_one(id)).last() else { return };
        let survival = match known.filter(|known| known.survival.op.id == *first) {
            Some(known) => Some(known.survival),
            None => self.world.ops.get(first).and_then(|it| Survival::of(&it.op, &self.trace.seek(seq - 1))),
        };
        let begins = last.op.id == *first && last.took == 0;
        let over = |survival: &Survival| match last.op.id == *first {
            true => survival.outcome(&self.world).cloned(),
            false => last.outcome.clone(),
        };
        self.survival = survival.map(|survival| Survivors { outcome: over(&survival), survival, begins });
    }

    /// The picture in which there is something to predict, or in which it is marked.
    pub(super) fn tab_of_survivors(&self) -> Option<Tab> {
        let Survivors { begins, outcome, .. } = self.survival.as_ref()?;
        let marked = || self.survivors().iter().any(|one| one.right.is_some());
        (*begins && outcome.is_none() || marked()).then_some(Tab::Storage)
    }

    fn survivors(&self) -> Vec<AskedPlace> {
        let Some(Survivors { survival, outcome, .. }) = &self.survival else { return Vec::new() };
        let asked = survival.places.iter().enumerate().map(|(nth, fate)| {
            let question = format!("{} {nth}", survival.op.id);
            let predicted = self.foretold.get(&question).copied();
            let there = fate.place.is_there(&self.world);
            let over = match outcome {
                None | Some(Outcome::Cancelled) => false,
                // Of several that `prune` deletes the others have not come yet.
                Some(_) => survival.places.len() == 1 || there == Some(fate.stays) || !is_volume(&fate.place),
            };
            let right = predicted.filter(|_| over).and_then(|stays| Some(Some(stays) == Some(there?)));
            asked_place(fate, question, predicted, right, outcome.is_none() && there == Some(true))
        });
        asked.filter(|one| one.open || one.predicted.is_some()).collect()
    }
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
