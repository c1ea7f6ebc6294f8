#!/usr/bin/env bash
# What it takes to wire one container (veth, address, route, rules, name), read off the trace: beside each what of it the kernel took, by
# the engine's own netlink messages and by an `nft` that loads rules of the same kind; for the first container, and where others run.
#
#   benches/wiring.sh [OTHERS [TIMES]]    builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
#   needs docker, nft, python3; as whoever calls it: as root its engine is root's, else it has a user namespace
set -euo pipefail
cd "$(dirname "$0")/.."
OTHERS=${1:-100} TIMES=${2:-20}
DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
for program in docker nft python3 "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "wiring.sh: $program is not there" >&2; exit 1; }
done
work=$(mktemp -d /tmp/dwwire.XXXXXX)
pid=
end() {
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; }
    chmod -R u+rwX "$work" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
export DOCKER_CONFIG=$work/config DOCKER_HOST=unix://$work/sock
"$DOCKWALK" engine --root "$work/root" --socket "$work/sock" >"$work/log" 2>&1 & pid=$!
for _ in $(seq 600); do [ -S "$work/sock" ] && docker version >/dev/null 2>&1 && break; sleep 0.05; done
docker pull -q lab/shell:1 >/dev/null
docker network create wired >/dev/null
measure() {
    for _ in $(seq "$TIMES"); do
        docker run -d --name measured --network wired lab/shell:1 sleep 100000 >/dev/null
        # An event is written a little after its reply.
        curl -sN --max-time 0.5 --unix-socket "$work/sock" http://dockwalk/dockwalk/v1/trace >"$work/trace" || true
        python3 - "$work/trace" <<'PY'
import json, sys
steps, last = {}, None
for line in open(sys.argv[1]):
    event = json.loads(line) if line.strip() else {}
    if event.get("event") == "step_announced":
        step = steps[event["step"]["id"]] = event["step"]
        last = step["id"] if step["kind"] == "wire_network" else last
    elif event.get("event") == "step_ended":
        steps[event["step"]]["took"] = event["took"] / 1e6
of_op = [step for step in steps.values() if step["op"] == steps[last]["op"]]
total = lambda kind: sum(step.get("took", 0) for step in of_op if step["kind"] == kind)
print(total("wire_network"), total("netlink_message"), total("serve_names"))
PY
        docker rm -f measured >/dev/null
    done
}
# What a container's rules for names are, in a namespace of its own.
rules='table ip t {
	chain output {
		type nat hook output priority -100; policy accept;
		ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:40000
		ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:40001
	}
}
'
nft_alone() {
    unshare --user --map-root-user --net python3 - "$rules" "$TIMES" <<'PY'
import subprocess, sys, time
for _ in range(int(sys.argv[2])):
    begun = time.monotonic()
    subprocess.run(["nft", "-f", "-"], input=sys.argv[1], text=True, check=True)
    print((time.monotonic() - begun) * 1e3)
    subprocess.run(["nft", "delete", "table", "ip", "t"], check=True)
PY
}
nft_alone >"$work/nft"
measure >"$work/one"
for n in $(seq "$OTHERS"); do docker run -d --name "other$n" --network wired lab/shell:1 sleep 100000 >/dev/null; done
measure >"$work/many"
python3 - "$work" "$OTHERS" "$TIMES" <<'PY'
import os, statistics, sys
work, others, times = sys.argv[1:]
read = lambda name: [[float(word) for word in line.split()] for line in open(os.path.join(work, name))]
nft = statistics.median(row[0] for row in read("nft"))
print(f"ms, medians of {times}")
for name, what in [("one", "the first"), ("many", f"beside {others}")]:
    rows = read(name)
    wire, kernel, names = (statistics.median(column) for column in zip(*rows))
    own = statistics.median(wire - kernel + max(0, names - nft) for wire, kernel, names in rows)
    print(f"{what}: veth, address, route {wire:.2f}, of which netlink {kernel:.2f}; names {names:.2f}, nft alone {nft:.2f}; beyond those two {own:.2f}")
PY
