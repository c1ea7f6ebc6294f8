//! What terminals had printed at a moment of the trace.

use super::Screen;
use crate::spec::ContainerId;
use crate::trace::{Body, Change, Container, Entity, Seq, Trace};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The screens of terminals at a position. Going on reads only what is new; going back begins anew.
#[derive(Debug, Default)]
pub struct Past {
    position: u64,
    terminals: Vec<Option<ContainerId>>,
    screens: BTreeMap<Option<ContainerId>, Shown>,
}

#[derive(Debug)]
struct Shown {
    screen: Screen,
    /// The last event in it.
    last: Seq,
    /// Its lines end as they were written, by a line feed alone.
    bare: bool,
}

/// A container as it was created, as far as the trace or what came before it tells.
pub fn created(trace: &Trace, id: &ContainerId) -> Option<Arc<Container>> {
    let container = Entity::Container(id.clone());
    let mut created = trace.touching(&container, Seq::MAX).filter_map(|event| match &event.body {
        Body::Observed { change, .. } => match &**change {
            Change::ContainerCreated(container) | Change::ContainerFound(container) => {
                Some(Arc::new(container.clone()))
            }
            _ => None,
        },
        _ => None,
    });
    created.next().or_else(|| trace.base().world.containers.get(id).cloned())
}

/// How many terminals there are to choose from: the latest.
const TERMINALS: usize = 16;
/// A screen shows so many of the latest prints, which is more than anybody scrolls back.
const PRINTS: usize = 4096;

impl Past {
    /// Shows the moment after the first `position` events.
    pub fn seek(&mut self, trace: &Trace, position: u64) {
        let position = position.min(trace.len());
        if position < self.position {
            self.screens.clear();
        }
        self.position = position;
        self.terminals = trace.terminals(position).rev().take(TERMINALS).cloned().collect();
        self.terminals.sort_unstable();
        self.screens.retain(|of, _| self.terminals.contains(of));
    }

    /// Another trace.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whose terminals there are; none is the lab host.
    pub fn terminals(&self) -> impl Iterator<Item = &Option<ContainerId>> {
        self.terminals.iter()
    }

    /// One of them.
    pub fn screen(&mut self, trace: &Trace, of: &Option<ContainerId>) -> Option<&mut Screen> {
        if !self.terminals.contains(of) {
            return None;
        }
        // Without a terminal of its own nobody made the ends of its lines a terminal's.
        let new = || Shown {
            screen: Screen::new(24, 90),
            last: 0,
            bare: of.as_ref().and_then(|id| created(trace, id)).is_some_and(|it| !it.tty),
        };
        let shown = self.screens.entry(of.clone()).or_insert_with(new);
        let mut coming: Vec<Seq> = trace.printed(of, self.position).rev().take_while(|seq| *seq > shown.last).collect();
        coming.truncate(PRINTS);
        for event in coming.iter().rev().filter_map(|seq| trace.event(*seq)) {
            if let Body::Console { text, .. } = &event.body {
                match shown.bare {
                    true => shown.screen.feed(text.replace("\r\n", "\n").replace('\n', "\r\n").as_bytes()),
                    false => shown.screen.feed(text.as_bytes()),
                }
            }
            shown.last = event.seq;
        }
        Some(&mut shown.screen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::Event;

    #[test]
    fn going_back_shows_what_had_been_printed_then() {
        let event =
            |seq, text: &str| Event { seq, at: seq, body: Body::Console { container: None, text: text.into() } };
        let trace = Trace::from_events([event(1, "# ls\r\n"), event(2, "한글.txt\r\n")]).unwrap();
        let mut past = Past::default();
        let text = |past: &mut Past| past.screen(&trace, &None).map(|screen| screen.text()).unwrap_or_default();
        past.seek(&trace, 2);
        assert_eq!(text(&mut past), "# ls\n한글.txt");
        past.seek(&trace, 1);
        assert_eq!(text(&mut past), "# ls");
        past.seek(&trace, 0);
        assert_eq!(past.terminals().count(), 0);
    }
}
