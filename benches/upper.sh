#!/usr/bin/env bash
# How soon a write in a container is an event in a client's hands, and what 50,000 new files cost the engine.
#
# A shell in the container is handed a name on its standard input and makes a file of that name; the clock starts before the
# name is handed over and stops when the event with that path was read from the trace stream. So the shell's own time, and
# bash's, are in it. The engine's processor time is that of /proc/<pid>/stat.
#
#   benches/upper.sh [WRITES]    root or not; builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
set -euo pipefail
cd "$(dirname "$0")/.."
WRITES=${1:-100}
DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
for program in curl docker "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "upper.sh: $program is not there" >&2; exit 1; }
done

work=$(mktemp -d /tmp/dwupper.XXXXXX)
pids=()
end() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; done
    rm -rf "$work"
}
trap end EXIT
export DOCKER_CONFIG=$work/config
socket=$work/s.sock
docker() { command docker -H "unix://$socket" "$@"; }

"$DOCKWALK" engine --root "$work/dw" --socket "$socket" >"$work/log" 2>&1 & engine=$!; pids+=("$engine")
for _ in $(seq 600); do docker version >/dev/null 2>&1 && break; sleep 0.05; done
docker pull -q lab/shell:1 >/dev/null

mkfifo "$work/names"
docker run -i --rm --name box lab/shell:1 sh -c 'mkdir /w; while read -r name; do echo x > "/w/$name"; done' <"$work/names" & pids+=($!)
exec 7>"$work/names"
mkfifo "$work/trace"
# How many paths there are and the beginning of the list: bash is slow with long lines.
curl -sN --unix-socket "$socket" "http://dockwalk/dockwalk/v1/trace" \
    | sed -u -n 's/.*"upper_changed".*"files":\[\(.\{0,200\}\).*"totals":{"paths":\([0-9]*\).*/\2 \1/p' >"$work/trace" & pids+=($!)
exec 8<"$work/trace"

now() { local t=${EPOCHREALTIME/[.,]/}; echo "$t"; }
await() { local line; while read -r -t 20 -u 8 line; do [[ $line == *"\"w/$1\""* ]] && return; done; echo "upper.sh: $1 was never told" >&2; exit 1; }
cpu() { local -a f; read -ra f <"/proc/$engine/stat"; echo $(((f[13] + f[14]) * 1000 / $(getconf CLK_TCK))); }

series() { # title, pause before each write
    local i begin; local -a all=()
    for i in $(seq "$WRITES"); do
        sleep "$2"
        begin=$(now)
        echo "$3$i" >&7
        await "$3$i"
        all+=($(($(now) - begin)))
    done
    printf '%s\n' "${all[@]}" | sort -n | awk -v title="$1" '
        { t[NR] = $1 / 1000 }
        END { printf "%-44s min %6.1f ms   median %6.1f ms   p99 %6.1f ms   max %6.1f ms\n", title, t[1], t[int((NR + 1) / 2)], t[int(NR * 0.99 + 0.5)], t[NR] }'
}
# The first waits until the container has started; it is not counted.
echo first >&7
await first
echo "$WRITES writes, each waited for, on $(nproc) cores; held to 200 ms"
series "a write after half a second of quiet" 0.5 q
series "a write right after the one before" 0 b

idle=$(cpu); sleep 3
echo "engine, 3 s without a write: $(($(cpu) - idle)) ms of processor time"

before=$(cpu); begin=$(now)
docker exec box sh -c 'mkdir /many && cd /many && i=0 && while [ $i -lt 50000 ]; do echo $i >f$i; i=$((i + 1)); done'
made=$(now)
while read -r -t 20 -u 8 paths _; do [ "$paths" -ge 50000 ] && break; done
echo "50,000 files made in $(((made - begin) / 1000)) ms; all of them counted $((($(now) - made) / 1000)) ms later; engine: $(($(cpu) - before)) ms of processor time"
exec 7>&-
