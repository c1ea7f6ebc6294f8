//! The sample as a recording with everything the window shows: calls, commands to do by hand, real-looking evidence of
//! every kind, and what terminals printed.

use super::sample::{self, Sample};
use dockwalk::trace::*;

/// `docker run` of two containers, with terminals.
pub fn recording() -> Trace {
    let sample = sample::shell_run();
    let end = sample.moments.iter().find(|(name, _)| *name == "two run").map(|(_, position)| *position);
    let mut events = Vec::new();
    for event in &sample.events {
        let mut body = event.body.clone();
        enrich(&mut body);
        events.push(body);
        if Some(event.seq) == end {
            events.extend(consoles(&sample));
        }
    }
    let numbered = events.into_iter().zip(1..).map(|(body, seq)| Event { seq, at: seq * 1_300_000, body });
    Trace::from_events(numbered).expect("the sample is legal")
}

fn consoles(_sample: &Sample) -> Vec<Body> {
    let shell = Some(sample::id("shell"));
    let text =
        "/ # \x1b[1;34mls\x1b[0m\r\nbin  dev  etc  notes  proc\r\n/ # echo 안녕하세요\r\n안녕하세요 ┌──┐\r\n/ # ";
    vec![
        Body::Console { container: shell, text: text.into() },
        Body::Console { container: None, text: "# ip -br link\r\nlo UNKNOWN\r\ndocker0 UP\r\n# ".into() },
    ]
}

fn enrich(body: &mut Body) {
    match body {
        Body::StepAnnounced { step } => {
            let subject = step.plan.subject.clone();
            let (call, by_hand) = match step.plan.kind {
                StepKind::CreateVeth => (
                    format!("RTM_NEWLINK {subject} type veth"),
                    format!("ip link add {subject} type veth peer name vethp"),
                ),
                StepKind::RenamePeer => ("RTM_NEWLINK vethp → eth0".into(), "ip link set vethp name eth0".into()),
                StepKind::FetchManifest => (
                    "GET /v2/lab/shell/manifests/sha256:8d4e".into(),
                    "curl -H 'Accept: application/vnd.oci.image.manifest.v1+json' $REG/v2/lab/shell/manifests/1".into(),
                ),
                StepKind::MountOverlay => (
                    "mount(\"overlay\", \"merged\", \"overlay\", 0, \"lowerdir=…\")".into(),
                    "mount -t overlay overlay -o lowerdir=a:b,upperdir=c,workdir=d merged".into(),
                ),
                _ => (format!("{}({subject})", step.plan.kind.name()), String::new()),
            };
            (step.plan.call, step.plan.by_hand) = (call, by_hand);
        }
        Body::Observed { change, evidence, .. } => *evidence = vec![evidence_of(change)],
        _ => {}
    }
}

fn evidence_of(change: &Change) -> Evidence {
    match change {
        Change::ManifestRead(_) | Change::IndexRead(_) | Change::ConfigRead(_) | Change::TagResolved { .. } => {
            Evidence::Http {
                method: "GET".into(),
                url: "http://127.0.0.1:5000/v2/lab/shell/manifests/1".into(),
                status: 200,
                request_headers: vec![("Accept".into(), "application/vnd.oci.image.index.v1+json".into())],
                headers: vec![("Docker-Content-Digest".into(), sample::digest("index").to_string())],
                bytes: 1096,
                body: "{\"schemaVersion\":2,\"layers\":[{\"size\":1214301,\"digest\":\"sha256:9a3c\"}]}".into(),
            }
        }
        Change::BlobVerified { digest, size, .. } => Evidence::Hash {
            of: "blob".into(),
            expected: digest.to_string(),
            computed: digest.to_string(),
            bytes: *size,
        },
        Change::LinkSeen(link) => Evidence::Netlink {
            request: format!("RTM_GETLINK ifindex={}", link.ifindex),
            reply: vec![
                format!("{}: {}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu {} state UP", link.ifindex, link.name, link.mtu),
                format!("    link/ether {} brd ff:ff:ff:ff:ff:ff", link.mac),
            ],
        },
        Change::MountSeen(mount) => Evidence::Mountinfo {
            path: "/proc/1900/mountinfo".into(),
            line: format!(
                "{} 35 0:30 / {} rw,relatime - {} {} rw",
                mount.key.id, mount.target, mount.fstype, mount.source
            ),
        },
        _ => Evidence::syscall("clone3({flags=CLONE_NEWNS|CLONE_NEWPID, exit_signal=SIGCHLD}, 88)", 2101),
    }
}
