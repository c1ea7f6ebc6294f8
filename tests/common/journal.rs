//! What an engine's end would undo.

use std::collections::BTreeMap;
use std::path::Path;

/// What the journal has announced and not done, by kind; but for what is on from the first network of a family to the engine's end.
pub fn journal(root: &Path) -> BTreeMap<String, usize> {
    let mut pending = BTreeMap::new();
    let text = std::fs::read_to_string(root.join("journal.ndjson")).unwrap();
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        match line["entry"].as_str() {
            Some("will") => drop(pending.insert(line["id"].as_u64(), line)),
            Some("done") => drop(pending.remove(&line["id"].as_u64())),
            _ => {}
        }
    }
    let mut kinds = BTreeMap::new();
    for will in pending.values().filter(|will| will["inverse"]["undo"] != "restore_sysctl") {
        let mut inverse = will["inverse"].clone();
        // Whichever process and namespace it is: a restarted engine has others.
        ["pid", "start_time", "netns"].iter().for_each(|key| drop(inverse.as_object_mut().unwrap().remove(*key)));
        *kinds.entry(inverse.to_string()).or_default() += 1;
    }
    kinds
}
