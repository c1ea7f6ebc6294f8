//! A lesson is taken up where it was left. A recording is looked at from there; on an engine, whose containers are gone, the pages
//! before are done again by the same next action that did them first.

use super::*;
use crate::ui::progress::{Prediction, Taken};

impl WindowState {
    /// Takes the lesson up at the page that was reached before.
    pub(super) fn take_up(&mut self) {
        let live = self.is_live();
        let Some(course) = &mut self.course else { return };
        let taken = self.progress.of(&course.lesson().folder).filter(|taken| taken.page > 0).cloned();
        let Some(taken) = taken.filter(|taken| taken.page < course.lesson().script.steps.len()) else { return };
        // What was finished is begun anew: nobody waits for all of it to be done once more.
        if live && taken.done && taken.page + 1 == course.lesson().script.steps.len() {
            let folder = course.lesson().folder.clone();
            self.progress.again(&folder);
            return;
        }
        let kept = taken.predictions.iter().filter_map(|one| Some(((&*one.step, &*one.question), one.choice?)));
        course.restore(kept.map(|((step, question), choice)| ((step.to_owned(), question.to_owned()), choice)));
        if live {
            self.forward_to = Some(taken.page);
            return;
        }
        // Each page is looked at where it rests, so that its goals are reached and its predictions answered.
        for number in 0..=taken.page {
            let Some(course) = &mut self.course else { return };
            course.go_to(number);
            if let Some(rest) = course.rest() {
                self.cursor.seek(&self.trace, rest);
                self.refresh();
                self.look();
            }
        }
        self.attend();
    }

    /// The pages before are being done again.
    pub fn is_taking_up(&self) -> bool {
        self.forward_to.is_some()
    }

    /// One action more towards the page at which the lesson is taken up.
    pub(super) fn forward(&mut self) -> Option<Effect> {
        let target = self.forward_to?;
        if !self.caught_up {
            return None;
        }
        let Some(course) = &self.course else {
            self.forward_to = None;
            return None;
        };
        let (number, begun) = (course.runner().progress().step, course.has_begun());
        if number >= target {
            self.forward_to = None;
            return None;
        }
        if matches!(self.place(), Some(Place::Here | Place::Passed)) {
            return self.turn_and_go_on(number + 1);
        }
        match self.mover() {
            // It was begun, and its goals are not reached yet.
            Mover::Run(_) | Mover::Type(_) if begun => None,
            Mover::Type(_) if !self.can_type() => None,
            Mover::Run(_) | Mover::Type(_) | Mover::GoOn(_) => self.onward(),
            Mover::Wait => None,
            _ => {
                self.forward_to = None;
                None
            }
        }
    }

    /// A shell that has not printed its prompt yet may throw away what is typed before.
    fn can_type(&self) -> bool {
        let Some(course) = &self.course else { return false };
        match &course.runner().step().terminal {
            Some(terminal @ crate::lesson::Terminal::Container(_)) => course.has_printed(terminal),
            _ => true,
        }
    }

    /// Notes how far the lesson is.
    pub(super) fn note_progress(&mut self) {
        let Some(course) = &self.course else { return };
        let folder = &course.lesson().folder;
        let before = self.progress.of(folder).cloned().unwrap_or_default();
        let number = course.runner().progress().step;
        let there = matches!(self.place(), Some(Place::Here | Place::Passed));
        let page = if there { before.page.max(number) } else { before.page };
        // While the pages before are done again, what was predicted at later ones stays.
        let mut predictions = before.predictions;
        for (step, question, choice, right) in course.runner().predictions() {
            let one = Prediction { step: step.to_owned(), question: question.to_owned(), choice, right };
            match predictions.iter_mut().find(|kept| kept.step == step && kept.question == question) {
                Some(kept) => *kept = one,
                None => predictions.push(one),
            }
        }
        if page == 0 && predictions.is_empty() && !before.done {
            return;
        }
        let done = before.done || course.is_ended();
        let taken = Taken { page, of: course.lesson().script.steps.len(), done, predictions };
        self.progress.note(&folder.clone(), taken);
    }
}
