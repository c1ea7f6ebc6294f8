//! `events`: which of them, and of when.

use crate::engine::good;
use crate::side::{IMAGE, Side};
use jiff::Timestamp;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

const KINDS: &str = "-f event=create -f event=start -f event=die -f event=destroy";

fn now() -> String {
    let now = Timestamp::now();
    format!("{}.{:09}", now.as_second(), now.subsec_nanosecond())
}

pub fn area(side: &Side<'_>) {
    let begin = now();
    good(side.args(&["run", "--name", "ev-one", "-l", "tier=db", "-l", "empty", IMAGE, "true"]));
    let between = now();
    side.fails(&format!("run --name ev-two --rm {IMAGE} false"), 1);
    let end = now();
    let list = |flags: &str| {
        let mut words: Vec<_> = ["events", "--format", "{{json .}}"].to_vec();
        words.extend(flags.split(' ').filter(|word| !word.is_empty()));
        let said = good(side.args(&words));
        let event = |line: &str| {
            let event: serde_json::Value = serde_json::from_str(line).unwrap();
            let of = |name: &str| event["Actor"]["Attributes"][name].as_str().unwrap_or_default().to_owned();
            assert_eq!((&event["Type"], of("image")), (&"container".into(), IMAGE.to_owned()), "{event}");
            assert!(
                of("name") != "ev-one" || (of("tier") == "db" && event["Actor"]["Attributes"]["empty"] == ""),
                "{event}"
            );
            format!("{} {}{}", event["Action"].as_str().unwrap(), of("name"), of("exitCode"))
        };
        said.lines().map(event).collect::<Vec<_>>().join(" ")
    };
    let (one, two) =
        ("create ev-one start ev-one die ev-one0", "create ev-two start ev-two die ev-two1 destroy ev-two");
    let both = format!("{one} {two}");
    let when = format!("--since {begin} --until {end}");
    for (flags, said) in [
        ("", both.as_str()),
        ("-f type=container", &both),
        ("-f type=image", ""),
        ("-f type=image -f type=container", &both),
        ("-f scope=local", &both),
        ("-f container=ev-one", one),
        ("-f container=ev-one -f container=ev-two", &both),
        ("-f container=ev-o", one),
        ("-f container=ne", ""),
        ("-f label=tier", one),
        ("-f label=tier=db -f label=empty", one),
        ("-f label=tier=web", ""),
        ("-f image=lab/shell:1", &both),
        ("-f image=lab/shell", &both),
        ("-f image=shell", ""),
        ("-f volume=data", ""),
        ("-f image=lab/shell -f container=ev-two -f label=tier", ""),
    ] {
        assert_eq!(list(&format!("{when} {KINDS} {flags}")), said, "{flags}");
    }
    assert_eq!(list(&format!("{when} -f event=die")), "die ev-one0 die ev-two1");
    assert_eq!(list(&format!("{when} -f event=di")), "");
    assert_eq!(list(&format!("--since {begin} --until {between} {KINDS}")), one);
    assert_eq!(list(&format!("--since {between} --until {end} {KINDS}")), two);
    assert_eq!(list(&format!("--since {end} --until {} {KINDS}", now())), "");
    assert!(list(&format!("--until {end} -f container=ev-one -f container=ev-two {KINDS}")).ends_with(&both));
    let id = side.get("/containers/ev-one/json")["Id"].as_str().unwrap().to_owned();
    assert_eq!(list(&format!("{when} {KINDS} -f container={}", &id[..12])), one);
    let plain = good(side.args(&[
        "events",
        "--since",
        &begin,
        "--until",
        &end,
        "-f",
        "event=create",
        "-f",
        "container=ev-one",
    ]));
    assert!(plain.contains(&format!("container create {id} (empty=, image={IMAGE}, name=ev-one, tier=db)")), "{plain}");
    assert!(side.fails(&format!("events --since {end} --until {begin}"), 1).contains("cannot be after"));
    if !side.is_docker() {
        // Docker looks at no filter that it does not know.
        assert!(side.fails("events -f bogus=1 --until 0", 1).contains("bogus"));
    }

    // As it happens: who does not ask for what was before has nothing of it.
    let mut live = side.args(&["events", "-f", "event=die", "-f", "container=live", "--format", "{{json .}}"]);
    let mut live = live.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(live.stdout.take().unwrap()).lines();
    let (done, seen) = std::sync::mpsc::channel();
    let reader = std::thread::spawn(move || done.send(lines.next()).ok());
    // It is not known when it listens: so often does it happen.
    let line = (0..100).find_map(|_| {
        good(side.args(&["run", "--rm", "--name", "live", IMAGE, "true"]));
        seen.try_recv().ok()
    });
    live.kill().unwrap();
    live.wait().unwrap();
    reader.join().unwrap();
    let line = line.expect("an event").expect("a line").unwrap();
    assert!(line.contains("\"name\":\"live\"") && line.contains("\"die\""), "{line}");
}
