//! Images with a shell, files and a config of which nobody has thought, as an archive that is loaded.

use crate::archives::{Entry, Place, config, listed, root, sha256, tar};
use crate::engine::good;
use crate::side::Side;
use serde_json::Value;

/// Loads one. `of` is what its config says of a container.
pub fn image(side: &Side<'_>, name: &str, more: &[Entry<'_>], of: Value) {
    let layer = root(more);
    let mut config = config(&[&layer]);
    config["config"] = of;
    let config = config.to_string().into_bytes();
    let file = format!("{}.json", sha256(&config));
    let listed = listed(&file, name, &["layer.tar"]);
    let all = [Entry::File(&file, &config), Entry::File("layer.tar", &layer), Entry::File("manifest.json", &listed)];
    good(side.args(&["load", "-i", &Place::new(side).file("archive.tar", &tar(&all))]));
}
