//! What is asked of the places in which containers' bytes live.

use super::*;
use crate::lesson::AskedPlace;

impl WindowState {
    /// What the lesson's page asks of them, where it is read.
    pub fn asked_places(&self) -> Vec<AskedPlace> {
        let course = self.course.as_ref().filter(|course| !course.is_ended());
        let course = course.filter(|_| self.place() != Some(Place::Passed));
        let mut asked = course.map(|course| course.runner().asked_places()).unwrap_or_default();
        // Before the page rests nobody is asked.
        asked.retain(|one| !one.open || self.place() == Some(Place::Here));
        asked
    }
}
