//! A directory on a file, or a file on a directory: refused when it is started, in words of both.

use crate::side::{Side, shared};

pub fn area(side: &Side<'_>) {
    let dir = shared();
    std::fs::write(dir.path().join("file"), "text\n").unwrap();
    std::fs::create_dir(dir.path().join("dir")).unwrap();
    let (file, sub) = (dir.path().join("file"), dir.path().join("dir"));
    let refused = |flags: &str, source: &str, target: &str| {
        let said = side.fails(&format!("run --rm {flags} lab/shell:1 true"), 125);
        assert!(said.contains(target) && said.contains("directory"), "{flags}: {said}");
        assert!(side.is_docker() || said.contains(source) && said.contains("file"), "{flags}: {said}");
    };
    let (file, sub) = (file.to_str().unwrap(), sub.to_str().unwrap());
    for target in ["/etc/hosts", "/etc/hostname", "/etc/resolv.conf", "/bin/busybox"] {
        refused(&format!("-v {sub}:{target}"), sub, target);
        refused(&format!("--mount type=bind,src={sub},dst={target}"), sub, target);
        refused(&format!("--tmpfs {target}"), "tmpfs", target);
    }
    side.fails("run --rm -v data:/etc/hosts lab/shell:1 true", 125);
    for target in ["/etc", "/bin"] {
        refused(&format!("-v {file}:{target}:ro"), file, target);
    }
    // What fits, and what is not there yet.
    assert_eq!(side.run(&format!("-v {file}:/etc/hosts"), "cat /etc/hosts"), "text");
    assert_eq!(side.run(&format!("-v {file}:/new/file"), "cat /new/file"), "text");
    assert_eq!(side.run(&format!("-v {sub}:/new/dir"), "test -d /new/dir && echo dir"), "dir");
}
