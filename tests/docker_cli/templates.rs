//! `--format` of what Docker leaves out where it is not set: both command lines say the same.

use crate::engine::{Engine, everyone, good, output};

/// Of what, and which fields.
const ASKED: &[(&str, &str)] = &[
    (
        "box",
        "SizeRw SizeRootFs State.Health Config.ExposedPorts Config.Healthcheck Config.ArgsEscaped Config.NetworkDisabled
         Config.MacAddress Config.StopSignal Config.StopTimeout Config.Shell HostConfig.Annotations HostConfig.StorageOpt
         HostConfig.Tmpfs HostConfig.Sysctls HostConfig.Mounts HostConfig.Init State.Health.Status Config.Nosuch",
    ),
    ("bridge", "Peers Services Nosuch"),
    ("memo", "CreatedAt Status UsageData ClusterVolume Nosuch"),
    ("lab/shell:1", "Variant OsVersion Nosuch"),
];

#[test]
fn what_is_left_out_where_it_is_not_set_has_a_value_in_templates() {
    let engine = Engine::start(everyone()[0]);
    let dir = tempfile::tempdir().unwrap();
    let bind = format!("{}:/host", dir.path().display());
    good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
    good(engine.dockwalk(&["docker", "create", "--name", "box", "-v", &bind, "-v", "memo:/data", "lab/shell:1"]));
    let same = |template: &str, of: &str| {
        let line = ["inspect", "-f", template, of];
        let [theirs, ours] = [engine.docker(&line), engine.dockwalk(&[&["docker"], &line[..]].concat())].map(output);
        assert_eq!(ours.status.success(), theirs.status.success(), "{of} {template}");
        // What is printed before an error differs: Docker's begins once more.
        let well = ours.status.success();
        if well {
            let [theirs, ours] = [theirs, ours].map(|it| String::from_utf8(it.stdout).unwrap());
            assert_eq!(ours, theirs, "{of} {template}");
        }
        well
    };
    let mut known = 0;
    for (of, fields) in ASKED {
        for field in fields.split_whitespace() {
            known += usize::from(same(&format!("{{{{.{field}}}}}"), of));
            same(&format!("{{{{if .{field}}}}}set{{{{else}}}}not set{{{{end}}}}"), of);
        }
    }
    assert!(known > 20, "{known}");
    assert!(same("{{range .Mounts}}{{println .Type .Name .Driver .Destination}}{{end}}", "box"));
    assert!(same("{{with .State.Health}}{{.Status}}{{else}}none{{end}}", "box"));
}
