//! `docker cp` out of and into a container that changes its files meanwhile.

use super::{CANARY, check, good, output, rounds};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// CVE-2018-15664: a container exchanges a directory for a link that leads outside, while files are copied out of that and into it.
#[test]
fn a_copy_leads_nowhere_else() {
    check(|bench| {
        bench.plain();
        let outside = bench.outside.path().display().to_string();
        let files = tempfile::tempdir().unwrap();
        fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let put = files.path().join("put");
        fs::write(&put, "put").unwrap();
        let script = format!(
            "busybox mkdir -p /v/dir; echo within > /v/dir/canary; busybox ln -s /../../../../../..{outside} /v/link; \
             exec attack swap /v/dir /v/link {}",
            rounds()
        );
        good(bench.docker(&["run", "-d", "--name", "swap", "plain:1", "sh", "-c", &script]));
        let (mut out, mut into) = (0, 0);
        for n in 0..12 {
            let said = output(bench.docker(&["cp", "swap:/v/dir/canary", "-"]));
            assert!(!String::from_utf8_lossy(&said.stdout).contains(CANARY), "what lies outside was read");
            out += u32::from(said.status.success());
            let target = format!("swap:/v/dir/put{n}");
            into += u32::from(output(bench.docker(&["cp", put.to_str().unwrap(), &target])).status.success());
            bench.nothing_outside("while it is exchanged");
        }
        assert!(out > 0 && into > 0, "at times it goes well: {out} {into}");
        bench.try_docker(&["exec", "swap", "touch", "/stop"]);
        good(bench.docker(&["wait", "swap"]));
        // The same of one that does not run: its links lead nowhere but in itself.
        for path in ["/v/link/canary", "/v/dir/canary"] {
            let said = output(bench.docker(&["cp", &format!("swap:{path}"), "-"]));
            assert!(!String::from_utf8_lossy(&said.stdout).contains(CANARY), "{path}");
        }
        for n in 0..3 {
            output(bench.docker(&["cp", put.to_str().unwrap(), &format!("swap:/v/link/after{n}")]));
        }
        bench.nothing_outside("after it has ended");
        good(bench.docker(&["rm", "-f", "swap"]));
    });
}
