#!/usr/bin/env bash
# What it takes to wire one container (veth, address, route, rules, name), read off the trace: beside it the same done by ip(8) and nft(8)
# in namespaces of their own, which is what the kernel takes and three processes; for the first container, and where others run.
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
by_hand() { # others
    unshare --user --map-root-user --net python3 - "$rules" "$TIMES" "$1" <<'PY'
import subprocess, sys, time
rules, times, others = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def run(*argv, text=""):
    subprocess.run(argv, input=text, text=True, check=True)
def namespace():
    process = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo; exec sleep 100000"], stdout=subprocess.PIPE)
    process.stdout.readline()
    return process
def outside(name, pid, inner):
    return f"""link add {name} type veth peer name {inner} netns {pid}
link set {name} master br0
link set {name} up
"""
run("ip", "-b", "-", text="link add br0 type bridge\naddr add 172.30.0.1/16 dev br0\nlink set br0 up\nlink set lo up\n")
all = [namespace()]
try:
    run("ip", "-b", "-", text="".join(outside(f"o{n}", all[0].pid, f"o{n}") for n in range(others)))
    for n in range(times):
        all.append(namespace())
        pid, name = all[-1].pid, f"m{n}"
        inside = f"link set lo up\naddr add 172.30.1.1/16 dev eth0\nlink set eth0 up\nroute add default via 172.30.0.1\n"
        begun = time.monotonic()
        run("ip", "-b", "-", text=outside(name, pid, "eth0"))
        run("nsenter", "-t", str(pid), "-n", "ip", "-b", "-", text=inside)
        wired = time.monotonic()
        run("nsenter", "-t", str(pid), "-n", "nft", "-f", "-", text=rules)
        print((wired - begun) * 1e3, (time.monotonic() - wired) * 1e3)
        run("ip", "link", "delete", name)
finally:
    for process in all:
        process.kill()
        process.wait()
PY
}
by_hand 0 >"$work/hand-one"
by_hand "$OTHERS" >"$work/hand-many"
measure >"$work/one"
for n in $(seq "$OTHERS"); do docker run -d --name "other$n" --network wired lab/shell:1 sleep 100000 >/dev/null; done
measure >"$work/many"
python3 - "$work" "$OTHERS" "$TIMES" <<'PY'
import os, statistics, sys
work, others, times = sys.argv[1:]
def medians(name):
    rows = [[float(word) for word in line.split()] for line in open(os.path.join(work, name))]
    return [statistics.median(column) for column in zip(*rows)]
print(f"ms, medians of {times}")
for name, what in [("one", "the first"), ("many", f"beside {others}")]:
    (wire, netlink, names), (ip, nft) = medians(name), medians(f"hand-{name}")
    print(f"{what}: veth, address, route {wire:.1f} (its netlink messages {netlink:.1f}), by ip {ip:.1f}; names {names:.1f}, by nft {nft:.1f}; beyond: {wire + names - ip - nft:.1f}")
PY
