//! What the kernel does after it has acknowledged: an end of a cable comes up, the other end has a carrier, its bridge has one,
//! and each of them gets its state (`linkwatch`) a moment later, or a second later where it goes down.
//!
//! ```text
//! RTM_NEWLINK eth0 up ─▶ ack ─▶ look ─▶ veth LOWER_UP ┄▶ veth state UP ┄▶ docker0 LOWER_UP ┄▶ docker0 state UP
//!                                       └──────────── looked for here, by and by ────────────────┘
//! ```
//!
//! The step that brought it about waits a little, so that what came of it is in it; the rest is recorded past all steps (`monitor`).

use super::host::Host;
use super::observer::{NamespaceObserver, Record};
use super::sandbox::Sandbox;
use super::*;
use crate::trace::LinkKey;
use std::sync::Weak;
use std::time::{Duration, Instant};

/// How long a step waits for links that come up: the kernel does not put that off.
const PATIENCE: Duration = Duration::from_millis(30);

/// The links whose state is waited for. What is gone meanwhile is not.
#[derive(Debug)]
pub(super) struct Settling {
    host: Weak<Mutex<NamespaceObserver>>,
    sandbox: Weak<Mutex<Sandbox>>,
    links: Vec<LinkKey>,
}

impl Settling {
    pub(super) fn new(host: &Host, sandbox: Option<&Arc<Mutex<Sandbox>>>, links: Vec<LinkKey>) -> Self {
        let sandbox = sandbox.map_or_else(Weak::new, Arc::downgrade);
        Self { host: Arc::downgrade(&host.observer), sandbox, links }
    }

    /// After links came up: within the step that brought it about, if it does not take long.
    pub(super) fn come_up(self, cx: &Cx) -> Result<()> {
        let began = Instant::now();
        while !self.look(&|change, evidence| cx.observe(change, evidence))? && began.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// After a link went down: what is so at once.
    pub(super) fn go_down(self, cx: &Cx) -> Result<()> {
        self.look(&|change, evidence| cx.observe(change, evidence)).map(drop)
    }

    /// True when there is nothing to wait for any more.
    fn look(&self, record: Record<'_>) -> Result<bool> {
        let mut settled = true;
        if let Some(host) = self.host.upgrade() {
            let mut host = host.lock();
            host.look(None, record)?;
            settled &= host.is_settled(&self.links);
        }
        if let Some(sandbox) = self.sandbox.upgrade() {
            let mut sandbox = sandbox.lock();
            sandbox.observer.look(None, record)?;
            settled &= sandbox.observer.is_settled(&self.links);
        }
        Ok(settled)
    }
}
