//! A lesson walked without painting what lies between its stops: what a click would do is told to the state, and only where the
//! lesson rests is a frame painted and looked at.

use crate::common::{Window, app, app_mut};
use dockwalk::ui::command::LessonCommand;
use dockwalk::ui::state::{Mover, WindowState};
use std::time::Duration;

/// More stops than any lesson has.
const MOST: usize = 400;

/// The next action, and what plays comes to its end. Questions get that choice.
fn onward(state: &mut WindowState, choice: usize) {
    let command = match state.mover() {
        Mover::Predict(id) if state.asks.as_ref() == Some(&id) => LessonCommand::Predict(id, choice),
        _ => LessonCommand::Onward,
    };
    // What is wanted of the world outside – keep how far it was taken – is not what the walk is about.
    drop(state.apply(command.into()));
    for _ in 0..20_000 {
        if state.mover() != Mover::Wait {
            return;
        }
        drop(state.tick(Duration::from_secs(1)));
    }
    panic!("it plays for ever: {:?}", state.cursor);
}

/// Shows each stop of the lesson, to its end page. Returns how many it showed.
pub fn each_rest(state: &mut WindowState, mut look: impl FnMut(&WindowState)) -> usize {
    for stop in 0..MOST {
        look(state);
        if state.course.as_ref().expect("a lesson").is_ended() {
            return stop + 1;
        }
        onward(state, 1);
    }
    panic!("the lesson has no end");
}

/// The same in the window, each stop in one frame.
pub fn each_stop(window: &mut Window, mut look: impl FnMut(&Window)) -> usize {
    for stop in 0..MOST {
        window.run_steps(1);
        look(window);
        if app(window).state.course.as_ref().expect("a lesson").is_ended() {
            return stop + 1;
        }
        onward(&mut app_mut(window).state, 1);
    }
    panic!("the lesson has no end");
}
