//! Programs in terminals: the learner's own, and a lesson's.

use super::*;
use crate::client::place;
use crate::trace::{Code, StepKind};
use crate::ui::terminal::TerminalCommand;

impl EffectRunner {
    pub(super) fn terminal(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        terminals: &mut Terminals,
        command: TerminalCommand,
    ) {
        match command {
            TerminalCommand::Focus => {
                let focused = ctx.memory(|memory| memory.focused());
                match focused {
                    Some(id) if terminals.open => ctx.memory_mut(|memory| memory.surrender_focus(id)),
                    _ => (terminals.open, terminals.take_focus) = (true, true),
                }
            }
            TerminalCommand::Dock => terminals.open = !terminals.open,
            TerminalCommand::Place => terminals.side = !terminals.side,
            TerminalCommand::Field => {
                terminals.to_field = state.is_live();
                terminals.open |= state.presenter;
            }
            TerminalCommand::Run(line) => {
                let before = terminals.list().len();
                self.run(ctx, state, terminals, &line);
                if terminals.list().len() > before {
                    terminals.last_is_of_field();
                }
            }
            TerminalCommand::HostShell => {
                self.run(ctx, state, terminals, "host");
                terminals.keys_when_ready();
            }
            TerminalCommand::Show(number) => {
                (terminals.current, terminals.open, terminals.take_focus) = (number, true, true);
            }
            TerminalCommand::Close(number) => terminals.close(number),
        }
    }

    /// Runs a command line in a new terminal, with this program.
    fn run(&mut self, ctx: &Context, state: &mut WindowState, terminals: &mut Terminals, line: &str) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new(Code::TerminalNoEngine));
            return;
        };
        let words = match terminals.field.understand(line) {
            Ok(words) => words,
            Err(problem) => return fail(state, &problem),
        };
        let program = match std::env::current_exe() {
            Ok(program) => program.display().to_string(),
            Err(error) => {
                let problem = Problem::new(Code::TerminalNotStarted).with("command", line).with("reason", error);
                fail(state, &problem);
                return;
            }
        };
        let argv: Vec<String> = std::iter::once(program).chain(words).collect();
        let title = if line == "host" { state.words().say("dock-host-name") } else { line.trim().to_owned() };
        unfocus(ctx);
        if line != "host" {
            terminals.field.ran(line);
        }
        if let Err(problem) = terminals.run(&title, &argv, &socket, state.lang, waker(ctx)) {
            fail(state, &problem);
        }
    }

    pub(super) fn run_for(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        terminals: &mut Terminals,
        line: &str,
        until: Option<StepKind>,
    ) {
        let line = match self.with_bind(state, line) {
            Ok(line) => line,
            Err(problem) => return fail(state, &problem),
        };
        if let (Some(kind), Some(link)) = (until, &self.link) {
            link.order(GateCommand::RunTo { kind });
        }
        let before = terminals.list().len();
        self.run(ctx, state, terminals, &line);
        match terminals.list().len() > before {
            true => terminals.last_is_for_lesson(),
            false => state.nothing_came_of_it(),
        }
    }

    /// Replaces `{{bind}}` by a directory made for the lesson.
    fn with_bind(&mut self, state: &WindowState, line: &str) -> Result<String, Problem> {
        let (Some(course), Some(host)) = (&state.course, &state.world().host) else { return Ok(line.to_owned()) };
        if !line.contains("{{bind}}") {
            return Ok(line.to_owned());
        }
        let lesson = course.lesson();
        let dir = place::lesson_bind(&lesson::bind_directory(&host.root, lesson), &lesson.script.id)?;
        Ok(line.replace("{{bind}}", &dir))
    }

    pub(super) fn type_into(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        terminals: &mut Terminals,
        terminal: &lesson::Terminal,
        text: &str,
    ) {
        let host = state.words().say("dock-host-name");
        // What it brings about goes on to where the lesson's step rests.
        let until = state.course.as_ref().and_then(|course| course.runner().step().stop_at);
        if let (Some(kind), Some(link)) = (until, &self.link) {
            link.order(GateCommand::RunTo { kind });
        }
        if terminals.running(terminal, &host).is_none() && *terminal == lesson::Terminal::Host {
            self.run(ctx, state, terminals, "host");
        }
        match terminals.running(terminal, &host) {
            Some(number) => {
                // The lesson types, not the learner: the next key is the lesson's next action, unless the terminal is clicked.
                (terminals.current, terminals.open) = (number, true);
                if let (Some(shown), Ok(text)) = (terminals.shown(), self.with_bind(state, text)) {
                    shown.write(text.replace('\n', "\r").as_bytes());
                }
            }
            None => {
                fail(state, &Problem::new(Code::TerminalNone));
                state.nothing_came_of_it();
            }
        }
    }
}
