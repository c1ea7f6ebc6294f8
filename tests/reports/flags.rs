//! The exit status of a command line that is none: 125 for a flag, 1 for what stands beside the flags.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    for line in [
        "run --bogus x",
        "create --bogus x",
        "ps --bogus",
        "volume ls --bogus",
        "rm --bogus x",
        "exec --bogus a b",
        "inspect --bogus x",
        "container run --bogus x",
        "info --bogus",
        "pull --bogus a",
        "run --name",
        "run -w",
        "kill -s",
        "logs --tail",
        "run -a foo img",
        "run --memory abc img",
        "create --memory abc img",
        "run --pids-limit x img",
        "run --cpus x img",
        "run --stop-timeout x img",
        "create --stop-timeout x img",
        "run --env =x img",
        "run --pull bogus img",
        "run --mount x img",
        "create --mount x img",
        "run --shm-size=-1 img",
        "run --env-file /no/such/file img",
        "create --env-file /no/such/file img",
        "stop -t x a",
        "ps -f bogus",
        "network ls -f bogus",
        "volume ls -f bogus",
    ] {
        side.fails(line, 125);
    }
    for line in [
        "run",
        "create",
        "exec",
        "exec a",
        "rm",
        "rm none",
        "inspect",
        "logs",
        "logs a b",
        "wait",
        "tag a",
        "pull",
        "attach a b",
        "images a b",
        "ps extra",
        "volume rm",
        "foo",
        "volume foo",
        "container bogus",
    ] {
        side.fails(line, 1);
    }
    for line in ["volume", "container", "network", "run --help", "volume --help"] {
        side.good(line);
    }
}
