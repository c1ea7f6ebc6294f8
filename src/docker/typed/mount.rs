//! `--mount`, as the docker CLI reads it (docker/cli `opts/mount.go`).

use super::{EXACT, Line, bytes};
use crate::docker::container::MountRequest;

/// One of them.
pub(super) fn option(line: &mut Line, mount: &MountRequest) {
    let mut fields = Fields { line, all: Vec::new() };
    let kind = mount.kind.as_str();
    fields.line.needs(matches!(kind, "bind" | "volume" | "tmpfs"));
    fields.add("type", kind);
    // The command line makes another path of it.
    fields.line.needs(!mount.source.starts_with('.'));
    fields.add("source", &mount.source);
    fields.line.needs(!mount.target.is_empty());
    fields.add("target", &mount.target);
    fields.flag("readonly", mount.read_only);
    let foreign = [
        mount.volume_options.is_some() && kind != "volume",
        mount.tmpfs_options.is_some() && kind != "tmpfs",
        mount.bind_options.is_some() && kind != "bind",
    ];
    fields.line.needs(!foreign.contains(&true));
    if let Some(options) = &mount.volume_options {
        fields.flag("volume-nocopy", options.no_copy);
        fields.pairs("volume-label", options.labels.iter());
        if let Some(driver) = &options.driver_config {
            fields.add("volume-driver", &driver.name);
            fields.pairs("volume-opt", driver.options.iter());
        }
    }
    if let Some(options) = &mount.bind_options {
        let word = &options.propagation;
        fields.line.needs(*word == word.to_ascii_lowercase());
        fields.add("bind-propagation", word);
        fields.flag("bind-nonrecursive", options.non_recursive);
        fields.flag("bind-create-src", options.create_mountpoint);
    }
    if let Some(options) = &mount.tmpfs_options {
        let size = options.size_bytes;
        fields.line.needs((0..EXACT).contains(&size));
        fields.add("tmpfs-size", &if size == 0 { String::new() } else { bytes(size) });
        fields.add("tmpfs-mode", &if options.mode == 0 { String::new() } else { format!("{:o}", options.mode) });
    }
    let all = fields.all.join(",");
    line.value("--mount", &all);
}

/// Between commas; in quotes what has a comma itself.
struct Fields<'a> {
    line: &'a mut Line,
    all: Vec<String>,
}

impl Fields<'_> {
    fn add(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return;
        }
        let field = format!("{name}={value}");
        self.line.needs(field.trim() == field && !field.contains(['\n', '\r']));
        let quoted = field.contains([',', '"']);
        self.all.push(if quoted { format!("\"{}\"", field.replace('"', "\"\"")) } else { field });
    }

    fn flag(&mut self, name: &str, given: bool) {
        if given {
            self.all.push(name.to_owned());
        }
    }

    fn pairs<'p>(&mut self, name: &str, pairs: impl Iterator<Item = (&'p String, &'p String)>) {
        for (key, value) in pairs {
            self.line.needs(!key.contains('='));
            self.add(name, &format!("{key}={value}"));
        }
    }
}
