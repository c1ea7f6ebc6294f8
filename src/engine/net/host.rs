//! The host's network namespace, that all networks share: its links as they were last seen, who is in which sandbox, what is
//! switched on for the first bridge and off after the last.

use super::faults::Faults;
use super::monitor::Monitor;
use super::observer::NamespaceObserver;
use super::sandbox::Sandbox;
use super::sysctl::{FORWARDING, forwarding_now, forwarding6_now, write_sysctl};
use super::*;
use crate::engine::conductor::{EntryId, Why};
use crate::engine::evidence;
use crate::trace::{Change, Rule, RuleAction, World};
use std::os::fd::AsFd;
use std::path::Path;

/// The keys of the rules that say whether the host forwards.
pub(super) const FORWARDS: &str = "ip_forward";
pub(super) const FORWARDS6: &str = "ip6_forward";

/// What decides that of IPv4, and of IPv6, as sysctl(8) names it.
const SETTING: &str = "net.ipv4.ip_forward";
pub(super) const SETTING6: &str = "net.ipv6.conf.all.forwarding";

/// Whether a setting is on, as a rule of the World.
pub(super) fn forwarding_rule(netns: &Netns, key: &str, setting: &str, now: &evidence::Text) -> Rule {
    let (text, action) = (format!("{setting} = {}", now.content().trim()), RuleAction::Forward);
    let (key, netns, chain) = (key.to_owned(), netns.inode(), String::new());
    Rule { key, netns, network: None, action, text, chain, place: 0 }
}

/// The network namespace that plays the host.
#[derive(Debug)]
pub struct Host {
    /// Locked for a message and the look that follows, so that a change is recorded by the step that brought it about.
    /// Locked before any sandbox.
    pub(super) observer: Arc<Mutex<NamespaceObserver>>,
    pub(super) sandboxes: Mutex<BTreeMap<ContainerId, Arc<Mutex<Sandbox>>>>,
    /// Those whose containers have left, and that others are still in.
    pub(super) left: Mutex<Vec<Arc<Mutex<Sandbox>>>>,
    pub(super) rules: Arc<Mutex<filter::Rules>>,
    forwarding: Mutex<Forwarding>,
    /// How forwarding of IPv6 is undone, if it was not on before, and what came with it; the latest first.
    pub(super) forwarding6: Mutex<Vec<(EntryId, NetInverse)>>,
    /// Hears of what others change.
    pub(super) monitor: Monitor,
}

/// Whether this engine has seen to it that the host forwards packets.
#[derive(Debug, Default)]
struct Forwarding {
    on: bool,
    /// How that is undone, if it was not on before.
    inverse: Option<(EntryId, NetInverse)>,
}

impl Host {
    pub(super) fn open(cx: &Cx, lab: &Lab) -> Result<Self> {
        let observer = NamespaceObserver::open(&lab.host, None, lab.mode == Mode::Lab)?;
        let rules = filter::Rules::open(&lab.host, lab.mode);
        Ok(Self {
            observer: Arc::new(Mutex::new(observer)),
            sandboxes: Mutex::default(),
            left: Mutex::default(),
            rules: Arc::new(Mutex::new(rules)),
            forwarding: Mutex::default(),
            forwarding6: Mutex::default(),
            monitor: Monitor::start(cx.conductor())?,
        })
    }

    /// From now on, what others change is recorded past all steps.
    pub(super) fn watch(&self) {
        let netns = self.netns();
        if let Some(multicast) = &mut self.observer.lock().multicast {
            let observer = Arc::downgrade(&self.observer);
            let look = move |record: Recorded<'_>| {
                let observer = observer.upgrade()?;
                let looked = observer.lock().news(record);
                Some(looked)
            };
            multicast.watch = self.monitor.watch(multicast.as_fd(), Arc::new(look));
        }
        let macs = Arc::downgrade(&self.observer);
        let look = move |record: Recorded<'_>| {
            let observer = macs.upgrade()?;
            let looked = observer.lock().mac_news(record);
            Some(looked)
        };
        self.observer.lock().macs.watch(&netns, &self.monitor, Arc::new(look));
        if let Some(multicast) = &mut self.rules.lock().multicast {
            let rules = Arc::downgrade(&self.rules);
            let look = move |record: Recorded<'_>| {
                let rules = rules.upgrade()?;
                let looked = rules.lock().news(&netns, record);
                Some(looked)
            };
            multicast.watch = self.monitor.watch(multicast.as_fd(), Arc::new(look));
        }
    }

    pub(super) fn netns(&self) -> Netns {
        self.observer.lock().netns().clone()
    }

    /// Sends a message and records what came of it.
    pub(super) fn act(&self, cx: &Cx, request: Request) -> Result<()> {
        self.observer.lock().act(cx, request)
    }

    /// Records what differs from what was last seen.
    pub(super) fn look_around(&self, cx: &Cx) -> Result<()> {
        self.observer.lock().look(None, &|change, evidence| cx.observe(change, evidence))
    }

    pub(super) fn loopback(&self, cx: &Cx) -> Result<()> {
        let index =
            self.observer.lock().links().find(|link| link.name == "lo").filter(|link| !link.up).map(|lo| lo.ifindex);
        match index {
            Some(index) => {
                stage(cx, StepKind::LoopbackUp, "ip link set lo up", request::link_up("lo", index), |cx, it| {
                    self.act(cx, it)
                })
            }
            None => Ok(()), // the real host's is up
        }
    }

    /// Lets packets through the host: once, for all bridges.
    pub(super) fn forwarding(&self, cx: &Cx) -> Result<()> {
        if self.forwarding.lock().on {
            return Ok(());
        }
        let netns = self.netns();
        let call = format!("write({FORWARDING:?}, \"1\")");
        let plan = Plan::new(StepKind::EnableForwarding, "net.ipv4.ip_forward")
            .call(&call)
            .by_hand("sysctl -w net.ipv4.ip_forward=1");
        cx.step(plan, |cx| {
            let mut forwarding = self.forwarding.lock();
            let old = netns.run(forwarding_now)?;
            if old.content().trim() != "1" {
                let (path, value) = (FORWARDING.into(), old.content().trim().to_owned());
                let inverse = NetInverse::RestoreSysctl { netns: netns.inode(), path, value };
                forwarding.inverse = Some((cx.journal(SCOPE, &inverse)?, inverse));
                write_sysctl(&netns, Path::new(FORWARDING), "1")?;
                // Whoever forwarded nothing before is no router for its neighbours now. In the lab there are none.
                if !self.observer.lock().lab {
                    filter::narrow(&self.rules);
                }
            } else {
                cx.not_made(&call, Why::There, vec![old.evidence()]);
            }
            forwarding.on = true;
            let now = netns.run(forwarding_now)?;
            cx.observe(Change::RuleSeen(forwarding_rule(&netns, FORWARDS, SETTING, &now)), vec![now.evidence()]);
            Ok(())
        })
    }

    /// Whether it still forwards: of a sysctl that somebody writes the kernel tells nobody.
    pub(super) fn look_at_forwarding(&self, world: &World, record: Recorded<'_>) -> Result<()> {
        let netns = self.netns();
        let both = [
            (FORWARDS, SETTING, forwarding_now as fn() -> Result<evidence::Text>),
            (FORWARDS6, SETTING6, forwarding6_now),
        ];
        for (key, setting, read) in both {
            let Some(seen) = world.rules.get(key) else { continue };
            let now = netns.run(read)?;
            let rule = forwarding_rule(&netns, key, setting, &now);
            if rule != **seen {
                record(Change::RuleSeen(rule), vec![now.evidence()]);
            }
        }
        Ok(())
    }

    /// After the last network.
    pub(super) fn tear_down(&self, cx: &Cx) -> Faults {
        let mut faults = Faults::default();
        faults.note(self.look_around(cx));
        faults.note(self.forward_as_before(cx));
        faults.note(self.forward6_as_before(cx));
        faults
    }

    fn forward_as_before(&self, cx: &Cx) -> Result<()> {
        let netns = self.netns();
        let mut forwarding = self.forwarding.lock();
        if let Some((entry, inverse)) = &forwarding.inverse {
            undo(inverse, Some(&netns))?;
            cx.undone(*entry)?;
        }
        *forwarding = Forwarding::default();
        if cx.world().rules.contains_key(FORWARDS) {
            let now = netns.run(forwarding_now)?;
            cx.observe(Change::RuleGone { key: FORWARDS.to_owned() }, vec![now.evidence()]);
        }
        Ok(())
    }
}
