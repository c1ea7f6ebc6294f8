//! Commands find the area whose they are.

use super::*;

impl WindowState {
    /// Does what the user wants; what reaches beyond the window's data is returned.
    pub fn apply(&mut self, command: Command) -> Option<Effect> {
        let by = match &command {
            Command::Playback(PlaybackCommand::Gate) => By::Click,
            Command::Lesson(_) => By::Lesson,
            _ if self.is_held_by_lesson() => By::Lesson,
            _ => By::Window,
        };
        let effect = match command {
            Command::Playback(command) => self.play(command),
            Command::View(command) => self.view(command),
            Command::Files(command) => self.inspector(command),
            Command::Path(command) => self.path(command),
            Command::Source(command) => self.source(command),
            Command::Lesson(command) => self.teach(command),
            Command::Terminal(command) => Some(Effect::Terminal(command)),
            Command::Breaking(command) => Some(Effect::Breaking(command)),
            Command::Isolation(command) => Some(Effect::Isolation(command)),
            Command::Reaching(command) => self.reaching(command),
        };
        self.refresh();
        match &effect {
            Some(Effect::Gate(order)) => self.tells_gate(by, order),
            Some(Effect::RunFor { until: Some(kind), .. }) => self.tells_gate(by, &GateCommand::RunTo { kind: *kind }),
            _ => {}
        }
        effect
    }
}
