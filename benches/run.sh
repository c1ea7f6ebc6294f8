#!/usr/bin/env bash
# Cold `docker run --rm` of a one-layer busybox image with bridge network, from the real docker CLI: against the real
# dockerd, and against dockwalk's engine, by turns. The same image in both. Everything runs in namespaces of its own, so
# that this host's network and mounts stay as they are.
#
#   benches/run.sh [RUNS]        root; builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
set -euo pipefail
cd "$(dirname "$0")/.."
RUNS=${1:-20}
DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
IMAGE=lab/busybox:1

if [ "$(id -u)" -ne 0 ]; then echo "run.sh: dockerd needs root" >&2; exit 1; fi
for program in docker dockerd unshare "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "run.sh: $program is not there" >&2; exit 1; }
done
if [ -z "${DOCKWALK_BENCH_INSIDE:-}" ]; then
    export DOCKWALK_BENCH_INSIDE=1 DOCKWALK
    exec unshare --net --mount --propagation private "$0" "$RUNS"
fi

work=$(mktemp -d /tmp/dwbench.XXXXXX)
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    umount -l "$work" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
ip link set lo up
# dockerd wants iptables and forwarding of its own network namespace.
sysctl -qw net.ipv4.ip_forward=1
export DOCKER_CONFIG=$work/config

wait_for() { for _ in $(seq 600); do [ -S "$1" ] && docker -H "unix://$1" version >/dev/null 2>&1 && return; sleep 0.05; done; echo "run.sh: nobody listens at $1" >&2; cat "$work"/*.log >&2; exit 1; }

"$DOCKWALK" engine --root "$work/dw" --socket "$work/dw.sock" >"$work/dockwalk.log" 2>&1 & pids+=($!)
dockerd --data-root "$work/docker" --exec-root "$work/exec" --pidfile "$work/docker.pid" -H "unix://$work/docker.sock" \
    --bip 172.29.0.1/16 --insecure-registry 127.0.0.0/8 >"$work/dockerd.log" 2>&1 & pids+=($!)
wait_for "$work/dw.sock"
wait_for "$work/docker.sock"

# Docker pulls the very same image from dockwalk's built-in registry.
"$DOCKWALK" registry --listen 127.0.0.1:5055 --root "$work/registry" >"$work/registry.log" 2>&1 & pids+=($!)
for _ in $(seq 100); do (exec 3<>/dev/tcp/127.0.0.1/5055) 2>/dev/null && break; sleep 0.05; done
docker -H "unix://$work/dw.sock" pull -q "$IMAGE" >/dev/null
docker -H "unix://$work/docker.sock" pull -q "127.0.0.1:5055/$IMAGE" >/dev/null
docker -H "unix://$work/docker.sock" tag "127.0.0.1:5055/$IMAGE" "$IMAGE"

once() { # socket
    local begin end
    begin=$(date +%s%N)
    docker -H "unix://$1" run --rm "$IMAGE" true
    end=$(date +%s%N)
    echo $(((end - begin) / 1000))
}
# One run each to warm the page cache, not counted.
once "$work/docker.sock" >/dev/null
once "$work/dw.sock" >/dev/null
for _ in $(seq "$RUNS"); do
    once "$work/docker.sock" >>"$work/docker.us"
    once "$work/dw.sock" >>"$work/dockwalk.us"
done

say() { sort -n "$work/$1.us" | awk -v name="$1" '{ v[NR] = $1 } END {
    m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
    printf "%-9s min %6.1f ms   median %6.1f ms   max %6.1f ms   (%d runs)\n", name, v[1] / 1000, m / 1000, v[NR] / 1000, NR }'; }
median() { sort -n "$work/$1.us" | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
docker -H "unix://$work/docker.sock" version --format 'dockerd {{.Server.Version}}, docker {{.Client.Version}}'
say docker
say dockwalk
awk -v a="$(median dockwalk)" -v b="$(median docker)" 'BEGIN { printf "ratio of the medians: %.2f (held to 0.30)\n", a / b; exit a / b > 0.3 }'
