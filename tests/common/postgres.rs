//! A registry that stands in for Docker Hub, with PostgreSQL in it (`scripts/postgres-mirror`).

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// It serves until it is dropped; also when the test is killed, for then its standard input ends.
pub struct Mirror {
    child: Child,
    url: String,
}

impl Mirror {
    /// Builds the image where nobody has, and serves it. None where something lacks for that; it is said.
    pub fn start() -> Option<Self> {
        let lacking = ["apt-get", "dpkg-deb", "umoci", "skopeo", "docker-registry"].into_iter().find(|program| {
            let found =
                Command::new("sh").args(["-c", &format!("PATH=$PATH:/usr/sbin:/sbin; command -v {program}")]).output();
            !found.is_ok_and(|found| found.status.success())
        });
        if let Some(program) = lacking {
            crate::engine::lack(&format!("{program}, of which an image of PostgreSQL is made"));
            return None;
        }
        let mut child = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/postgres-mirror"))
            .args(["sh", "-c", "echo \"$DOCKWALK_REGISTRY_MIRRORS\"; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let url = url.trim_end().to_owned();
        if url.is_empty() && child.wait().unwrap().code() == Some(3) {
            crate::engine::lack("apt with the packages of Debian 12, of which an image of PostgreSQL is made");
            return None;
        }
        assert!(url.starts_with("http://127.0.0.1:"), "scripts/postgres-mirror does not serve: {url:?}");
        Some(Self { child, url })
    }

    /// `http://127.0.0.1:1234`
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        self.child.wait().ok();
    }
}
