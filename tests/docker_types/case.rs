//! Fields of requests are read whatever their case, all of them: a field that its type's list of names lacks is seen here.

use crate::sample;
use dockwalk::docker::{Request, from_value};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt::Debug;

/// Fields whose members' names are a user's.
const MAPS: &[&str] = &[
    "AuxiliaryAddresses",
    "DriverOpts",
    "EndpointsConfig",
    "ExposedPorts",
    "Labels",
    "Options",
    "PortBindings",
    "Sysctls",
    "Tmpfs",
    "Volumes",
];

/// The same with all names of fields in small letters.
fn small(value: Value, names: bool) -> Value {
    match value {
        Value::Object(fields) => {
            let field = |(name, value): (String, Value)| {
                let kept = names && MAPS.contains(&name.as_str());
                (if names { name.to_lowercase() } else { name }, small(value, !kept))
            };
            fields.into_iter().map(field).collect()
        }
        Value::Array(all) => all.into_iter().map(|one| small(one, true)).collect(),
        other => other,
    }
}

fn check<T: Serialize + DeserializeOwned + Default + PartialEq + Debug + Request>(sample: T) {
    let written = serde_json::to_value(&sample).unwrap();
    assert_eq!(from_value::<T>(&small(written, true)).unwrap(), sample);
}

#[test]
fn every_field_of_a_request_is_read_whatever_its_case() {
    check(sample::container_create());
    check(sample::exec_create());
    check(sample::exec_start());
    check(sample::volume_create());
    check(sample::network_create());
    check(sample::network_connect());
    check(sample::network_disconnect());
    check(sample::auth_config());
}
