//! Every flag of `docker run`, of 20.10 and of the docker CLI that is here: it is built, or refused by its name with a reason.

use crate::side::{IMAGE, Side, text};

/// Flags with a value that means something.
const BUILT: &[&str] = &[
    "--add-host a:10.0.0.5",
    "--attach stdout",
    "--blkio-weight 500",
    "--cap-add NET_ADMIN",
    "--cap-drop NET_RAW",
    "--cgroupns host",
    "--cpu-period 50000",
    "--cpu-quota 20000",
    "--cpu-shares 512",
    "--cpus 1",
    "--cpuset-cpus 0",
    "--cpuset-mems 0",
    "--disable-content-trust",
    "--dns 10.0.0.5",
    "--dns-opt debug",
    "--dns-option debug",
    "--dns-search lan",
    "--domainname lan",
    "--entrypoint sh",
    "--env A=1",
    "--env-file /dev/null",
    "--expose 80",
    "--group-add 7",
    "--help",
    "--hostname box",
    "--init",
    "--interactive",
    "--ipc host",
    "--isolation default",
    "--kernel-memory 20m",
    "--label a=b",
    "--link other:db",
    "--label-file /dev/null",
    "--log-driver local",
    "--log-opt max-size=1m",
    "--memory 20m",
    "--memory-reservation 20m",
    "--memory-swap=-1",
    "--memory-swappiness 60",
    "--mount type=tmpfs,target=/t",
    "--name named",
    "--net none",
    "--ip 172.17.0.9",
    "--ip6 fd00::9",
    "--network host",
    "--no-healthcheck",
    "--oom-kill-disable",
    "--oom-score-adj 500",
    "--pids-limit 64",
    "--privileged",
    "--pull never",
    "--quiet",
    "--read-only",
    "--restart no",
    "--rm",
    "--security-opt no-new-privileges",
    "--shm-size 1m",
    "--stop-signal USR1",
    "--stop-timeout 5",
    "--sysctl net.ipv4.ip_forward=1",
    "--tmpfs /t",
    "--tty",
    "--ulimit nofile=64",
    "--user 7",
    "--userns host",
    "--uts host",
    "--volume /v",
    "--volumes-from other",
    "--workdir /",
];

/// What is refused, and the name of it that is said.
const REFUSED: &[(&str, &str)] = &[
    ("--blkio-weight-device /dev/null:100", "BlkioWeightDevice"),
    ("--cgroup-parent /x", "CgroupParent"),
    ("--cpu-rt-period 1000", "CpuRealtimePeriod"),
    ("--cpu-rt-runtime 1000", "CpuRealtimeRuntime"),
    ("--device /dev/null", "Devices"),
    ("--device-cgroup-rule=c_1:3_r", "device"),
    ("--device-read-bps /dev/null:1mb", "BlkioDeviceReadBps"),
    ("--device-read-iops /dev/null:10", "BlkioDeviceReadIOps"),
    ("--device-write-bps /dev/null:1mb", "BlkioDeviceWriteBps"),
    ("--device-write-iops /dev/null:10", "BlkioDeviceWriteIOps"),
    ("--gpus all", "DeviceRequests"),
    ("--link-local-ip 169.254.1.1", "IPAMConfig"),
    ("--pid host", "PidMode"),
    ("--runtime runc", "Runtime"),
    ("--storage-opt size=1g", "StorageOpt"),
    ("--volume-driver foo", "VolumeDriver"),
];

/// Of the client alone, of Windows, or of what another area tries.
const OTHERS: &[&str] = &[
    "--annotation",
    "--cidfile",
    "--cpu-count",
    "--cpu-percent",
    "--detach",
    "--detach-keys",
    "--health-cmd",
    "--health-interval",
    "--health-retries",
    "--health-start-interval",
    "--health-start-period",
    "--health-timeout",
    "--io-maxbandwidth",
    "--io-maxiops",
    "--mac-address",
    "--network-alias",
    "--platform",
    "--publish",
    "--publish-all",
    "--sig-proxy",
    "--use-api-socket",
];

pub fn area(side: &Side<'_>) {
    if side.is_docker() {
        // It has them all, or what this kernel lets it have.
        return;
    }
    side.good(&format!("create --name other {IMAGE}"));
    let flag = |line: &&str| line.split([' ', '=']).next().unwrap_or_default().to_owned();
    let tried: Vec<String> = BUILT.iter().map(flag).chain(REFUSED.iter().map(|(line, _)| flag(line))).collect();
    let known = |flag: &str| OTHERS.contains(&flag) || tried.iter().any(|one| one == flag);
    let help = side.good("run --help");
    let words = help.split([' ', ',', '\n', '=', '[']).filter(|word| word.len() > 2 && word.starts_with("--"));
    let unknown: Vec<_> = words.filter(|word| !known(word)).collect();
    // Ours has some for the whole program.
    let ours = help.contains("--lessons");
    assert!(ours || unknown.is_empty(), "nobody has tried {unknown:?}");
    for line in BUILT {
        let said = create(side, line);
        assert!(said.status.success(), "{line}: {}", text(&said.stderr));
    }
    for (line, name) in REFUSED {
        let said = create(side, line);
        let (status, err) = (said.status.code(), text(&said.stderr));
        assert!(status.is_some_and(|status| status > 0) && err.contains(name), "{line}: {status:?} {err}");
        assert!(!err.contains("Docker has no option"), "{line}: {err}");
    }
}

fn create(side: &Side<'_>, flag: &str) -> std::process::Output {
    let args: Vec<_> = ["create"].into_iter().chain(flag.split(' ')).chain([IMAGE, "true"]).collect();
    let said = side.output(&args);
    side.output(&["rm", "-f", "named"]);
    said
}
