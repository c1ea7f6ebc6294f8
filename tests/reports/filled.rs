//! What an image has where a volume is mounted: it is in the volume once the container is made, and comes back for nobody.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    let image = crate::side::IMAGE;
    let in_volume = |volume: &str| {
        side.run(&format!("-v {volume}:/v"), "ls -A /v").split_whitespace().collect::<Vec<_>>().join(" ")
    };

    side.good(&format!("create --name never -v made:/notes {image}"));
    assert_eq!(in_volume("made"), "c.txt", "before anything is started");
    side.good(&format!("create --name other -v made:/etc {image}"));
    assert_eq!(in_volume("made"), "c.txt", "it is not empty any more");

    side.start("box", "-v kept:/notes", "echo ready; sleep 600");
    side.good("exec box rm /notes/c.txt");
    side.good("restart -t 0 box");
    assert_eq!(in_volume("kept"), "", "who emptied it finds it empty");
    side.good("stop -t 0 box");
    side.good("start box");
    assert_eq!(in_volume("kept"), "");
    side.good(&format!("create --name new -v kept:/notes {image}"));
    assert_eq!(in_volume("kept"), "c.txt", "a new container is another matter");

    side.good(&format!("create --name ro -v first:/notes:ro -v second:/notes/deep {image}"));
    assert_eq!((in_volume("first").as_str(), in_volume("second").as_str()), ("c.txt", ""));
    side.good(&format!("create --name bare --mount type=volume,source=bare,target=/notes,volume-nocopy {image}"));
    assert_eq!(in_volume("bare"), "");
    side.good(&format!("create --name twice -v twice:/notes -v twice:/etc {image}"));
    // Of one of the two: Docker goes through a map of Go's, whose order is another each time.
    let twice = in_volume("twice");
    assert!(["c.txt", "greeting group os-release passwd"].contains(&twice.as_str()), "{twice}");
    side.good("volume create -d local -o type=tmpfs -o device=tmpfs memory");
    side.start("mem", "-v memory:/notes", "ls -A /notes; echo ready; sleep 600");
    assert_eq!(side.good("logs mem"), "ready", "what is in memory begins with nothing");
    // Mode and owner come along, though there is nothing else.
    side.good(&format!("create --name mode -v mode:/tmp {image}"));
    assert_eq!(side.good(&format!("run --rm -v mode:/v {image} stat -c %a /v")), "1777");
    side.good(&format!("create --name nameless -v /notes {image}"));
    side.start("heir", "--volumes-from nameless", "ls /notes; echo ready; sleep 600");
    assert_eq!(side.good("logs heir"), "c.txt\nready");
}
