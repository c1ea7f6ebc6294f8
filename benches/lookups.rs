//! Lookups of a name in a row by one container of a network that somebody made: it asks 127.0.0.11 as its programs do. Says how long they
//! took, and how many were lost.
//!
//! ```sh
//! cargo bench --bench lookups -- [LOOKUPS]        # root; 10000, once as root's engine and once as an ordinary user's
//! ```
//!
//! Ends with an error when one was lost, or answered otherwise than the container's address.
#![allow(clippy::unwrap_used, reason = "a measurement ends where something is not as it should be")]

#[path = "../tests/common/engine.rs"]
mod engine;

use engine::{Engine, everyone, good};
use std::net::UdpSocket;
use std::process::Command;
use std::time::{Duration, Instant};

const IMAGE: &str = "lab/shell:1";
/// Set for the process that asks within the container's network namespace.
const INSIDE: &str = "DOCKWALK_BENCH_INSIDE";
/// Where names are asked for (Docker's embedded server).
const SERVER: &str = "127.0.0.11:53";
/// An answer that has not come by then is lost.
const PATIENCE: Duration = Duration::from_secs(5);

fn main() {
    let lookups = std::env::args().filter_map(|arg| arg.parse().ok()).next().unwrap_or(10_000);
    if let Ok(address) = std::env::var(INSIDE) {
        return ask(lookups, address.parse::<std::net::Ipv4Addr>().unwrap().octets());
    }
    for who in everyone() {
        let engine = Engine::start(who);
        let docker = |line: &str| good(engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat()));
        docker("network create names");
        for name in ["asks", "answers"] {
            docker(&format!("run -d --network names --name {name} {IMAGE} sleep 100000"));
        }
        let address = docker("inspect -f {{.NetworkSettings.Networks.names.IPAddress}} answers");
        let net = format!("--net=/proc/{}/ns/net", docker("inspect -f {{.State.Pid}} asks"));
        let mut inside = Command::new("nsenter");
        inside.arg(net).arg("--").arg(std::env::current_exe().unwrap()).arg(lookups.to_string()).env(INSIDE, address);
        println!("{who:?}:");
        assert!(inside.status().unwrap().success(), "{who:?}");
    }
}

/// One after the other, each answered before the next (RFC 1035, 4.1).
fn ask(lookups: usize, address: [u8; 4]) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.connect(SERVER).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let (mut took, mut lost) = (Vec::with_capacity(lookups), 0_usize);
    for number in 0..lookups {
        let [high, low] = u16::try_from(number % 65_536).unwrap().to_be_bytes();
        let head = [high, low, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        let question = [&head[..], b"\x07answers\x00\x00\x01\x00\x01"].concat();
        let begun = Instant::now();
        socket.send(&question).unwrap();
        let mut answer = [0; 512];
        loop {
            match socket.recv(&mut answer) {
                // One that came too late for the question before.
                Ok(length) if answer[..2] != [high, low] || length < 12 => {}
                Ok(length) => {
                    took.push(begun.elapsed());
                    assert!(answer[..length].ends_with(&address), "{:?}", &answer[..length]);
                    break;
                }
                Err(_nothing) => {
                    lost += 1;
                    break;
                }
            }
        }
    }
    took.sort();
    assert_eq!(lost, 0, "of {lookups}");
    let at = |percent: usize| took[(took.len() * percent / 100).min(took.len() - 1)];
    println!("{lookups} lookups, none lost; p50 {:?}, p99 {:?}, longest {:?}", at(50), at(99), at(100));
}
