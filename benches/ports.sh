#!/usr/bin/env bash
# Throughput of a published TCP port, from this machine's 127.0.0.1 to iperf3 in a container, beside the peers in the same run, by turns:
# as root a real dockerd (docker-proxy), as an ordinary user rootless podman (rootlessport). Also container to container over one bridge.
#
#   benches/ports.sh [ROUNDS [SECONDS]]    root; builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
#   needs docker, dockerd, podman, iperf3 and a user with subordinate ids (BENCH_USER=name; without one rootless is left out)
set -euo pipefail
cd "$(dirname "$0")/.."
ROUNDS=${1:-3} SECONDS_EACH=${2:-2}
DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
if [ "$(id -u)" -ne 0 ]; then echo "ports.sh: dockerd needs root" >&2; exit 1; fi
for program in docker dockerd iperf3 unshare "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "ports.sh: $program is not there" >&2; exit 1; }
done
if [ -z "${DOCKWALK_BENCH_INSIDE:-}" ]; then
    export DOCKWALK_BENCH_INSIDE=1 DOCKWALK
    exec unshare --net --mount --propagation private "$0" "$ROUNDS" "$SECONDS_EACH"
fi
work=$(mktemp -d /tmp/dwports.XXXXXX)
chmod 755 "$work"
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    if [ -n "${BENCH_USER:-}" ]; then "${as_user[@]}" podman rm -f -t 0 -a >/dev/null 2>&1 || true; fi
    rm -rf "$work"
}
trap end EXIT
ip link set lo up
sysctl -qw net.ipv4.ip_forward=1
mkdir -m 755 "$work/config"
echo "{}" >"$work/config/config.json"
export DOCKER_CONFIG=$work/config
# Words before a command and no function: in the background its process is then the command itself, and is ended with it.
as_user=(setpriv --reuid "${BENCH_USER:-root}" --regid "${BENCH_USER:-root}" --init-groups env HOME="$work/home" XDG_RUNTIME_DIR="$work/home/run" PATH="$PATH")
wait_for() { for _ in $(seq 600); do [ -S "$1" ] && docker -H "unix://$1" version >/dev/null 2>&1 && return; sleep 0.05; done; echo "ports.sh: nobody listens at $1" >&2; cat "$work"/*.log >&2; exit 1; }

# iperf3 and its libraries as an image, from this machine.
mkdir -p "$work/tree"
{ command -v iperf3; ldd "$(command -v iperf3)" | grep -o '/[^ ]*'; } | xargs -I{} cp -L --parents {} "$work/tree"
mkdir -p "$work/tree/tmp"
tar -C "$work/tree" -cf "$work/iperf.tar" .
chmod 644 "$work/iperf.tar"

engine() { "$DOCKWALK" engine --root "$work/$1" --socket "$work/$1.sock" ${2:-} >"$work/$1.log" 2>&1 & pids+=($!); wait_for "$work/$1.sock"; }
engine lab
dockerd --data-root "$work/docker" --exec-root "$work/exec" --pidfile "$work/docker.pid" -H "unix://$work/docker.sock" \
    --bip 172.29.0.1/16 >"$work/dockerd.log" 2>&1 & pids+=($!)
wait_for "$work/docker.sock"
serve() { # socket port
    docker -H "unix://$1" import -q "$work/iperf.tar" iperf >/dev/null 2>&1 || docker -H "unix://$1" import "$work/iperf.tar" iperf >/dev/null
    docker -H "unix://$1" run -d --name serve -p "$2:5201" iperf "$(command -v iperf3)" -s >/dev/null
    docker -H "unix://$1" run -d --name ask iperf "$(command -v iperf3)" -s >/dev/null
}
serve "$work/lab.sock" 15201
serve "$work/docker.sock" 15202
rootless=
if [ -n "${BENCH_USER:-}" ]; then
    rootless=1
    # As distributions have it (0666); slirp4netns of an ordinary user opens it. In this script's own mount namespace.
    mknod -m 666 "$work/tun" c 10 200 && mount --bind "$work/tun" /dev/net/tun
    mkdir -p "$work/home/run" && chown -R "$BENCH_USER" "$work/home" && chmod 700 "$work/home/run"
    "${as_user[@]}" "$DOCKWALK" engine --root "$work/home/dw" --socket "$work/home/run/dw.sock" >"$work/user.log" 2>&1 & pids+=($!)
    for _ in $(seq 200); do [ -S "$work/home/run/dw.sock" ] && break; sleep 0.05; done
    "${as_user[@]}" docker -H "unix://$work/home/run/dw.sock" import "$work/iperf.tar" iperf >/dev/null
    "${as_user[@]}" docker -H "unix://$work/home/run/dw.sock" run -d -p 15203:5201 iperf "$(command -v iperf3)" -s >/dev/null
    # crun refuses to start anything on a hybrid of cgroup versions.
    "${as_user[@]}" podman import -q "$work/iperf.tar" iperf >/dev/null
    "${as_user[@]}" podman --runtime runc --cgroup-manager cgroupfs run -d -p 15204:5201 iperf "$(command -v iperf3)" -s >/dev/null
fi
sleep 1
rate() { python3 -c 'import json,sys; print(round(json.load(sys.stdin)["end"]["sum_received"]["bits_per_second"]/1e9, 2))'; }
port() { iperf3 -c 127.0.0.1 -p "$1" -t "$SECONDS_EACH" -J | rate; }
inside() { # socket
    local to
    to=$(docker -H "unix://$1" inspect -f '{{.NetworkSettings.IPAddress}}' serve)
    docker -H "unix://$1" exec ask "$(command -v iperf3)" -c "$to" -t "$SECONDS_EACH" -J | rate
}
echo "Gbit/s, $ROUNDS rounds of $SECONDS_EACH s, who is first by turns; last the median of the rounds' ratios"
declare -A ratios
compare() { # name, round, a peer's name, how to measure, ours, theirs
    local name=$1 round=$2 peer=$3 how=$4 ours theirs
    if [ $((round % 2)) -eq 0 ]; then ours=$("$how" "$5"); theirs=$("$how" "$6"); else theirs=$("$how" "$6"); ours=$("$how" "$5"); fi
    echo "$name: dockwalk $ours   $peer $theirs"
    ratios[$name]+=" $ours/$theirs"
}
for round in $(seq "$ROUNDS"); do
    compare "port, root" "$round" docker port 15201 15202
    compare "over one bridge" "$round" docker inside "$work/lab.sock" "$work/docker.sock"
    [ -z "$rootless" ] || compare "port, rootless" "$round" podman port 15203 15204
done
for name in "${!ratios[@]}"; do
    python3 -c 'import statistics, sys; print(f"{sys.argv[1]}: {statistics.median(map(eval, sys.argv[2:])):.2f}")' "$name" ${ratios[$name]}
done
