//! The exit status of a command line that is none: 125 for a flag, 1 for what stands beside the flags.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    on_or_off(side);
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

/// What is on or off may be said to be so; of two the last counts, and behind the image nothing is a flag.
fn on_or_off(side: &Side<'_>) {
    let shown = |flags: &str| {
        side.good(&format!("create --name box {flags} {} echo --rm=false", crate::side::IMAGE));
        let format = "{{.HostConfig.AutoRemove}},{{.Config.OpenStdin}},{{.Config.Tty}},{{.HostConfig.ReadonlyRootfs}}";
        let shown = side.good(&format!("inspect -f {format} box"));
        side.good("rm -f=true -v=false box");
        shown
    };
    assert_eq!(shown("--rm=false -i=false --tty=0"), "false,false,false,false");
    assert_eq!(shown("--rm=true -i=1 --tty=T --read-only=TRUE"), "true,true,true,true");
    assert_eq!(shown("-it --rm=false --init=false --privileged=false"), "false,true,true,false");
    assert_eq!(shown("-ti=false --rm --rm=false --read-only=false --read-only"), "false,false,true,true");
    assert_eq!(side.good("ps -a=false -q=true --no-trunc=false"), "");
    for line in ["run --rm=maybe img", "create -i=no img", "ps -a=x", "rm -f= x"] {
        side.fails(line, 125);
    }
}
