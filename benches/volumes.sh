#!/usr/bin/env bash
# What a container's reads and writes take through each kind of place (its own layer, a volume, a bind mount, a tmpfs), by fio(1), beside
# a real dockerd in the same run, by turns, on the same disk: 1 MiB one after another and 4 KiB anywhere, read and written.
#
#   benches/volumes.sh [ROUNDS [SECONDS [DIRECTORY]]]   root; builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
#   needs docker, dockerd, fio; everything is under DIRECTORY (default /var/tmp), whose disk it is that is measured
set -euo pipefail
cd "$(dirname "$0")/.."
ROUNDS=${1:-5} SECONDS_EACH=${2:-2} DIRECTORY=${3:-/var/tmp}
DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
if [ "$(id -u)" -ne 0 ]; then echo "volumes.sh: dockerd needs root" >&2; exit 1; fi
for program in docker dockerd fio unshare python3 "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "volumes.sh: $program is not there" >&2; exit 1; }
done
if [ -z "${DOCKWALK_BENCH_INSIDE:-}" ]; then
    export DOCKWALK_BENCH_INSIDE=1 DOCKWALK
    exec unshare --net --mount --propagation private "$0" "$ROUNDS" "$SECONDS_EACH" "$DIRECTORY"
fi
work=$(mktemp -d "$DIRECTORY/dwvol.XXXXXX")
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end EXIT
ip link set lo up
mkdir "$work/config" "$work/tree" "$work/tree/tmp" "$work/lab-bind" "$work/docker-bind"
echo "{}" >"$work/config/config.json"
export DOCKER_CONFIG=$work/config
fio=$(command -v fio)
{ echo "$fio"; ldd "$fio" | grep -o '/[^ ]*'; command -v sleep; } | xargs -I{} cp -L --parents {} "$work/tree"
tar -C "$work/tree" -cf "$work/fio.tar" .

wait_for() { for _ in $(seq 600); do [ -S "$1" ] && docker -H "unix://$1" version >/dev/null 2>&1 && return; sleep 0.05; done; echo "volumes.sh: nobody listens at $1" >&2; cat "$work"/*.log >&2; exit 1; }
"$DOCKWALK" engine --root "$work/lab" --socket "$work/lab.sock" >"$work/lab.log" 2>&1 & pids+=($!)
dockerd --data-root "$work/docker" --exec-root "$work/exec" --pidfile "$work/docker.pid" -H "unix://$work/docker.sock" \
    --bip 172.29.0.1/16 >"$work/dockerd.log" 2>&1 & pids+=($!)
for side in lab docker; do
    wait_for "$work/$side.sock"
    docker -H "unix://$work/$side.sock" import "$work/fio.tar" fio >/dev/null
    docker -H "unix://$work/$side.sock" run -d --name box --network none -v held:/volume -v "$work/$side-bind:/bind" --tmpfs /tmpfs:size=1g \
        fio "$(command -v sleep)" 100000 >/dev/null
done
# Past the page cache where the file system can: what is measured there is the way, and not how much was in memory.
measure() { # side place pattern size
    local direct=1
    [ "$2" != /tmpfs ] || direct=0
    docker -H "unix://$work/$1.sock" exec box "$fio" --name=it --filename="$2/file" --size=256m --direct=$direct --ioengine=psync \
        --rw="$3" --bs="$4" --runtime="$SECONDS_EACH" --time_based --output-format=json |
        python3 -c 'import json, sys; job = json.load(sys.stdin)["jobs"][0]; print(round(sum(job[way]["bw_bytes"] for way in ("read", "write")) / 2**20, 1))'
}
places=(/layer /volume /bind /tmpfs)
patterns=("write 1m" "read 1m" "randwrite 4k" "randread 4k")
for side in lab docker; do
    # All of each file is there before anything is measured.
    for place in "${places[@]}"; do
        docker -H "unix://$work/$side.sock" exec box "$fio" --name=it --filename="${place/\/layer/}/file" --size=256m --rw=write --bs=1m --end_fsync=1 >/dev/null
    done
done
for round in $(seq "$ROUNDS"); do
    for place in "${places[@]}"; do
        for pattern in "${patterns[@]}"; do
            read -r rw bs <<<"$pattern"
            order=(lab docker)
            [ $((round % 2)) -eq 0 ] || order=(docker lab)
            for side in "${order[@]}"; do
                echo "$place $rw $bs $side $(measure "$side" "${place/\/layer/}" "$rw" "$bs")" >>"$work/figures"
            done
        done
    done
done
python3 - "$work/figures" "$ROUNDS" "$SECONDS_EACH" <<'PY'
import statistics, sys
figures, rounds, seconds = sys.argv[1:]
runs = {}
for line in open(figures):
    place, rw, bs, side, rate = line.split()
    runs.setdefault((place, rw, bs), {}).setdefault(side, []).append(float(rate))
print(f"MiB/s: median (least-most) of {rounds} runs of {seconds} s; last the median of the rounds' ratios")
for (place, rw, bs), sides in runs.items():
    ratio = statistics.median(ours / theirs for ours, theirs in zip(sides["lab"], sides["docker"]))
    told = "   ".join(f"{name} {statistics.median(all):.0f} ({min(all):.0f}-{max(all):.0f})" for name, all in (("dockwalk", sides["lab"]), ("docker", sides["docker"])))
    print(f"{place:8} {rw:9} {bs:3} {told}   {ratio:.2f}")
PY
