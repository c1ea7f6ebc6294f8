#!/usr/bin/env bash
# Times a cold pull of one large image by docker, podman and dockwalk, from docker-registry on loopback, in one run, and the
# floor under them: the same blobs decompressed, hashed on both sides and written, with nothing else done (benches/floor.rs).
# Held to: dockwalk/docker ≤ 0.5, dockwalk/podman ≤ 0.5, dockwalk/floor ≤ 1.4, peak memory of the engine ≤ 200 MB, and of a
# second image that shares the layers nothing but what is new is downloaded. Says so when one is not met.
#
#   sudo benches/pull.sh [ROUNDS]
#
# The image is built once with real Docker (Debian and PostgreSQL, six layers) and kept in $BENCH_DIR's registry.
# Needs: docker.io docker-registry podman debootstrap, root, a Debian mirror for the first run.
# docker and dockwalk are told by the same docker CLI; each engine starts with an empty store. $DOCKWALK and
# $FLOOR: the programs, else target/release/dockwalk and what `cargo bench` builds.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-3}
work=${BENCH_DIR:-/var/tmp/dockwalk-bench}
port=${BENCH_PORT:-5055}
mirror=${BENCH_MIRROR:-http://deb.debian.org/debian}
dockwalk=${DOCKWALK:-target/release/dockwalk}
image=127.0.0.1:$port/bench/postgres:1
# The same and a file more.
second=127.0.0.1:$port/bench/postgres:2
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

build_second() {
    mkdir -p "$work/context-2"
    head -c 1000000 /dev/zero | openssl enc -aes-128-ctr -K 0 -iv 0 2>/dev/null >"$work/context-2/file"
    printf 'FROM %s\nCOPY file /file\n' "$image" >"$work/context-2/Dockerfile"
    daemon "$work/docker-build"
    DOCKER_BUILDKIT=0 docker -H "unix://$work/docker.sock" build --network host -t "$second" "$work/context-2" >"$work/build-2.log"
    docker -H "unix://$work/docker.sock" push -q "$second"
    stop_daemon
    touch "$work/built-2"
}

# The files in which the registry keeps the image's layers.
layers() {
    curl -fs -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        "http://127.0.0.1:$port/v2/bench/postgres/manifests/1" | tr -d ' \n' | grep -o '"layers":.*' |
        grep -o 'sha256:[0-9a-f]*' | sed -E "s|sha256:((..).*)|$work/registry/docker/registry/v2/blobs/sha256/\2/\1/data|"
}

# Bytes of blobs that the registry has sent so far, by its own log.
sent() {
    grep -oE '"GET /v2/[^"]*/blobs/[^"]*" (200|206) [0-9]+' "$work/registry.log" | awk '{ sum += $NF } END { printf "%.0f", sum }'
}

# A figure beside what it is held to.
held() {
    awk -v n="$1" -v value="$2" -v most="$3" -v unit="$4" \
        'BEGIN { printf "           %-32s %.2f%s (at most %s%s)%s\n", n, value, unit, most, unit, (value > most ? "  NOT MET" : "") }'
}

# Seconds of wall time.
timed() {
    local name=$1 start end
    shift
    # What the one before wrote goes to the disk in its own time, not in this one's.
    sync
    start=$(date +%s.%N)
    "$@" >"$work/$name.log" 2>&1 || { cat "$work/$name.log"; exit 1; }
    end=$(date +%s.%N)
    took[$name]=$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.3f", b - a }')
    printf '%-10s %7.2f s\n' "$name" "${took[$name]}"
}

ratio() { awk -v a="${took[$1]}" -v b="${took[$2]}" 'BEGIN { printf "%.3f", a / b }'; }

registry
[ -f "$work/built" ] || build
[ -f "$work/built-2" ] || build_second
if [ -n "${FLOOR:-}" ]; then
    floor=("$FLOOR")
else
    cargo bench --locked --quiet --bench floor --no-run
    floor=(cargo bench --locked --quiet --bench floor --)
fi
mapfile -t blobs < <(layers)
declare -A took
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
    peak=$(awk '/VmHWM/ { print $2 / 1024 }' "/proc/$daemon/status")
    before=$(sent)
    timed second docker -H "unix://$work/dockwalk.sock" pull -q "$second"
    after=$(sent)
    stop_daemon
    sync
    took[floor]=$("${floor[@]}" "$work/floor" "${blobs[@]}")
    printf '%-10s %7.2f s\n' floor "${took[floor]}"
    held 'dockwalk / docker' "$(ratio dockwalk docker)" 0.5 ''
    held 'dockwalk / podman' "$(ratio dockwalk podman)" 0.5 ''
    held 'dockwalk / floor' "$(ratio dockwalk floor)" 1.4 ''
    held 'peak memory of the engine' "$peak" 200 ' MB'
    # Its layer and its config.
    held 'downloaded for the second image' "$(awk -v a="$before" -v b="$after" 'BEGIN { print (b - a) / 1e6 }')" 1.1 ' MB'
done
rm -rf "$work/docker-cold" "$work/podman-cold" "$work/podman-run" "$work/dockwalk-cold"
