//! An image that containers were made from: whether it goes, what of it, and what is said (moby `image_delete.go`).

use crate::engine::good;
use crate::side::{Side, text};

pub fn area(side: &Side<'_>) {
    let id = |name: &str| side.get(&format!("/images/{name}/json"))["Id"].as_str().unwrap().to_owned();
    let short = |id: &str| id[7..19].to_owned();
    let shown = |name: &str| {
        let all = side.get("/containers/json?all=1");
        let named = |line: &&serde_json::Value| line["Names"][0] == format!("/{name}");
        all.as_array().unwrap().iter().find(named).unwrap()["Image"].as_str().unwrap().to_owned()
    };

    // By its name, of a container that does not run.
    side.image("lab/used:1", "ENV A=1");
    let image = id("lab/used:1");
    good(side.args(&["create", "--name", "one", "lab/used:1", "sh", "-c", "echo $A"]));
    assert_eq!(shown("one"), "lab/used:1");
    let said = side.fails("rmi lab/used:1", 1);
    assert!(said.contains("unable to remove repository reference \"lab/used:1\" (must force)"), "{said}");
    let removed = side.good("rmi -f lab/used:1");
    assert!(removed.contains("Untagged: lab/used:1") && removed.contains(&format!("Deleted: {image}")), "{removed}");
    side.fails("image inspect lab/used:1", 1);
    // The container has what it was made from all the same, and is shown by the id.
    assert_eq!(side.good("start -a one"), "1");
    assert_eq!(shown("one"), image);
    assert!(side.good("ps -a").contains(&short(&image)));
    side.fails("commit one lab/again:1", 1);
    side.good("rm one");

    // By its name, and by its id, of a container that runs: nothing forces that.
    side.image("lab/used:2", "ENV A=2");
    let image = id("lab/used:2");
    good(side.args(&["run", "-d", "--name", "two", "lab/used:2", "sh", "-c", "echo ready; sleep 600"]));
    side.fails("rmi lab/used:2", 1);
    assert_eq!(side.good("rmi -f lab/used:2"), "Untagged: lab/used:2");
    for force in ["", "-f "] {
        let said = side.fails(&format!("rmi {force}{}", short(&image)), 1);
        let wanted = "(cannot be forced) - image is being used by running container";
        assert!(said.contains("unable to delete") && said.contains(wanted), "{said}");
    }
    assert_eq!(side.good("exec two echo beside"), "beside");
    side.good("stop -t 0 two");
    let said = side.fails(&format!("rmi {}", short(&image)), 1);
    assert!(said.contains("(must be forced) - image is being used by stopped container"), "{said}");
    assert!(side.good(&format!("rmi -f {}", short(&image))).contains(&format!("Deleted: {image}")));
    side.good("start two");
    assert_eq!(side.good("exec two echo beside"), "beside");
    side.good("rm -f two");

    // What has two names goes by one of them, and by its id by force alone.
    side.image("lab/used:3", "ENV A=3");
    let image = id("lab/used:3");
    side.good("tag lab/used:3 lab/used:4");
    side.good("create --name three lab/used:3");
    assert_eq!(side.good("rmi lab/used:3"), "Untagged: lab/used:3");
    assert_eq!(shown("three"), image, "its name means another image, or none");
    side.good("tag lab/used:4 lab/used:3");
    assert_eq!(shown("three"), "lab/used:3");
    let said = side.fails(&format!("rmi {}", short(&image)), 1);
    assert!(said.contains("(must be forced) - image is referenced in multiple repositories"), "{said}");
    let forced = side.output(&["rmi", "-f", &short(&image)]);
    assert!(forced.status.success(), "{}", text(&forced.stderr));
    side.good("rm three");

    // And one that another was made from stays for it.
    side.image("lab/below:1", "ENV A=1");
    let image = id("lab/below:1");
    let container = side.good("create lab/below:1");
    side.good(&format!("commit {container} lab/above:1"));
    side.good(&format!("rm {container}"));
    assert_eq!(side.good("rmi -f lab/below:1"), "Untagged: lab/below:1");
    side.fails(&format!("rmi -f {}", short(&image)), 1);
    assert!(side.good("rmi lab/above:1").contains(&format!("Deleted: {image}")));
}
