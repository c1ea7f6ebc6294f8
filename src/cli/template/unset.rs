//! Fields that Docker leaves out of its JSON where they are not set, and its templates know all the same: to them they are of Go's types,
//! in which a field that is not set has a value.

use crate::docker::Json;

/// What a field is where it is left out.
#[derive(Clone, Copy)]
enum Zero {
    Text,
    Nil,
    Flag,
    List,
    Map,
}

use Zero::{Flag, List, Map, Nil, Text};

/// Whose field it is, told by one that is never left out; its name; what it is (docker's `api/types`, `omitempty`).
const UNSET: &[(&str, &str, Zero)] = &[
    // container.MountPoint
    ("Destination", "Name", Text),
    ("Destination", "Driver", Text),
    // container.State
    ("ExitCode", "Health", Nil),
    // container.InspectResponse
    ("AppArmorProfile", "SizeRw", Nil),
    ("AppArmorProfile", "SizeRootFs", Nil),
    // container.Config
    ("AttachStdin", "ExposedPorts", Map),
    ("AttachStdin", "Healthcheck", Nil),
    ("AttachStdin", "ArgsEscaped", Flag),
    ("AttachStdin", "NetworkDisabled", Flag),
    ("AttachStdin", "MacAddress", Text),
    ("AttachStdin", "StopSignal", Text),
    ("AttachStdin", "StopTimeout", Nil),
    ("AttachStdin", "Shell", List),
    // container.HostConfig
    ("CapAdd", "Annotations", Map),
    ("CapAdd", "StorageOpt", Map),
    ("CapAdd", "Tmpfs", Map),
    ("CapAdd", "Sysctls", Map),
    ("CapAdd", "Mounts", List),
    ("CapAdd", "Init", Nil),
    // volume.Volume
    ("Mountpoint", "CreatedAt", Text),
    ("Mountpoint", "Status", Map),
    ("Mountpoint", "UsageData", Nil),
    ("Mountpoint", "ClusterVolume", Nil),
    // network.Inspect
    ("Attachable", "Peers", List),
    ("Attachable", "Services", Map),
    // image.InspectResponse
    ("RepoDigests", "Variant", Text),
    ("RepoDigests", "OsVersion", Text),
];

/// The value of a field that is left out of an object with these; none if no type of Docker's is known to have it.
pub(super) fn value(fields: &[(String, Json)], name: &str) -> Option<Json> {
    let has = |known: &str| fields.iter().any(|(field, _)| field == known);
    let (.., zero) = UNSET.iter().find(|(of, left_out, _)| *left_out == name && has(of))?;
    Some(match zero {
        Text => Json::Text(String::new()),
        Nil => Json::Null,
        Flag => Json::Flag(false),
        List => Json::List(Vec::new()),
        Map => Json::Object(Vec::new()),
    })
}

/// Whether it is a container's configuration, which has the name of a map that logging drivers have.
pub(super) fn is_config(value: &Json) -> bool {
    matches!(value, Json::Object(fields) if fields.iter().any(|(field, _)| field == "AttachStdin"))
}
