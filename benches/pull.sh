#!/usr/bin/env bash
# Times a cold pull of one large image by docker, podman and dockwalk, from docker-registry on loopback, in one run.
#
#   sudo benches/pull.sh [ROUNDS]
#
# The image is built once with real Docker (Debian and PostgreSQL, six layers) and kept in $BENCH_DIR's registry.
# Needs: docker.io docker-registry podman debootstrap, root, a Debian mirror for the first run.
# docker and dockwalk are told by the same docker CLI; each engine starts with an empty store. $DOCKWALK: the program.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
work=${BENCH_DIR:-/var/tmp/dockwalk-bench}
port=${BENCH_PORT:-5055}
mirror=${BENCH_MIRROR:-http://deb.debian.org/debian}
dockwalk=${DOCKWALK:-target/release/dockwalk}
image=127.0.0.1:$port/bench/postgres:1
mkdir -p "$work"
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait "${pids[@]}" 2>/dev/null || true' EXIT

registry() {
    cat >"$work/registry.yml" <<YML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: "127.0.0.1:$port"}
YML
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    pids+=($!)
    until curl -fs "http://127.0.0.1:$port/v2/" >/dev/null; do sleep 0.1; done
}

# A daemon of its own with an empty store in $1; touches neither the host's network nor its Docker.
daemon() {
    dockerd --host="unix://$work/docker.sock" --data-root="$1" --exec-root="$work/exec" --pidfile="$work/docker.pid" \
        --bridge=none --iptables=false --ip6tables=false --ip-forward=false --storage-driver=overlay2 >"$work/dockerd.log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    until docker -H "unix://$work/docker.sock" version >/dev/null 2>&1; do sleep 0.1; done
}

stop_daemon() {
    kill "$daemon"
    wait "$daemon" 2>/dev/null || true
}

# dockwalk's engine with an empty store in $1.
engine() {
    mkdir -p "$1"
    "$dockwalk" engine --root "$1" --socket "$work/dockwalk.sock" >"$work/engine.log" 2>&1 &
    daemon=$!
    pids+=("$daemon")
    until docker -H "unix://$work/dockwalk.sock" version >/dev/null 2>&1; do sleep 0.1; done
}

build() {
    local context=$work/context
    mkdir -p "$context"
    if [ ! -f "$context/rootfs.tar" ]; then
        debootstrap --variant=minbase bookworm "$work/rootfs" "$mirror" >"$work/debootstrap.log"
        rm -f "$work"/rootfs/var/cache/apt/archives/*.deb
        tar --numeric-owner -C "$work/rootfs" -cf "$context/rootfs.tar" .
        rm -rf "$work/rootfs"
    fi
    cat >"$context/Dockerfile" <<DOCKER
FROM scratch
ADD rootfs.tar /
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates gnupg locales less procps python3 && apt-get clean
RUN apt-get install -y --no-install-recommends postgresql postgresql-contrib && apt-get clean
RUN apt-get install -y --no-install-recommends git gcc libc6-dev && apt-get clean && rm -rf /var/lib/apt/lists
RUN mkdir -p /docker-entrypoint-initdb.d && chown postgres:postgres /docker-entrypoint-initdb.d
RUN localedef -i en_US -c -f UTF-8 -A /usr/share/locale/locale.alias en_US.UTF-8 && rm -r /usr/share/doc
CMD ["postgres"]
DOCKER
    daemon "$work/docker-build"
    DOCKER_BUILDKIT=0 docker -H "unix://$work/docker.sock" build --network host -t "$image" "$context" >"$work/build.log"
    docker -H "unix://$work/docker.sock" push -q "$image"
    docker -H "unix://$work/docker.sock" image inspect -f 'image: {{.Size}} bytes, {{len .RootFS.Layers}} layers' "$image" >"$work/image.txt"
    stop_daemon
    touch "$work/built"
}

# Seconds of wall time.
timed() {
    local name=$1 start end
    shift
    start=$(date +%s.%N)
    "$@" >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; exit 1; }
    end=$(date +%s.%N)
    awk -v n="$name" -v a="$start" -v b="$end" 'BEGIN { printf "%-10s %7.2f s\n", n, b - a }'
}

registry
[ -f "$work/built" ] || build
cat "$work/image.txt"
du -sb "$work/registry/docker/registry/v2/blobs" | awk '{ print "compressed: " $1 " bytes" }'
for round in $(seq "$rounds"); do
    echo "round $round"
    rm -rf "$work/docker-cold" "$work/podman-cold" "$work/podman-run" "$work/dockwalk-cold"
    daemon "$work/docker-cold"
    timed docker docker -H "unix://$work/docker.sock" pull -q "$image"
    stop_daemon
    timed podman podman --root "$work/podman-cold" --runroot "$work/podman-run" --storage-driver overlay \
        pull -q --tls-verify=false "$image"
    engine "$work/dockwalk-cold"
    timed dockwalk docker -H "unix://$work/dockwalk.sock" pull -q "$image"
    grep -E 'VmHWM' "/proc/$daemon/status" | awk '{ printf "           peak memory of the engine %.0f MB\n", $2 / 1024 }'
    stop_daemon
done
rm -rf "$work/docker-cold" "$work/podman-cold" "$work/podman-run" "$work/dockwalk-cold"
