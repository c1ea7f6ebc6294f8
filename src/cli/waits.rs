//! A command that waits at the gate says so: whoever typed it sees nothing happen, and the window may be on another screen.

use super::out;
use crate::client::{Client, place};
use crate::i18n::Words;
use std::thread;
use std::time::Duration;

/// A step that waits for no longer is being let go by somebody.
const SHORT: Duration = Duration::from_millis(500);
/// How often it is looked when nothing has waited so far: a shell may run for hours.
const LONG: Duration = Duration::from_secs(5);
/// So many looks are taken at short intervals.
const LOOKS: usize = 20;

/// Says once, on standard error, that this process waits at the gate of that engine. Only where a person reads it, and not in the
/// window, which shows it by itself.
pub(super) fn watch(client: &Client, words: &Words) {
    if !out::is_error_terminal() || std::env::var_os(place::IN_WINDOW).is_some() {
        return;
    }
    let (client, words) = (client.clone(), words.clone());
    // It ends with the process, or when it has said its word.
    thread::spawn(move || {
        let me = std::process::id();
        let mut seen = None;
        for looks in 0.. {
            thread::sleep(if looks < LOOKS || seen.is_some() { SHORT } else { LONG });
            let Ok(view) = client.gate_within(SHORT) else { continue };
            let waits = view.waits_for(me).map(|step| step.id);
            if waits.is_some() && waits == seen {
                // A terminal may be in raw mode by now.
                out::notice(words.say("cli-gate-waits"));
                return;
            }
            seen = waits;
        }
    });
}
