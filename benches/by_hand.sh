#!/usr/bin/env bash
# How long it takes until what somebody does by hand is in the trace: from before `nsenter … ip link set eth0 down` is begun to the moment
# at which a reader of the trace has the event; and from the end of that command.
#
#   benches/by_hand.sh [TIMES]    builds nothing: target/release/dockwalk must be there (or DOCKWALK=path)
#   needs docker, nsenter, ip, python3; as whoever calls it: as root its engine is root's, else it has a user namespace
#   as root, BENCH_USER=name does it once more as that user
set -euo pipefail
cd "$(dirname "$0")/.."
TIMES=${1:-50}
export DOCKWALK=${DOCKWALK:-$PWD/target/release/dockwalk}
for program in docker nsenter ip python3 "$DOCKWALK"; do
    command -v "$program" >/dev/null || { echo "by_hand.sh: $program is not there" >&2; exit 1; }
done
work=$(mktemp -d /tmp/dwhand.XXXXXX)
pid=
end() {
    docker rm -f web >/dev/null 2>&1 || true
    [ -z "$pid" ] || { kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null || true; }
    chmod -R u+rwX "$work" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
export DOCKER_CONFIG=$work/config DOCKER_HOST=unix://$work/sock
"$DOCKWALK" engine --root "$work/root" --socket "$work/sock" >"$work/log" 2>&1 & pid=$!
for _ in $(seq 600); do [ -S "$work/sock" ] && docker version >/dev/null 2>&1 && break; sleep 0.05; done
docker pull -q lab/shell:1 >/dev/null
docker run -d --name web lab/shell:1 sleep 100000 >/dev/null
enter=(nsenter -t "$(docker inspect -f '{{.State.Pid}}' web)" -n)
[ "$(id -u)" -eq 0 ] || enter+=(-U --preserve-credentials)
python3 - "$work/sock" "$TIMES" "${enter[@]}" <<'PY'
import json, os, socket, subprocess, sys, threading, time

path, times, enter = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
stream = socket.socket(socket.AF_UNIX)
stream.connect(path)
stream.sendall(b"GET /dockwalk/v1/trace HTTP/1.1\r\nHost: dockwalk\r\n\r\n")
seen, arrived = threading.Condition(), []

def read():
    for line in stream.makefile("rb"):
        now = time.monotonic()
        if b'"link_seen"' not in line:
            continue
        link = json.loads(line)["change"]["of"]
        if link.get("name") == "eth0" and link.get("container") and not link.get("up"):
            with seen:
                arrived.append(now)
                seen.notify()

threading.Thread(target=read, daemon=True).start()
time.sleep(1)
from_start, from_end = [], []
for _ in range(times):
    with seen:
        arrived.clear()
    start = time.monotonic()
    subprocess.run([*enter, "ip", "link", "set", "eth0", "down"], check=True)
    end = time.monotonic()
    with seen:
        if not seen.wait_for(lambda: arrived, timeout=10):
            sys.exit("by_hand.sh: it was not seen in 10 s")
        from_start.append(arrived[0] - start)
        from_end.append(max(arrived[0] - end, 0))
    subprocess.run([*enter, "ip", "link", "set", "eth0", "up"], check=True)
    time.sleep(0.4)
part = lambda all, of: sorted(all)[min(len(all) - 1, int(len(all) * of))] * 1000
for what, all in (("from before the command", from_start), ("from its end", from_end)):
    print(f"{'root' if os.getuid() == 0 else 'user'}, {what}: p50 {part(all, .5):.1f} ms   p99 {part(all, .99):.1f} ms   (of {times})")
PY
if [ "$(id -u)" -eq 0 ] && [ -n "${BENCH_USER:-}" ]; then
    home=$(mktemp -d /tmp/dwhand.XXXXXX) && chown "$BENCH_USER" "$home"
    setpriv --reuid "$BENCH_USER" --regid "$BENCH_USER" --init-groups \
        env HOME="$home" XDG_RUNTIME_DIR="$home" PATH="$PATH" DOCKWALK="$DOCKWALK" TMPDIR="$home" "$0" "$TIMES"
    rm -rf "$home"
fi
