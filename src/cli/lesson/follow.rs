use crate::client::{Client, Events, Incoming};
use crate::lesson::{Console, Lesson, Runner};
use crate::spool::Spool;
use crate::trace::{Base, Body, Code, OpKind, Problem, StepKind, Trace};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Follows a live engine with a lesson's runner. Holds the gate for as long as it lives.
pub(super) struct Follower {
    pub runner: Runner,
    events: Events,
    trace: Trace,
    console: Console,
}

impl Follower {
    pub fn new(client: &Client, lesson: Arc<Lesson>) -> Self {
        let events = client.events(0, true);
        let trace = Trace::new(Spool::default(), Base::default());
        Self { runner: Runner::new(lesson), events, trace, console: Console::default() }
    }

    pub fn trace(&self) -> &Trace {
        &self.trace
    }

    /// Takes in what the engine did before.
    pub fn catch_up(&mut self, length: u64) -> Result<(), Vec<Problem>> {
        let begun = Instant::now();
        while self.trace.len() < length {
            self.pump(Duration::from_millis(50)).map_err(|problem| vec![problem])?;
            if begun.elapsed() > Duration::from_secs(20) {
                return Err(vec![Problem::new(Code::LessonEngineLost)]);
            }
        }
        Ok(())
    }

    /// True when the engine has done nothing but start.
    pub fn is_fresh(&self) -> bool {
        let head = self.trace.head();
        let started = |kind| matches!(kind, OpKind::EngineStart | OpKind::Recover);
        head.begun == head.ops.len() as u64 && head.ops.values().all(|state| started(state.op.kind))
    }

    /// Waits up to `limit` for an event, and takes in all that are there.
    pub fn pump(&mut self, limit: Duration) -> Result<(), Problem> {
        let mut next = self.events.next_within(limit);
        while let Some(incoming) = next {
            match incoming {
                Incoming::Event(event) => {
                    let refused = |e: crate::trace::TraceError| Problem::new(Code::LessonTrace).with("reason", e);
                    self.trace.push(Arc::clone(&event)).map_err(refused)?;
                    self.console.push(&event, self.trace.head());
                    self.observe();
                }
                Incoming::Dropped(base) => self.trace = Trace::new(Spool::default(), (*base).clone()),
                Incoming::Back => {}
                Incoming::Lost(_) | Incoming::Restarted => return Err(Problem::new(Code::LessonEngineLost)),
            }
            next = self.events.try_next();
        }
        Ok(())
    }

    /// Takes in what comes until nothing has come for a while.
    pub fn settle(&mut self) -> Result<(), Problem> {
        let begun = Instant::now();
        loop {
            let before = self.trace.len();
            self.pump(Duration::from_millis(300))?;
            if self.trace.len() == before || begun.elapsed() > Duration::from_secs(10) {
                return Ok(());
            }
        }
    }

    /// Lets the runner look at what is now true.
    pub fn observe(&mut self) {
        self.runner.observe(self.trace.head(), &self.console);
    }

    /// True when a step of this kind was announced and nothing has come of it yet: it waits at the gate. What else happens meanwhile –
    /// a container writes, a process ends – is none of its business.
    pub fn waits_at(&self, kind: StepKind) -> bool {
        let open = &self.trace.head().open_steps;
        let Some((id, _)) = open.iter().rfind(|(_, step)| step.plan.kind == kind) else { return false };
        let events = (self.trace.start() + 1..=self.trace.len()).rev().map_while(|at| self.trace.event(at));
        for event in events {
            match &event.body {
                Body::StepAnnounced { step } if step.id == *id => return true,
                Body::StepAnnounced { step } if step.parent == Some(*id) => return false,
                Body::Observed { step, .. } if *step == Some(*id) => return false,
                _ => {}
            }
        }
        false
    }

    /// True when some step was announced and is not over.
    pub fn is_held(&self) -> bool {
        !self.trace.head().open_steps.is_empty()
    }

    /// Chooses the first choice of each question of the step. Right or wrong does not matter here: whether the World
    /// answers, and with one of the choices, does.
    pub fn predict_something(&mut self) {
        let ids: Vec<_> = self.runner.step().questions.iter().map(|question| question.id.clone()).collect();
        ids.iter().for_each(|id| self.runner.predict(id, 0));
    }
}
