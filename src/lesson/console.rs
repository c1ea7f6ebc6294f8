use super::Terminal;
use super::printed::{plain, words};
use crate::trace::{Body, Event, World};
use std::collections::BTreeMap;

/// What terminals printed so far, by whose they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Console {
    printed: BTreeMap<Terminal, String>,
}

impl Console {
    /// How much of a terminal is remembered: its last bytes.
    const KEPT: usize = 64 * 1024;

    /// Takes in what an event printed, if it did. `world` is the World at that event: it gives the container's name.
    pub fn push(&mut self, event: &Event, world: &World) {
        let Body::Console { container, text } = &event.body else { return };
        let terminal = match container {
            None => Terminal::Host,
            Some(id) => {
                let name = world.containers.get(id).map_or_else(|| id.short().to_owned(), |c| c.name.clone());
                Terminal::Container(name)
            }
        };
        let printed = self.printed.entry(terminal).or_default();
        printed.push_str(text);
        if let Some(excess) = printed.len().checked_sub(Self::KEPT) {
            let cut = (excess..printed.len()).find(|&i| printed.is_char_boundary(i)).unwrap_or(printed.len());
            printed.drain(..cut);
        }
    }

    /// What that terminal printed, without escape sequences.
    pub fn text(&self, terminal: &Terminal) -> String {
        self.printed.get(terminal).map(|text| plain(text)).unwrap_or_default()
    }

    /// True when that terminal printed this as a word of its own.
    pub fn shows(&self, terminal: &Terminal, value: &str) -> bool {
        words(&self.text(terminal), value).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(text: &str) -> Console {
        let mut console = Console::default();
        let event = Event { seq: 1, at: 0, body: Body::Console { container: None, text: text.to_owned() } };
        console.push(&event, &World::default());
        console
    }

    #[test]
    fn a_value_is_shown_only_as_a_word_of_its_own() {
        let console = printed("inet addr:172.17.0.20  Bcast\r\n");
        assert!(console.shows(&Terminal::Host, "172.17.0.20"));
        assert!(!console.shows(&Terminal::Host, "172.17.0.2"));
        assert!(!console.shows(&Terminal::Container("shell".into()), "172.17.0.20"));
        assert!(printed("veth3f2a@if7: <UP>").shows(&Terminal::Host, "veth3f2a"));
        assert!(!printed("anything").shows(&Terminal::Host, ""));
    }

    #[test]
    fn escape_sequences_do_not_split_words() {
        assert!(printed("\u{1b}[1;32mdocker\u{1b}[0m0 up").shows(&Terminal::Host, "docker0"));
        assert_eq!(printed("\u{1b}]0;title\u{7}$ ").text(&Terminal::Host), "$ ");
    }

    #[test]
    fn a_long_terminal_keeps_its_end() {
        let console = printed(&format!("{}끝", "가".repeat(Console::KEPT)));
        let text = console.text(&Terminal::Host);
        assert!(text.len() <= Console::KEPT && text.ends_with('끝'));
    }
}
