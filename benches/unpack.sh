#!/usr/bin/env bash
# Times unpacking alone, of the layers that benches/pull.sh pulls: dockwalk, `tar -xzf` and `umoci raw unpack`, by turns.
#
#   sudo benches/unpack.sh [ROUNDS]
#
# dockwalk and tar unpack each layer into a directory of its own, umoci all into one, as it does. dockwalk hashes the tars as
# well and writes down their entries; umoci hashes them, tar does not. Nobody waits for the disk: what is timed ends when the
# program does. Prints minimum, median and maximum of the rounds.
# Needs: what benches/pull.sh needs, run once before; umoci skopeo. $UNPACK: the program, else `cargo bench` builds it.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds=${1:-5}
work=${BENCH_DIR:-/var/tmp/dockwalk-bench}
port=${BENCH_PORT:-5055}
[ -f "$work/built" ] || { echo "run benches/pull.sh first: it builds the image"; exit 1; }

registry=
trap '[ -z "$registry" ] || kill "$registry" 2>/dev/null; rm -rf "$work/unpacked"' EXIT
if [ ! -f "$work/oci/index.json" ]; then
    docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
    registry=$!
    until curl -fs "http://127.0.0.1:$port/v2/" >/dev/null; do sleep 0.1; done
    rm -rf "$work/oci"
    skopeo copy -q --src-tls-verify=false "docker://127.0.0.1:$port/bench/postgres:1" "oci:$work/oci:bench"
    kill "$registry"
    registry=
fi
# The layers in their order: the manifest is the one blob that lists them.
manifest=$(grep -o '"digest":"sha256:[0-9a-f]*"' "$work/oci/index.json" | head -1 | grep -o '[0-9a-f]\{64\}')
mapfile -t layers < <(grep -o '"layers":.*' "$work/oci/blobs/sha256/$manifest" | grep -o 'sha256:[0-9a-f]*' |
    sed "s|sha256:|$work/oci/blobs/sha256/|")
echo "${#layers[@]} layers, $(cat "${layers[@]}" | wc -c) bytes"
# From here on the page cache holds them.

ours() { "${UNPACK[@]}" "$work/unpacked" "${layers[@]}"; }
with_tar() {
    local i=0 layer
    for layer in "${layers[@]}"; do
        mkdir -p "$work/unpacked/$i"
        # Whiteouts are files to it, devices are made, as root.
        tar --numeric-owner --xattrs -xzf "$layer" -C "$work/unpacked/$i"
        i=$((i + 1))
    done
}
with_umoci() { umoci raw unpack --image "$work/oci:bench" "$work/unpacked" >/dev/null 2>&1; }

if [ -n "${UNPACK:-}" ]; then
    UNPACK=("$UNPACK")
else
    cargo bench --locked --quiet --bench unpack --no-run
    UNPACK=(cargo bench --locked --quiet --bench unpack --)
fi
declare -A times
for round in $(seq "$rounds"); do
    for who in ours with_tar with_umoci; do
        rm -rf "$work/unpacked"
        sync -f "$work"
        start=$(date +%s.%N)
        "$who" >/dev/null
        end=$(date +%s.%N)
        times[$who]+="$(awk -v a="$start" -v b="$end" 'BEGIN { printf "%.2f", b - a }') "
    done
    echo "round $round"
done
for who in ours with_tar with_umoci; do
    # shellcheck disable=SC2086
    printf '%s\n' ${times[$who]} | sort -n | awk -v who="$who" \
        '{ t[NR] = $1 } END { printf "%-11s min %6.2f  median %6.2f  max %6.2f s\n", who, t[1], t[int((NR + 1) / 2)], t[NR] }'
done
