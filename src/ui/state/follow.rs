//! How the window's state follows its source, the cursor and time.

use super::*;
use crate::spec::ContainerId;
use crate::trace::{Change, Code};

/// Nanoseconds within which changes that no step made are one piece of news.
const TOGETHER: u64 = 1_000_000_000;
/// So many events back it is looked for such changes.
const NEAR: u64 = 256;
/// A stretch of more events than that is looked at from there on: a frame has no time for more.
const MOST: u64 = 2048;

impl WindowState {
    /// Takes what a source says.
    pub fn receive(&mut self, news: News) {
        match news {
            News::Loaded(recording) => self.load(*recording),
            News::Connected { socket } => {
                let course = self.course.as_ref().map(Course::restarted);
                let trace = Trace::new(Spool::default(), Base::default());
                *self = Self { origin: Origin::Live, socket: Some(socket), course, trace, ..self.emptied() };
                self.take_up();
                self.attend();
            }
            News::Lost(problem) => {
                self.waiting.clear();
                self.gate.callers.clear();
                self.lost = true;
                self.notify(Notice { lost: true, ..Notice::failure(&self.words(), &problem) });
            }
            News::Back => self.is_back(),
            News::Events(events) => {
                self.is_back();
                let failed = events.iter().rev().find_map(|event| match &event.body {
                    Body::OpEnded { outcome: Outcome::Failed(problem), .. } => Some(problem.clone()),
                    _ => None,
                });
                if let Some(problem) = failed.filter(|_| self.caught_up) {
                    self.notify(Notice::failure(&self.words(), &problem));
                }
                if let Err(error) = events.into_iter().try_for_each(|event| self.take(event)) {
                    self.origin = Origin::Failed(broken_stream(&error));
                }
                self.cursor.follow(&self.trace);
            }
            News::Dropped(base) => self.begin_with(&base),
            News::Gate(view) => {
                self.is_back();
                let first = !std::mem::replace(&mut self.caught_up, true);
                self.waiting = view.waiting;
                self.gate.heard(view.open, view.passing, view.callers, first);
            }
            News::Failed(problem) => self.origin = Origin::Failed(problem),
        }
        self.refresh();
    }

    /// The engine answers.
    fn is_back(&mut self) {
        self.lost = false;
        self.notice = self.notice.take().filter(|notice| !notice.lost);
    }

    /// One event more. What the engine keeps no longer, the window does not keep either: both stay within a limit.
    fn take(&mut self, event: Arc<Event>) -> Result<(), TraceError> {
        let dropped = if let Body::Dropped { events, .. } = event.body { events } else { 0 };
        self.trace.push(event)?;
        if dropped > self.trace.start() {
            self.trace.forget(dropped);
            self.shown = None;
        }
        Ok(())
    }

    /// The engine has gone on without us: what it kept begins with this.
    fn begin_with(&mut self, base: &Base) {
        self.trace = Trace::new(Spool::default(), base.clone());
        self.marks = StopMarks::default();
        self.shown = None;
        self.cursor.follow(&self.trace);
        self.notify(Notice::good(dropped(&self.words(), base)));
    }

    fn load(&mut self, recording: Recording) {
        let Recording { path, trace, torn } = recording;
        let mut course = self.course.as_ref().map(Course::restarted);
        if let Some(course) = &mut course {
            course.plays(&trace);
        }
        *self = Self { origin: Origin::Recorded { path, torn }, trace, course, ..self.emptied() };
        self.cursor.seek(&self.trace, 0);
        if self.course.is_none() {
            // A recording is met at its first step, not before everything.
            self.cursor.step(&self.trace);
        }
        self.refresh();
        self.take_up();
        self.attend();
    }

    /// The same settings, nothing loaded.
    pub(super) fn emptied(&self) -> Self {
        let mut cursor = Cursor::default();
        cursor.set_level(self.cursor.level());
        self.cursor.breakpoints().iter().for_each(|kind| cursor.toggle_breakpoint(*kind));
        Self {
            cursor,
            lang: self.lang,
            dark: self.dark,
            presenter: self.presenter,
            second: self.second,
            tab: self.tab,
            storage: self.storage,
            prune: self.prune,
            follow: self.follow,
            speed: self.speed,
            looped: self.looped,
            engines: self.engines.clone(),
            progress: self.progress.clone(),
            failures: self.failures.clone(),
            ..Self::default()
        }
    }

    /// It moves by itself.
    pub fn is_playing(&self) -> bool {
        self.cursor.playback().is_some() || self.stepping.is_some() || self.is_taking_up()
    }

    /// Time passes.
    pub fn tick(&mut self, passed: Duration) -> Option<Effect> {
        if self.is_taking_up() {
            let effect = self.forward();
            self.refresh();
            return effect;
        }
        if let Some(since) = &mut self.stepping {
            *since += passed;
            if since.as_secs_f32() * self.speed >= 1.0 && !self.waiting.is_empty() {
                *since = Duration::ZERO;
                return Some(Effect::Gate(GateCommand::Step { level: self.cursor.level() }));
            }
        }
        let from = self.cursor.position();
        if self.cursor.tick(&self.trace, passed) {
            self.stop_at_lesson(from);
            if let Some(until) = self.until.filter(|until| self.cursor.position() >= *until) {
                self.cursor.seek(&self.trace, until);
                self.until = None;
                self.refresh();
                self.attend();
            }
            self.refresh();
        }
        None
    }

    /// Shows what the lesson's step is about.
    pub(super) fn attend(&mut self) {
        let Some(course) = &self.course else { return };
        let view = course.view(self.lang);
        if let Some(tab) = view.tab {
            self.tab = diagram_of(tab);
            self.storage = storage_of(tab);
        }
        let focus = view.focus.first().and_then(|focus| focus.entity(&self.world));
        if focus.is_some() {
            self.pointed = focus.clone();
            self.selection = focus;
        }
    }

    /// What the lesson chose is chosen no longer.
    pub(super) fn let_go_of_pointed(&mut self) {
        if self.pointed.is_some() && self.pointed.take() == self.selection {
            self.selection = None;
        }
    }

    /// What is lit in the picture: what changed last, and what the lesson's page speaks of. While it asks, nothing: of what may be the
    /// answer none stands out.
    pub fn lit(&self) -> Vec<Entity> {
        // Before a class what was chosen stands in the sentence, and the question is as open as before.
        let asks = matches!(self.face(), Face::Ask(_)) && self.has_pending();
        // What was only looked at all stands there alike.
        if self.open_question().is_some() || asks || self.changed.contains(&Entity::Disk) {
            return Vec::new();
        }
        let mut lit = crate::ui::news::of(&self.world, &self.changed);
        let spoken_of = self.spoken_of();
        lit.extend(spoken_of.into_iter().filter(|entity| !lit.contains(entity)).collect::<Vec<_>>());
        lit
    }

    /// What the lesson's page speaks of in this picture.
    fn spoken_of(&self) -> Vec<Entity> {
        let step = self.course.as_ref().filter(|course| !course.is_ended()).map(|course| course.runner().step());
        let here = step.filter(|step| step.tab.map(diagram_of) == Some(self.tab));
        here.into_iter().flat_map(|step| &step.focus).flat_map(|focus| focus.entities(&self.world)).collect()
    }

    /// The container that the isolation picture is of: also while a question is open, and nothing is lit, the one that its page speaks of.
    pub fn isolated(&self) -> Option<ContainerId> {
        let led = [self.lit(), self.spoken_of()].concat();
        crate::ui::diagrams::isolated(&self.world, self.selection.as_ref(), &led)
    }

    /// Brings everything that follows from trace and cursor up to date; free when neither moved.
    pub fn refresh(&mut self) {
        self.marks.update(&self.trace, self.cursor.level());
        let position = self.cursor.position();
        if self.shown == Some(position) {
            return;
        }
        self.world = self.trace.seek(position);
        self.look_at_walk();
        // What a lesson pointed at is let go of by the next step; what a person chose stays chosen.
        self.let_go_of_pointed();
        let before = position.saturating_sub(u64::from(!self.at_end_of_all()));
        let from = match self.marks.reached(before) {
            0 => 0,
            reached => self.marks.stops()[reached - 1].seq,
        };
        let last_tab = self.look_at_changes(from, position);
        self.look_what_survives();
        if self.follow {
            // The lesson knows best what is to be looked at.
            let lesson = self.course.as_ref().and_then(|course| course.runner().step().tab);
            let asks = || if self.course.is_none() { self.tab_of_survivors() } else { None };
            self.tab = lesson.map(diagram_of).or_else(asks).or(last_tab).unwrap_or(self.tab);
            // What was measured is seen in one view alone.
            let measured = self.changed.iter().find_map(|entity| match entity {
                Entity::Speed(..) => Some(StorageView::Table),
                Entity::Disk => Some(StorageView::Disk),
                _ => None,
            });
            self.storage = lesson.map(storage_of).or(measured).unwrap_or(self.storage);
        }
        self.shown = Some(position);
        self.let_go_of_what_is_gone();
        self.look();
    }

    /// What was chosen is told to be gone where it goes. Afterwards there is nothing to be told of it.
    fn let_go_of_what_is_gone(&mut self) {
        let Some(entity) = &self.selection else { return };
        let gone = crate::ui::facts::of(entity, &self.world, &self.words()).is_none()
            && crate::ui::breaking::of(entity, &self.world).is_none()
            && self.trace.touches(entity, self.cursor.position()) > 0;
        if gone && !self.changed.contains(entity) {
            self.selection = None;
        }
    }

    /// Where what happened last begins, when no step of the engine's did it: a program wrote, say. Such changes follow
    /// no stop, and all since the last one would be too much to be news.
    fn by_itself(&self, to: u64) -> Option<u64> {
        let alone = |event: &&Arc<Event>| matches!(&event.body, Body::Observed { step: None, .. });
        // What the program printed meanwhile is no news of this kind, nor is it the end of it.
        let printed = |event: &&Arc<Event>| matches!(event.body, Body::Console { .. }) || is_measured(event);
        // Farther back nothing is news.
        let events: Vec<_> = self.trace.events_in(to.saturating_sub(NEAR), to).collect();
        let last = events.iter().rev().find(|event| !printed(event)).filter(alone)?.at;
        let near = |event: &&Arc<Event>| printed(event) || (alone(event) && event.at + TOGETHER >= last);
        let count = events.iter().rev().take_while(near).count();
        to.checked_sub(u64::try_from(count).ok()?)
    }

    /// Collects what the events of `from..=to` changed, and finds the diagram on which it is seen best.
    fn look_at_changes(&mut self, from: u64, to: u64) -> Option<Tab> {
        self.changed.clear();
        (self.happened, self.failed) = (None, None);
        let mut last = None;
        // How much there is to see of it on each; of two with as much the later counts.
        let mut seen: Vec<(Tab, usize)> = Vec::new();
        let from = self.by_itself(to).unwrap_or(from);
        let events = self.trace.events_in(from.max(to.saturating_sub(MOST)), to);
        for event in events {
            if let Body::StepEnded { outcome: Outcome::Failed(problem), .. }
            | Body::OpEnded { outcome: Outcome::Failed(problem), .. } = &event.body
            {
                self.failed = Some(problem.clone());
            }
            let Body::Observed { step, change, .. } = &event.body else { continue };
            if is_measured(&event) {
                continue;
            }
            last = Some(Arc::clone(&event));
            for entity in change.touches() {
                if !self.changed.contains(&entity) {
                    self.changed.push(entity);
                }
            }
            let kind = step.and_then(|id| self.trace.mark(id)).map(|mark| mark.kind);
            if let Some(tab) = kind.and_then(Tab::for_step) {
                let before = seen.iter().position(|(other, _)| *other == tab).map_or(0, |at| seen.remove(at).1);
                seen.push((tab, before + change.touches().len()));
            }
        }
        self.happened = last.map(|event| (Arc::clone(&event), self.trace.seek(event.seq - 1)));
        seen.into_iter().max_by_key(|(_, count)| *count).map(|(tab, _)| tab)
    }
}

/// What comes by and by, and is no news: what is used was looked at once more, because somebody looks at its plot; a bridge learned who
/// is behind a port, or has forgotten it.
fn is_measured(event: &Event) -> bool {
    let quiet = |change: &Change| {
        matches!(change, Change::UsageSeen { .. } | Change::MacLearned(_) | Change::MacForgotten { .. })
    };
    matches!(&event.body, Body::Observed { change, .. } if quiet(change))
}

/// How much of a trace is kept no longer, in a sentence.
pub fn dropped(words: &Words, base: &Base) -> String {
    let (events, operations) = (base.events.to_string(), base.operations().to_string());
    words.say_with("trace-dropped", &[("events", &events), ("operations", &operations)])
}

/// The diagram that a lesson names.
pub(super) fn diagram_of(tab: crate::lesson::Tab) -> Tab {
    use crate::lesson::Tab as Named;
    match tab {
        Named::Image => Tab::Image,
        Named::Layers => Tab::Layers,
        Named::Network => Tab::Network,
        Named::Storage | Named::Table => Tab::Storage,
        Named::Isolation => Tab::Isolation,
        Named::Reach => Tab::Reach,
    }
}

/// How it shows the storage picture.
fn storage_of(tab: crate::lesson::Tab) -> StorageView {
    if tab == crate::lesson::Tab::Table { StorageView::Table } else { StorageView::Picture }
}

fn broken_stream(error: &TraceError) -> Problem {
    Problem::new(Code::StreamBroken).with("reason", error)
}
