//! What terminals had printed at a moment of the trace.

use super::Screen;
use crate::spec::ContainerId;
use crate::trace::{Body, Trace};
use std::collections::BTreeMap;

/// The screens of all terminals at a position. Going on reads only what is new; going back begins anew.
#[derive(Debug, Default)]
pub struct Past {
    position: usize,
    screens: BTreeMap<Option<ContainerId>, Screen>,
}

impl Past {
    /// Shows the moment after the first `position` events.
    pub fn seek(&mut self, trace: &Trace, position: u64) {
        let position = usize::try_from(position).unwrap_or(usize::MAX).min(trace.events().len());
        if position < self.position {
            *self = Self::default();
        }
        for event in &trace.events()[self.position..position] {
            if let Body::Console { container, text } = &event.body {
                let screen = self.screens.entry(container.clone()).or_insert_with(|| Screen::new(24, 90));
                screen.feed(text.as_bytes());
            }
        }
        self.position = position;
    }

    /// Another trace.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Whose terminals there are; none is the lab host.
    pub fn terminals(&self) -> impl Iterator<Item = &Option<ContainerId>> {
        self.screens.keys()
    }

    /// One of them.
    pub fn screen(&mut self, of: &Option<ContainerId>) -> Option<&mut Screen> {
        self.screens.get_mut(of)
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
        let text = |past: &mut Past| past.screen(&None).map(|screen| screen.text()).unwrap_or_default();
        past.seek(&trace, 2);
        assert_eq!(text(&mut past), "# ls\n한글.txt");
        past.seek(&trace, 1);
        assert_eq!(text(&mut past), "# ls");
        past.seek(&trace, 0);
        assert_eq!(past.terminals().count(), 0);
    }
}
