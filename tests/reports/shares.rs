//! What a container may use beside others: parts and places of processors, memory that it is pressed down to, disks. What this host
//! cannot limit is said, and the container runs without it.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};

/// The files of version 1, where that is what there is.
const SHOWN: &str = "cd /sys/fs/cgroup; cat cpu/cpu.shares cpu/cpu.cfs_period_us cpu/cpu.cfs_quota_us cpuset/cpuset.cpus \
                     memory/memory.soft_limit_in_bytes memory/memory.swappiness; head -n 1 memory/memory.oom_control";
const FLAGS: &str = "--cpu-shares 512 --cpu-period 50000 --cpu-quota 20000 --cpuset-cpus 0 --cpuset-mems 0 \
                     --memory-reservation 20m --memory-swappiness 0 -m 40m --oom-kill-disable";

pub fn area(side: &Side<'_>) {
    refused(side);
    let able = side.get("/info")["CPUSet"] == true;
    let said = {
        let args: Vec<_> = ["run", "-d", "--name", "box"].into_iter().chain(FLAGS.split_whitespace()).collect();
        side.output(&args.into_iter().chain([IMAGE, "sleep", "600"]).collect::<Vec<_>>())
    };
    let err = text(&said.stderr);
    assert!(said.status.success(), "{err}");
    let host = &side.get("/containers/box/json")["HostConfig"];
    for (field, value) in [
        ("CpuShares", 512),
        ("CpuPeriod", 50_000),
        ("CpuQuota", 20_000),
        ("MemoryReservation", 20 << 20),
        ("MemorySwappiness", 0),
    ] {
        assert_eq!(host[field], value, "{field}");
    }
    assert_eq!((&host["CpusetCpus"], &host["OomKillDisable"]), (&"0".into(), &true.into()));
    if !able {
        // Without control groups it runs without them, and that is said.
        for word in ["cpu-shares=512", "cpuset-cpus=0", "memory-reservation=20971520", "control groups"] {
            assert!(err.contains(word), "{word}: {err}");
        }
        side.good("rm -f box");
        return;
    }
    if side.get("/info")["CgroupVersion"] == "1" {
        let shown = || good(side.args(&["exec", "box", "sh", "-c", SHOWN]));
        assert_eq!(shown(), "512\n50000\n20000\n0\n20971520\n0\noom_kill_disable 1");
        side.good("update --cpu-shares 256 --cpu-quota 30000 --memory-reservation 30m --cpuset-cpus 0-1 box");
        assert_eq!(shown(), "256\n50000\n30000\n0-1\n31457280\n0\noom_kill_disable 1");
        let said = side.fails("update --cpus 1 box", 1);
        assert!(said.contains("Conflicting options"), "{said}");
    }
    side.fails("update --cpuset-cpus 77 box", 1);
    side.fails("update --cpu-period 10 box", 1);
    side.good("rm -f box");
    // Limits that do not hold are said to.
    let said = side.output(&["create", "--name", "box", "--oom-kill-disable", IMAGE]);
    let err = text(&said.stderr);
    assert!(said.status.success() && err.contains("no memory limit is set"), "{err}");
    side.good("rm box");
    // Docker's CLI of now leaves this one out.
    let kernel = |bytes: i64| {
        let body = format!(r#"{{"Image":"{IMAGE}","HostConfig":{{"KernelMemory":{bytes}}}}}"#);
        let (status, said) = side.post("/containers/create", &body);
        (status, text(&said))
    };
    let (status, said) = kernel(20 << 20);
    assert!(status == 201 && said.contains("deprecated"), "{status} {said}");
    assert_eq!(kernel(1 << 20).0, 400);
    // A part of the disks there may be, or not.
    let said =
        side.output(&["run", "--rm", "--blkio-weight", "500", IMAGE, "sh", "-c", "cat /sys/fs/cgroup/blkio/*weight"]);
    let (out, err) = (text(&said.stdout), text(&said.stderr));
    assert!(out.contains("500") || err.contains("discarded"), "{out}{err}");
}

fn refused(side: &Side<'_>) {
    for (flags, words) in [
        ("--cpuset-cpus 0-999", "Requested CPUs are not available"),
        ("--cpuset-cpus foo", "nvalid"),
        ("--cpuset-mems 55", "Requested memory nodes are not available"),
        ("--memory-reservation 1m", ""),
        ("-m 20m --memory-reservation 30m", "Minimum memory limit can not be less than memory reservation"),
        ("--cpu-period 10", "1000"),
        ("--cpu-quota 10", "1000"),
        ("--cpus 1 --cpu-period 50000", "Conflicting options: Nano CPUs and CPU Period cannot both be set"),
        ("--cpus 1 --cpu-quota 50000", "Conflicting options: Nano CPUs and CPU Quota cannot both be set"),
        ("--memory-swappiness 101", "Valid memory swappiness range is 0-100"),
        ("--cpu-shares 1", ""),
        ("--cpu-shares x", ""),
        ("--blkio-weight x", ""),
    ] {
        let said = side.fails(&format!("run --rm {flags} {IMAGE} true"), 125);
        assert!(said.contains(words), "{flags}: {said}");
    }
    if !side.is_docker() {
        for fields in
            [r#""BlkioWeight":5"#, r#""CpuShares":-1"#, r#""MemorySwappiness":101"#, r#""CpusetCpus":"0-4294967295""#]
        {
            let (status, said) =
                side.post("/containers/create", &format!(r#"{{"Image":"{IMAGE}","HostConfig":{{{fields}}}}}"#));
            assert_eq!(status, 400, "{fields}: {}", text(&said));
        }
    }
}
