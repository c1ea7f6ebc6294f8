//! What a container's processes and namespaces are set to when it starts: `--ulimit`, `--sysctl`, `--oom-score-adj`, its names and
//! where it asks for others, its hardware address. Read from the request; what Docker or the kernel would refuse later is refused
//! here.

use super::{bounds, invalid};
use crate::docker::{self, ContainerConfig, HostConfig, Ulimit as Asked};
use crate::engine::process::{Ulimit, resource};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::{Code, NetworkMode};
use serde_json::Value;

/// Before anything is made.
pub(super) fn check(config: &ContainerConfig, host: &HostConfig) -> Result<()> {
    ulimits(&host.ulimits)?;
    sysctls(host)?;
    let score = Value::from(host.oom_score_adj);
    invalid::invalid("HostConfig.OomScoreAdj", &score).map_or(Ok(()), Err)?;
    let mode = host.network_mode.as_str().into();
    if mac(&config.mac_address)?.is_some() && matches!(mode, NetworkMode::Host | NetworkMode::Container(_)) {
        return Err(Fault::new(FaultKind::BadRequest, Code::MacAndNetwork).with("network", mode));
    }
    Ok(())
}

/// As the kernel takes them.
pub(super) fn ulimits(asked: &[Asked]) -> Result<Vec<Ulimit>> {
    bounds::count("HostConfig.Ulimits", asked.len(), bounds::LIST)?;
    let one = |asked: &Asked| {
        let fault = |code| Fault::new(FaultKind::BadRequest, code).with("name", bounds::short(&asked.name));
        let resource = resource(&asked.name).ok_or_else(|| fault(Code::UlimitUnknown))?;
        // -1 is no limit: the greatest number there is.
        let (soft, hard) = (asked.soft.cast_unsigned(), asked.hard.cast_unsigned());
        if soft > hard {
            return Err(fault(Code::UlimitSoftAboveHard).with("soft", asked.soft).with("hard", asked.hard));
        }
        Ok(Ulimit { resource, soft, hard })
    };
    asked.iter().map(one).collect()
}

/// Paths below `/proc/sys`, with what is written there.
pub(super) fn sysctls(host: &HostConfig) -> Result<Vec<(String, String)>> {
    bounds::count("HostConfig.Sysctls", host.sysctls.len(), bounds::LIST)?;
    // The host's, or another container's, whose may be the host's, too: nobody would put the old value back.
    let others = |mode: &str| mode == "host" || mode.starts_with("container:");
    let (network_of_others, ipc_of_others) = (others(&host.network_mode), others(&host.ipc_mode));
    let one = |(name, value): (&String, &String)| {
        bounds::length("HostConfig.Sysctls", name, bounds::NAME)?;
        bounds::length("HostConfig.Sysctls", value, bounds::OPTIONS)?;
        let fault = |code| Fault::new(FaultKind::BadRequest, code).with("sysctl", bounds::short(name));
        let plain = name.split('.').all(|part| !part.is_empty() && part.bytes().all(is_plain));
        if !plain || !docker::is_own_sysctl(name) {
            return Err(fault(Code::SysctlNotAllowed));
        }
        let of_network = name.starts_with("net.");
        if network_of_others && of_network {
            return Err(fault(Code::SysctlOfHost));
        }
        if ipc_of_others && !of_network {
            return Err(fault(Code::SysctlOfIpc));
        }
        Ok((name.replace('.', "/"), value.clone()))
    };
    host.sysctls.iter().map(one).collect()
}

/// What Docker sets in a container's own network unasked (moby 20.10 `daemon/oci_linux.go`): every port may be listened at without a
/// capability, and everybody may ping, which takes a range of groups that a user namespace does not have.
pub(super) fn default_sysctls(host: &HostConfig, network: &NetworkMode, rootless: bool) -> Vec<(String, String)> {
    if matches!(network, NetworkMode::Host | NetworkMode::Container(_)) {
        return Vec::new();
    }
    let all = [("net.ipv4.ip_unprivileged_port_start", "0"), ("net.ipv4.ping_group_range", "0 2147483647")];
    let wanted = all.into_iter().take(if rootless { 1 } else { 2 });
    let wanted = wanted.filter(|(name, _)| !host.sysctls.contains_key(*name));
    wanted.map(|(name, value)| (name.replace('.', "/"), value.to_owned())).collect()
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// `02:42:ac:11:00:02`, or with dashes; none where nothing is said. One of a group, or of nobody, is none (`is_valid_ether_addr`).
pub(super) fn mac(text: &str) -> Result<Option<[u8; 6]>> {
    if text.is_empty() {
        return Ok(None);
    }
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidMac).with("mac", bounds::short(text));
    let mac = docker::mac(text).ok_or_else(bad)?;
    if mac[0] & 1 == 1 || mac == [0; 6] { Err(bad()) } else { Ok(Some(mac)) }
}

#[cfg(test)]
mod tests {
    use super::sysctls as sysctls_of;
    use super::*;

    #[test]
    fn a_hardware_address_is_one_that_a_link_can_have() {
        assert_eq!(mac("02:42:aC:11:00:99").unwrap(), Some([2, 0x42, 0xac, 0x11, 0, 0x99]));
        assert_eq!(mac("02-42-ac-11-00-98").unwrap(), Some([2, 0x42, 0xac, 0x11, 0, 0x98]));
        for bad in ["foo", "02:42", "01:00:00:00:00:01", "00:00:00:00:00:00", "02:42:ac:11:00:99:00", "2:42:ac:11:0:9"]
        {
            assert_eq!(mac(bad).unwrap_err().problem.code, Code::InvalidMac, "{bad}");
        }
    }

    #[test]
    fn only_sysctls_of_the_containers_own_namespaces_are_set() {
        let shared = |network: &str, ipc: &str, name: &str| {
            let sysctls = [(name.to_owned(), "1".to_owned())].into();
            let (network_mode, ipc_mode) = (network.into(), ipc.into());
            let host = HostConfig { sysctls, network_mode, ipc_mode, ..HostConfig::default() };
            sysctls_of(&host).map(|all| all[0].0.clone()).map_err(|fault| fault.problem.code)
        };
        let asked = |network: &str, name: &str| shared(network, "", name);
        for ipc in ["host", "container:1"] {
            for name in ["kernel.shmmax", "kernel.msgmax", "kernel.sem", "kernel.shm_rmid_forced", "fs.mqueue.msg_max"]
            {
                assert_eq!(shared("bridge", ipc, name), Err(Code::SysctlOfIpc), "{ipc} {name}");
            }
            assert_eq!(shared("bridge", ipc, "net.ipv4.ip_forward"), Ok("net/ipv4/ip_forward".to_owned()));
            assert_eq!(shared(ipc, "private", "net.ipv4.ip_forward"), Err(Code::SysctlOfHost), "{ipc}");
        }
        assert_eq!(shared("bridge", "shareable", "kernel.shmmax"), Ok("kernel/shmmax".to_owned()));
        assert_eq!(asked("bridge", "net.ipv4.ip_forward"), Ok("net/ipv4/ip_forward".to_owned()));
        assert_eq!(asked("host", "kernel.msgmax"), Ok("kernel/msgmax".to_owned()));
        assert_eq!(asked("host", "net.ipv4.ip_forward"), Err(Code::SysctlOfHost));
        for bad in ["vm.swappiness", "kernel.hostname", "net..x", "net.", "net./etc", "net.a/../b", "net.a b", ""] {
            assert_eq!(asked("bridge", bad), Err(Code::SysctlNotAllowed), "{bad}");
        }
    }

    #[test]
    fn what_is_set_unasked_is_set_in_a_network_of_its_own() {
        let set = |network: &str, asked: &str, rootless| {
            let sysctls = [(asked.to_owned(), "1".to_owned())].into();
            default_sysctls(&HostConfig { sysctls, ..HostConfig::default() }, &network.into(), rootless).len()
        };
        let port = "net.ipv4.ip_unprivileged_port_start";
        assert_eq!([set("bridge", "", false), set("none", "", false), set("bridge", "", true)], [2, 2, 1]);
        assert_eq!([set("bridge", port, false), set("bridge", port, true)], [1, 0], "what is asked for counts");
        assert_eq!([set("host", "", false), set("container:1", "", false)], [0, 0]);
    }

    #[test]
    fn a_soft_limit_is_not_above_the_hard_one() {
        let asked = |name: &str, soft, hard| {
            let one = [Asked { name: name.into(), soft, hard }];
            ulimits(&one).map(|all| (all[0].soft, all[0].hard)).map_err(|fault| fault.problem.code)
        };
        assert_eq!(asked("nofile", 5, 6), Ok((5, 6)));
        assert_eq!(asked("cpu", 5, -1), Ok((5, u64::MAX)));
        assert_eq!(asked("cpu", -1, 5), Err(Code::UlimitSoftAboveHard));
        assert_eq!(asked("nofiles", 5, 6), Err(Code::UlimitUnknown));
    }
}
