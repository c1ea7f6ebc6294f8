//! How commands change the window's state.

use super::files::inspect;
use super::*;

impl WindowState {
    /// From now on in that language, with what is on the screen.
    fn speak(&mut self, lang: Lang) {
        self.lang = lang;
        let words = self.words();
        if let Some(notice) = &mut self.notice
            && let Some(problem) = &notice.problem
        {
            notice.text = Notice::text(&words, problem);
        }
    }

    /// Does what the user wants; what reaches beyond the window's data is returned.
    pub fn apply(&mut self, command: Command) -> Option<Effect> {
        let effect = self.change(command);
        self.refresh();
        effect
    }

    fn change(&mut self, command: Command) -> Option<Effect> {
        use Command as C;
        let engine = self.steps_the_engine();
        match command {
            C::Step | C::Over | C::Out | C::Continue | C::RunTo(_) if engine => {
                self.cursor.jump_to_live(&self.trace);
                return Some(Effect::Gate(command));
            }
            C::Into => {
                self.cursor.set_level(finer(self.cursor.level()));
                if engine {
                    self.cursor.jump_to_live(&self.trace);
                    return Some(Effect::Gate(C::Step));
                }
                self.cursor.step(&self.trace);
            }
            C::Step => drop(self.cursor.step(&self.trace)),
            C::Back => drop(self.cursor.back(&self.trace)),
            C::Over => drop(self.cursor.over(&self.trace)),
            C::Out => drop(self.cursor.out(&self.trace)),
            C::Continue => drop(self.cursor.run(&self.trace)),
            C::RunTo(kind) => drop(self.cursor.run_to(&self.trace, kind)),
            C::RunToSame => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                return self.change(C::RunTo(kind));
            }
            C::Home => drop(self.cursor.seek(&self.trace, 0)),
            C::End => drop(self.cursor.seek(&self.trace, u64::MAX)),
            C::Live => self.cursor.jump_to_live(&self.trace),
            C::Seek(position) => drop(self.cursor.seek(&self.trace, position)),
            C::PlayPause => self.play_or_pause(),
            C::Speed(faster) => self.change_speed(faster),
            C::Loop => {
                self.looped = !self.looped;
                if self.cursor.playback().is_some() {
                    self.cursor.play(Direction::Forward, self.speed, self.looped);
                }
            }
            C::Level(level) => {
                self.cursor.set_level(level);
                return engine.then_some(Effect::Gate(C::Level(level)));
            }
            C::Breakpoint(kind) => return self.toggle_breakpoint(kind),
            C::BreakpointHere => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                return self.toggle_breakpoint(kind);
            }
            C::Select(entity) => self.selection = entity,
            C::Tab(index) => {
                self.tab = Tab::ALL.get(index).copied().unwrap_or(self.tab);
                self.follow = false;
                self.files.shown = false;
            }
            C::NextTab(forward) => self.next_tab(forward),
            C::Files => return self.show_files(),
            C::Inspect(act) => return inspect(self.files.apply(act)),
            C::LoadDialog if self.is_live() => return self.ask(Ask::Load),
            C::SaveImageDialog if self.files.image().is_some() => return self.ask(Ask::SaveImage),
            C::ExportFilesDialog if self.files.can_export() => return self.ask(Ask::ExportFiles),
            C::LoadDialog | C::SaveImageDialog | C::ExportFilesDialog => {}
            C::Load(path) => {
                self.overlay = None;
                return inspect(self.files.load(path));
            }
            C::SaveImage(path) => {
                self.overlay = None;
                return inspect(self.files.save(path));
            }
            C::ExportFiles(path) => {
                self.overlay = None;
                return inspect(self.files.write(path));
            }
            C::Follow => {
                self.follow = !self.follow;
                // The next refresh shows the diagram of the present step.
                self.shown = None;
            }
            C::Language(lang) => self.speak(lang),
            C::OtherLanguage => self.speak(if self.lang == Lang::Ko { Lang::En } else { Lang::Ko }),
            C::OtherTheme => self.dark = !self.dark,
            C::Presenter => self.presenter = !self.presenter,
            C::Help => self.toggle(Overlay::Help),
            C::Steps => self.toggle(Overlay::Steps),
            C::Escape => return self.escape(),
            C::StartPage => {
                *self = self.emptied();
                return Some(Effect::Disconnect);
            }
            C::Open(path) => {
                self.overlay = None;
                self.course = None;
                self.origin = Origin::Reading(path.clone());
                return Some(Effect::Read(path));
            }
            C::StartEngine => return self.connect(false),
            C::StartPrivileged => return self.connect(true),
            C::OpenDialog => return self.ask(Ask::Open),
            C::SaveDialog if self.has_trace() => return self.ask(Ask::Save),
            C::ExportDialog if self.has_trace() => return self.ask(Ask::Export),
            C::SaveDialog | C::ExportDialog => {}
            C::Browse(ask) => return Some(Effect::Browse(ask)),
            C::Save(path) => {
                self.overlay = None;
                return Some(Effect::Save(path));
            }
            C::Export(path) => {
                self.overlay = None;
                return Some(Effect::Export(path));
            }
            C::Lesson(folder) => return Some(Effect::Lesson(folder)),
            C::LessonOn(folder, path) => return Some(Effect::LessonOn(folder, path)),
            C::LessonRecording => return Some(Effect::LessonRecording),
            C::LessonGo(_) | C::LessonRun | C::LessonType | C::LessonGoOn | C::Predict(..) | C::Tell(_) => {
                return self.teach(command);
            }
            C::Dock => return Some(Effect::Dock),
            C::Terminal => return Some(Effect::Terminal),
            C::Run(line) => return Some(Effect::Run(line)),
            C::Damage(digest) => return Some(Effect::Damage(digest)),
            C::Mend(digest) => return Some(Effect::Mend(digest)),
            C::HostShell => return Some(Effect::HostShell),
            C::ShowTerminal(number) => return Some(Effect::ShowTerminal(number)),
            C::CloseTerminal(number) => return Some(Effect::CloseTerminal(number)),
            C::Copy(text) => return Some(Effect::Copy(text)),
        }
        None
    }

    fn connect(&mut self, privileged: bool) -> Option<Effect> {
        self.origin = Origin::Connecting;
        Some(Effect::Connect { privileged })
    }

    fn ask(&mut self, ask: Ask) -> Option<Effect> {
        self.overlay = Some(Overlay::Ask(ask));
        Some(Effect::Asking(ask))
    }

    fn teach(&mut self, command: Command) -> Option<Effect> {
        let live = self.is_live();
        let course = self.course.as_mut()?;
        let step = course.runner().step().clone();
        match command {
            Command::LessonGo(number) => {
                let before = number.checked_sub(1).filter(|_| !live);
                let begins = before.map_or(0, |before| {
                    course.go_to(before);
                    course.rest().unwrap_or(0)
                });
                course.go_to(number);
                if !live {
                    self.until = None;
                    self.cursor.seek(&self.trace, begins);
                }
                self.refresh();
                self.look();
                self.attend();
            }
            Command::Predict(question, choice) => course.predict(&question, choice),
            Command::Tell(question) => course.tell(&question, &self.world),
            Command::LessonRun | Command::LessonType | Command::LessonGoOn if !live => {
                self.until = course.rest().filter(|rest| *rest > self.cursor.position());
                if self.until.is_some() {
                    self.cursor.play(Direction::Forward, self.speed.max(2.0), false);
                }
            }
            Command::LessonRun => return Some(Effect::LessonRun { line: step.run?, until: step.stop_at }),
            Command::LessonType => {
                return Some(Effect::LessonType { terminal: step.terminal?, text: step.types? });
            }
            Command::LessonGoOn => {
                self.cursor.jump_to_live(&self.trace);
                return Some(Effect::Gate(Command::RunTo(step.stop_at?)));
            }
            _ => {}
        }
        None
    }

    pub(super) fn look(&mut self) {
        if let Some(course) = &mut self.course {
            course.look(&self.trace, self.cursor.position(), &self.world);
        }
    }

    fn play_or_pause(&mut self) {
        self.until = None;
        if self.stepping.take().is_some() {
            return;
        }
        if self.cursor.playback().is_some() {
            self.cursor.pause();
            return;
        }
        if self.steps_the_engine() {
            self.cursor.jump_to_live(&self.trace);
            self.stepping = Some(Duration::ZERO);
            return;
        }
        if self.at_end() && !self.is_live() {
            self.cursor.seek(&self.trace, 0);
        }
        self.cursor.play(Direction::Forward, self.speed, self.looped);
    }

    fn change_speed(&mut self, faster: bool) {
        let at = SPEEDS.iter().position(|s| *s >= self.speed).unwrap_or(0);
        let to = if faster { at + 1 } else { at.saturating_sub(1) };
        self.speed = SPEEDS[to.min(SPEEDS.len() - 1)];
        if self.cursor.playback().is_some() {
            self.cursor.play(Direction::Forward, self.speed, self.looped);
        }
    }

    fn toggle_breakpoint(&mut self, kind: StepKind) -> Option<Effect> {
        self.cursor.toggle_breakpoint(kind);
        self.is_live().then_some(Effect::Gate(Command::Breakpoint(kind)))
    }

    fn next_tab(&mut self, forward: bool) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let step = if forward { 1 } else { Tab::ALL.len() - 1 };
        self.tab = Tab::ALL[(at + step) % Tab::ALL.len()];
        self.follow = false;
        self.files.shown = false;
    }

    fn toggle(&mut self, overlay: Overlay) {
        self.overlay = if self.overlay == Some(overlay) { None } else { Some(overlay) };
    }

    fn escape(&mut self) -> Option<Effect> {
        if self.overlay.take().is_none() && self.notice.take().is_none() {
            if self.presenter {
                self.presenter = false;
            } else {
                self.selection = None;
            }
        }
        Some(Effect::Unfocus)
    }
}

fn finer(level: Level) -> Level {
    match level {
        Level::Story => Level::Stage,
        Level::Stage | Level::Kernel => Level::Kernel,
    }
}
