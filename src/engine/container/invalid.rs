//! Values that Docker itself refuses. Of an option that is not built whoever asks for one is told that it is none, not that it may be
//! honoured some day.

use super::bounds;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use serde_json::Value;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Numbers, and from where to where each may be. Where 0 says nothing it has been let through before.
const NUMBERS: &[(&str, i64, i64)] = &[
    ("HostConfig.OomScoreAdj", -1000, 1000),
    ("HostConfig.MemorySwappiness", -1, 100),
    ("HostConfig.CpuPeriod", 1_000, 1_000_000),
    ("HostConfig.BlkioWeight", 10, 1000),
    ("HostConfig.MemoryReservation", 6 << 20, i64::MAX),
    ("HostConfig.KernelMemory", 6 << 20, i64::MAX),
];

/// The shortest time of a health check, in billionths of a second.
const SHORTEST: i64 = 1_000_000;

/// Why a value is none; nothing where it is good, or where nobody here knows.
pub fn invalid(option: &str, value: &Value) -> Option<Fault> {
    let fault = |option: &str, value: &Value, wanted: &str| {
        let fault = Fault::new(FaultKind::BadRequest, Code::InvalidValue).with("option", option);
        Some(fault.with("value", bounds::short(&value.to_string())).with("wanted", wanted))
    };
    if let (Some(number), Some((_, least, most))) = (value.as_i64(), NUMBERS.iter().find(|(of, ..)| *of == option)) {
        let said = |least: i64| fault(option, value, "at-least").map(|fault| fault.with("least", least));
        return match (*least..=*most).contains(&number) {
            true => None,
            false if *most == i64::MAX => said(*least).filter(|_| number > 0),
            false => {
                let words = if *option == *"HostConfig.CpuPeriod" { "cpu-period" } else { "range" };
                fault(option, value, words).map(|fault| fault.with("least", least).with("most", most))
            }
        };
    }
    let text = value.as_str();
    match option {
        // Less than 0 is no limit.
        "HostConfig.CpuQuota" if value.as_i64().is_some_and(|quota| (1..1000).contains(&quota)) => {
            fault(option, value, "cpu-quota").map(|fault| fault.with("least", 1000))
        }
        "HostConfig.CpusetCpus" | "HostConfig.CpusetMems" if !text.is_none_or(is_list) => fault(option, value, "cpus"),
        // Others than these there are where Docker was told of them.
        "HostConfig.Runtime" if !text.is_none_or(|name| name == "runc" || name.starts_with("io.containerd.")) => {
            fault(option, value, "runtime")
        }
        "HostConfig.VolumesFrom" => {
            let bad = value.as_array()?.iter().find(|one| !one.as_str().is_none_or(is_source))?;
            fault(option, bad, "mode")
        }
        "NetworkingConfig.IPAMConfig" => {
            let address =
                |name: &str| value.get(name).filter(|said| said.as_str().is_some_and(|said| !said.is_empty()));
            let bad = |name: &str, good: fn(&str) -> bool, example: &str| {
                let said = address(name).filter(|said| !said.as_str().is_none_or(good))?;
                fault(&format!("{option}.{name}"), said, "address").map(|fault| fault.with("example", example))
            };
            bad("IPv4Address", |said| said.parse::<Ipv4Addr>().is_ok(), "172.17.0.9")
                .or_else(|| bad("IPv6Address", |said| said.parse::<Ipv6Addr>().is_ok(), "2001:db8::9"))
        }
        "Healthcheck" => {
            let number = |name: &str| value.get(name).filter(|said| said.as_i64().is_some());
            let bad = |name: &str, least: i64| {
                let said = number(name).filter(|said| said.as_i64().is_some_and(|n| n != 0 && n < least))?;
                fault(&format!("{option}.{name}"), said, "at-least").map(|fault| fault.with("least", least))
            };
            let times = ["Interval", "Timeout", "StartPeriod", "StartInterval"].into_iter();
            times.map(|name| (name, SHORTEST)).chain([("Retries", 0)]).find_map(|(name, least)| bad(name, least))
        }
        _ => None,
    }
}

/// `0-3,7`
fn is_list(text: &str) -> bool {
    text.split(',').all(|part| range(part).is_some())
}

/// `0-3`, or `7`.
pub(super) fn range(part: &str) -> Option<(u32, u32)> {
    let (first, last) = part.split_once('-').unwrap_or((part, part));
    let number = |text: &str| text.trim().parse::<u32>().ok();
    Some((number(first)?, number(last)?)).filter(|(first, last)| first <= last)
}

/// `name[:mode]`
fn is_source(text: &str) -> bool {
    const MODES: [&str; 7] = ["ro", "rw", "z", "Z", "consistent", "cached", "delegated"];
    let (name, mode) = text.split_once(':').unwrap_or((text, "rw"));
    !name.is_empty() && mode.split(',').all(|mode| MODES.contains(&mode))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::container::refusal::unsupported;
    use serde_json::json;

    #[test]
    fn what_docker_refuses_is_not_said_to_be_missing_here() {
        for (option, bad, good) in [
            ("HostConfig.OomScoreAdj", json!([5000, 1001, -1001]), json!([1000, -1000, 1])),
            ("HostConfig.MemorySwappiness", json!([101, -2, 5000]), json!([0, 60, 100])),
            ("HostConfig.CpuPeriod", json!([1, 999, 1_000_001, -5]), json!([1000, 100_000, 1_000_000])),
            ("HostConfig.CpuQuota", json!([1, 999, 10]), json!([1000, 50_000, -1])),
            ("HostConfig.BlkioWeight", json!([1, 9, 1001]), json!([10, 500, 1000])),
            ("HostConfig.MemoryReservation", json!([1, 1000, 6_291_455]), json!([6_291_456, 1 << 30, -1])),
            ("HostConfig.CpusetCpus", json!(["foo", "3-1", "1,", "-1"]), json!(["0", "0-3,7", "1,2"])),
            ("HostConfig.CpusetMems", json!(["x", "0-", "1 2"]), json!(["0", "0-1"])),
            ("HostConfig.Runtime", json!(["foo", "RUNC", "runc2"]), json!(["runc", "io.containerd.runc.v2"])),
            (
                "HostConfig.VolumesFrom",
                json!([["a:foo"], ["b", ":ro"], ["a:ro:rw"]]),
                json!([["a"], ["a:ro", "b:rw,z"]]),
            ),
            (
                "NetworkingConfig.IPAMConfig",
                json!([{"IPv4Address": "foo"}, {"IPv4Address": "1.2.3"}, {"IPv6Address": "1.2.3.4"}]),
                json!([{"IPv4Address": "172.17.0.9"}, {"IPv6Address": "fe80::1"}, {"LinkLocalIPs": ["x"]}]),
            ),
            (
                "Healthcheck",
                json!([{"Interval": 5}, {"Timeout": 999_999}, {"StartPeriod": -1}, {"Retries": -1}]),
                json!([{"Test": ["NONE"]}, {"Interval": 1_000_000, "Retries": 3}]),
            ),
        ] {
            let code = |value: &Value| unsupported(option, value).problem.code;
            for bad in bad.as_array().unwrap() {
                assert_eq!(code(bad), Code::InvalidValue, "{option} {bad}");
            }
            for good in good.as_array().unwrap() {
                // Built, or not: that is no matter here.
                assert_ne!(code(good), Code::InvalidValue, "{option} {good}");
            }
        }
    }
}
