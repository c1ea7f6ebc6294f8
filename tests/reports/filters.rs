//! Filters: labels are wanted all together, other values are alternatives, and a value that nothing could have is refused.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    side.start("one", "-l a=1 -l b", "echo ready; sleep 600");
    side.start("two", "-l a=2", "echo ready; sleep 600");
    side.good("run --name three -l b lab/shell:1 true");
    side.fails("run --name four lab/shell:1 sh -c false", 1);
    side.good("create --name five lab/shell:1");
    let list = |filters: &str| {
        let ids = side.good(&format!("ps -q --no-trunc {filters}"));
        let name = |id: &str| side.get(&format!("/containers/{id}/json"))["Name"].as_str().unwrap()[1..].to_owned();
        let mut names: Vec<_> = ids.lines().map(name).collect();
        names.sort();
        names.join(" ")
    };
    for (filters, names) in [
        ("-a -f label=a -f label=b", "one"),
        ("-a -f label=a", "one two"),
        ("-a -f label=b", "one three"),
        ("-a -f label=a=1 -f label=a=2", ""),
        ("-f label=b", "one"),
        ("-a -f name=one -f name=two", "one two"),
        ("-a -f name=^o", "one"),
        ("-a -f name=e$", "five one three"),
        ("-a -f name=^/one$", "one"),
        ("-a -f name=^on$", ""),
        ("-f status=exited", "four three"),
        ("-f status=exited -f status=created", "five four three"),
        ("-f status=paused", ""),
        ("-a -f exited=0", "three"),
        ("-a -f exited=0 -f exited=1", "four three"),
        ("-f exited=0", ""),
        ("-a -f status=exited -f label=b", "three"),
        ("-a -f before=three", "one two"),
        ("-a -f since=three", "five four"),
        ("-a -f network=none", ""),
        ("-a -f network=bridge -f label=a", "one two"),
        ("-a -f volume=/none", ""),
        ("-a -f health=none -f label=a", "one two"),
        ("-a -f health=healthy", ""),
        ("-a -f ancestor=lab/shell:1 -f name=one", "one"),
    ] {
        assert_eq!(list(filters), names, "{filters}");
    }
    for bad in ["status=bogus", "exited=x", "health=bogus", "bogus=1", "before=no-such-container", "is-task=maybe"] {
        side.fails(&format!("ps -a -f {bad}"), 1);
    }

    let networks = |filters: &str| {
        let ids = side.good(format!("network ls -q --no-trunc {filters}").trim_end());
        let name = |id: &str| side.get(&format!("/networks/{id}"))["Name"].as_str().unwrap().to_owned();
        let mut names: Vec<_> = ids.lines().map(name).collect();
        names.sort();
        names.join(" ")
    };
    for (filters, names) in [
        ("", "bridge host none"),
        ("-f name=host", "host"),
        ("-f name=o", "host none"),
        ("-f name=^b", "bridge"),
        ("-f driver=bridge", "bridge"),
        ("-f driver=null -f driver=host", "host none"),
        ("-f type=builtin", "bridge host none"),
        ("-f type=custom", ""),
        ("-f scope=local -f name=none", "none"),
        ("-f scope=swarm", ""),
        ("-f label=a", ""),
        ("-f dangling=true", ""),
        ("-f dangling=false", "bridge host none"),
    ] {
        assert_eq!(networks(filters), names, "{filters}");
    }
    for bad in ["type=bogus", "bogus=1", "dangling=maybe"] {
        side.fails(&format!("network ls -f {bad}"), 1);
    }

    side.image("lab/labels:1", "LABEL a=1 b=2");
    side.image("lab/labels:2", "LABEL a=1");
    let images = |filters: &str| side.good(&format!("images -q {filters}")).lines().count();
    assert_eq!(images("-f label=a -f reference=lab/labels"), 2);
    assert_eq!(images("-f label=a -f label=b -f reference=lab/labels"), 1);
    assert_eq!(images("-f label=a=1 -f label=a=2"), 0);
    assert_eq!(images("-f reference=lab/labels:1 -f reference=lab/labels:2"), 2);
    for bad in ["dangling=maybe", "bogus=1", "before=no/such:1"] {
        side.fails(&format!("images -f {bad}"), 1);
    }
}
