//! How an option is refused that this engine cannot honour.

use super::{bounds, invalid};
use crate::docker::{Known, known};
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use serde_json::Value;

/// What cannot be honoured: something of Docker's that is not built, a value that Docker refuses, or what Docker does not have either.
pub fn unsupported(option: &str, value: &Value) -> Fault {
    if let Some(fault) = invalid::invalid(option, value) {
        return fault;
    }
    let (known, why) = (known(option, value), why(option));
    let (option, value) = (bounds::short(option), value.to_string());
    let value = if value.len() > 256 { bounds::short(&value) } else { value };
    let fault = |code| Fault::new(FaultKind::BadRequest, code).with("option", option).with("value", value);
    match known {
        Known::Both => fault(Code::UnsupportedOption).with("why", why),
        Known::NoOption => fault(Code::NoSuchOption),
        Known::Others(words) => fault(Code::NoSuchValue).with("known", words.join(", ")),
    }
}

/// Why it is not built, as far as there is more to say than that.
fn why(option: &str) -> &'static str {
    let field = option.strip_prefix("HostConfig.").unwrap_or(option);
    match field {
        "BlkioWeightDevice"
        | "BlkioDeviceReadBps"
        | "BlkioDeviceReadIOps"
        | "BlkioDeviceWriteBps"
        | "BlkioDeviceWriteIOps" => "disks",
        "CgroupParent" => "groups",
        "CpuRealtimePeriod" | "CpuRealtimeRuntime" => "realtime",
        "CpuCount" | "CpuPercent" | "IOMaximumBandwidth" | "IOMaximumIOps" => "windows",
        "DeviceRequests" | "Devices" | "DeviceCgroupRules" => "devices",
        "PidMode" => "namespaces",
        "Runtime" => "runtime",
        "StorageOpt" => "storage",
        "VolumeDriver" => "plugins",
        _ if field.starts_with("NetworkingConfig.") => "networks",
        _ => "other",
    }
}
