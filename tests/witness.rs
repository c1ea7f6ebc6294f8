//! Evidence is what was asked: an engine does a day's work under `strace -f`, and every claim in its trace finds its witness in
//! strace's log, or in the access log of a registry. As root and as an ordinary user.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![allow(missing_docs, reason = "a test program")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "images/lab.rs"]
#[allow(dead_code, reason = "another test file uses the rest")]
mod lab;

#[path = "witness/claims.rs"]
mod claims;
#[path = "witness/day.rs"]
mod day;
#[path = "witness/forged.rs"]
mod forged;
#[path = "witness/matcher.rs"]
mod matcher;
#[path = "witness/netlink.rs"]
mod netlink;
#[path = "witness/strace.rs"]
mod strace;
#[path = "witness/value.rs"]
mod value;

use claims::Claim;
use matcher::Witness;
use std::collections::BTreeMap;

/// Claims that need no witness here, each with its reason. Never more than three.
const EXCEPTIONS: [(&str, &str); 0] = [];

const NEEDED: [&str; 3] = ["strace", "docker-registry", "unshare"];

#[test]
fn every_claim_of_a_days_work_has_its_witness() {
    lab::inside("every_claim_of_a_days_work_has_its_witness", &NEEDED, |dir| {
        for (port, who) in (5010..).zip(engine::everyone()) {
            let (witness, claims) = day::work(who, dir, port);
            check(&format!("{who:?}"), &witness, &claims);
            forged::are_refused(&witness, &claims);
        }
    });
}

fn check(who: &str, witness: &Witness, claims: &[Claim]) {
    let (mut made, mut seen): (BTreeMap<&str, usize>, BTreeMap<&str, usize>) = (BTreeMap::new(), BTreeMap::new());
    let mut without = Vec::new();
    for claim in claims {
        *made.entry(claim.kind()).or_default() += 1;
        if witness.saw(claim) {
            *seen.entry(claim.kind()).or_default() += 1;
        } else if !claim.is_own() && !EXCEPTIONS.iter().any(|(text, _)| format!("{:?}", claim.evidence).contains(text))
        {
            without.push(claim);
        }
    }
    for (kind, count) in &made {
        println!("{who}: {kind}: {count} claims, {} witnessed", seen.get(kind).unwrap_or(&0));
    }
    for kind in ["call", "call of a child", "file", "mountinfo", "netlink", "HTTP", "command", "request"] {
        assert!(made.contains_key(kind), "{who}: the day has brought no claim of the kind {kind}");
    }
    let shown: Vec<_> = without.iter().take(40).map(|claim| format!("#{}: {:?}", claim.seq, claim.evidence)).collect();
    assert!(without.is_empty(), "{who}: {} claims without a witness:\n{}", without.len(), shown.join("\n"));
}
