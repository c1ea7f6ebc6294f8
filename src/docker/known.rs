//! What Docker knows beside what dockwalk can do: so that an option that is not built is told from one that never was.

use serde_json::Value;

/// What Docker has of an option and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Both.
    Both,
    /// No option of that name.
    NoOption,
    /// Others than this one.
    Others(&'static [&'static str]),
}

/// What a request may have beside the fields of the types here, by the object that it stands in.
const FIELDS: &[(&str, &str)] = &[
    ("", "ClusterVolumeSpec Driver DriverOpts"),
    (
        "HostConfig.",
        "Annotations BlkioDeviceReadBps BlkioDeviceReadIOps BlkioDeviceWriteBps BlkioDeviceWriteIOps \
         BlkioWeightDevice Cgroup CgroupParent CgroupnsMode CpuCount CpuPercent CpuRealtimePeriod \
         CpuRealtimeRuntime DeviceCgroupRules DeviceRequests Devices \
         IOMaximumBandwidth IOMaximumIOps IpcMode Isolation KernelMemoryTCP Links MaskedPaths \
         PidMode ReadonlyPaths Runtime \
         StorageOpt UTSMode UsernsMode VolumeDriver VolumesFrom Init Binds LogConfig NetworkMode \
         PortBindings RestartPolicy SecurityOpt",
    ),
    ("HostConfig.LogConfig.", "Type"),
    ("HostConfig.RestartPolicy.", "Name"),
    ("HostConfig.Mounts.", "ClusterOptions Consistency ImageOptions Type"),
    ("HostConfig.Mounts.BindOptions.", "Propagation ReadOnlyForceRecursive ReadOnlyNonRecursive"),
    ("HostConfig.Mounts.VolumeOptions.", "Subpath"),
    ("HostConfig.Mounts.TmpfsOptions.", "Options"),
    (
        "NetworkingConfig.",
        "DNSNames DriverOpts EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen GwPriority IPAddress IPPrefixLen \
         IPv6Gateway NetworkID",
    ),
    ("NetworkingConfig.IPAMConfig.", "LinkLocalIPs"),
    ("Network.", "ConfigFrom ConfigOnly EnableIPv4 IPAM Ingress Scope"),
    ("Network.IPAM.", "Driver Options"),
    ("--log-opt ", "compress env env-regex labels labels-regex max-buffer-size max-file max-size mode tag"),
];

/// Options that take one of some words. What stands in `<>` may be anything.
const WORDS: &[(&str, &[&str])] = &[
    (
        "HostConfig.Binds",
        &[
            "ro",
            "rw",
            "z",
            "Z",
            "nocopy",
            "private",
            "rprivate",
            "shared",
            "rshared",
            "slave",
            "rslave",
            "consistent",
            "cached",
            "delegated",
        ],
    ),
    ("HostConfig.Cgroup", &["container:<name|id>"]),
    ("HostConfig.CgroupnsMode", &["host", "private"]),
    ("HostConfig.IpcMode", &["none", "private", "shareable", "host", "container:<name|id>"]),
    // The others are of Windows.
    ("HostConfig.Isolation", &["default"]),
    (
        "HostConfig.LogConfig.Type",
        &[
            "json-file",
            "local",
            "none",
            "syslog",
            "journald",
            "gelf",
            "fluentd",
            "awslogs",
            "splunk",
            "gcplogs",
            "logentries",
        ],
    ),
    ("HostConfig.Mounts.BindOptions.Propagation", &["private", "rprivate", "shared", "rshared", "slave", "rslave"]),
    ("HostConfig.Mounts.Type", &["bind", "volume", "tmpfs", "image", "cluster"]),
    ("HostConfig.NetworkMode", &["bridge", "host", "none", "container:<name|id>", "<name|id of a network>"]),
    ("HostConfig.PidMode", &["host", "container:<name|id>"]),
    ("HostConfig.RestartPolicy.Name", &["no", "always", "on-failure", "unless-stopped"]),
    (
        "HostConfig.SecurityOpt",
        &[
            "apparmor=<profile>",
            "label=<label>",
            "no-new-privileges",
            "no-new-privileges=true",
            "no-new-privileges=false",
            "seccomp=<profile>",
            "systempaths=unconfined",
            "writable-cgroups=true",
            "writable-cgroups=false",
        ],
    ),
    ("HostConfig.UTSMode", &["host"]),
    ("HostConfig.UsernsMode", &["host"]),
];

/// Whether Docker has an option, named with what it stands in, and one with that value.
pub fn known(option: &str, value: &Value) -> Known {
    let (place, name) = option.rfind(['.', ' ']).map_or(("", option), |end| option.split_at(end + 1));
    // A flag is no field: its name has one case.
    let named = |known: &str| if place.starts_with("--") { known == name } else { same(known, name) };
    let there = |(of, names): &(&str, &str)| *of == place && names.split_ascii_whitespace().any(named);
    // What stands in none of these objects is a field of a type.
    if FIELDS.iter().any(|(of, _)| *of == place) && !FIELDS.iter().any(there) {
        return Known::NoOption;
    }
    let words = WORDS.iter().find(|(of, _)| same(of, option)).map(|(_, words)| *words);
    match (words, value.as_str()) {
        (Some(words), Some(said)) if !words.iter().any(|word| says(word, said)) => Known::Others(words),
        _ => Known::Both,
    }
}

/// Names of fields are the same whatever their case; two letters beyond ASCII fold into it (Go's `strings.EqualFold`).
pub(super) fn same(a: &str, b: &str) -> bool {
    let fold = |text: &str| -> Vec<char> {
        let letter = |letter: char| match letter {
            'ſ' => 's',
            '\u{212a}' => 'k',
            other => other.to_ascii_lowercase(),
        };
        text.chars().map(letter).collect()
    };
    a.eq_ignore_ascii_case(b) || !b.is_ascii() && fold(a) == fold(b)
}

fn says(word: &str, said: &str) -> bool {
    // A security option has its value behind either sign.
    let either = |text: &str| text.replacen(['=', ':'], "=", 1);
    match word.split_once('<') {
        Some((before, _)) => said.len() > before.len() && either(said).starts_with(&either(before)),
        None => truth(&either(said)) == either(word),
    }
}

/// Go's `strconv.ParseBool`.
pub fn bool_of(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(false),
        _ => None,
    }
}

/// `name=1` is `name=true`, in whichever of its ways a truth is written.
fn truth(said: &str) -> String {
    let said_so = said.split_once('=').and_then(|(name, value)| Some(format!("{name}={}", bool_of(value)?)));
    said_so.unwrap_or_else(|| said.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::HostConfigOther;
    use serde_json::json;

    #[test]
    fn what_docker_shows_of_a_container_is_known() {
        let Value::Object(shown) = serde_json::to_value(HostConfigOther::default()).unwrap() else { panic!() };
        for name in shown.keys() {
            assert_eq!(known(&format!("HostConfig.{name}"), &json!(1)), Known::Both, "{name}");
        }
        let inside = FIELDS.iter().map(|(place, _)| place).collect::<Vec<_>>();
        for (option, _) in WORDS {
            let end = option.rfind('.').unwrap() + 1;
            assert!(inside.iter().any(|place| **place == &option[..end]), "{option}");
            assert_eq!(known(option, &json!(null)), Known::Both, "{option}");
        }
    }

    #[test]
    fn what_never_was_is_told_from_what_is_not_built() {
        for (option, value) in [
            ("HostConfig.IpcMode", "shareable"),
            ("HostConfig.IpcMode", "container:box"),
            ("HostConfig.ipcmode", "host"),
            ("HostConfig.SecurityOpt", "seccomp:/file"),
            ("HostConfig.SecurityOpt", "label=type:x"),
            ("HostConfig.SecurityOpt", "no-new-privileges:true"),
            ("HostConfig.SecurityOpt", "no-new-privileges:T"),
            ("HostConfig.SecurityOpt", "writable-cgroups=1"),
            ("HostConfig.SecurityOpt", "writable-cgroups:FALSE"),
            ("HostConfig.Mounts.Consistency", "foo"),
            ("HostConfig.LogConfig.Type", "syslog"),
            ("HostConfig.Binds", "rshared"),
            ("HostConfig.Runtime", "runc"),
            ("HostConfig.Mounts.Type", "image"),
            ("--log-opt tag", "x"),
        ] {
            assert_eq!(known(option, &json!(value)), Known::Both, "{option} {value}");
        }
        for (option, value) in [
            ("HostConfig.IpcMode", "foo"),
            ("HostConfig.IpcMode", "HOST"),
            ("HostConfig.IpcMode", "container:"),
            ("HostConfig.ipcmode", "foo"),
            ("HostConfig.PidMode", "private"),
            ("HostConfig.UTSMode", "foo"),
            ("HostConfig.UsernsMode", "keep-id"),
            ("HostConfig.CgroupnsMode", "foo"),
            ("HostConfig.Isolation", "hyperv"),
            ("HostConfig.LogConfig.Type", "foo"),
            ("HostConfig.RestartPolicy.Name", "sometimes"),
            ("HostConfig.SecurityOpt", "foo"),
            ("HostConfig.SecurityOpt", "seccomp="),
            ("HostConfig.SecurityOpt", "no-new-privileges:maybe"),
            ("HostConfig.SecurityOpt", "no-new-privileges="),
            ("HostConfig.SecurityOpt", "writable-cgroups=tRUE"),
            ("HostConfig.Binds", "Cached"),
            ("HostConfig.Mounts.Type", ""),
            ("HostConfig.Mounts.BindOptions.Propagation", "foo"),
        ] {
            assert!(matches!(known(option, &json!(value)), Known::Others(_)), "{option} {value}");
        }
        for option in ["Foo", "HostConfig.Foo", "HostConfig.Mounts.Foo", "NetworkingConfig.Foo", "--log-opt foo"] {
            assert_eq!(known(option, &json!("x")), Known::NoOption, "{option}");
        }
    }

    #[test]
    fn names_are_the_same_as_go_has_it() {
        for (a, b) in [("Hostname", "hoſtNAME"), ("WorkingDir", "wor\u{212a}ingdir"), ("Cmd", "CMD")] {
            assert!(same(a, b), "{a} {b}");
        }
        for (a, b) in [("Hostname", "hostnamé"), ("Cmd", "Cmd "), ("ſ", "x"), ("Init", "\u{131}nit")] {
            assert!(!same(a, b), "{a} {b}");
        }
    }
}
