//! The checker finds what is planted: it can fail.

use crate::engine::{Engine, everyone, good};
use crate::kernel::{Checker, differences, look};
use crate::sequence::IMAGE;
use dockwalk::trace::{Route, World};
use std::sync::Arc;

#[test]
fn a_world_that_is_otherwise_than_the_kernel_is_found() {
    let who = everyone()[0];
    let engine = Engine::start(who);
    let docker = |line: &str| good(engine.dockwalk(&[&["docker"], &*line.split(' ').collect::<Vec<_>>()].concat()));
    docker(&format!("run -d --name web -p 80 {IMAGE} sleep 1000"));
    docker("exec web ping -c 1 172.17.0.1");
    let mut checker = Checker::of(&engine);
    let world = checker.agrees("a container");
    let shown = look(&world, engine.pid());
    assert_eq!(differences(&world, &shown), Vec::<String>::new());
    let key = world.links.values().find(|link| link.name == "eth0" && link.container.is_some()).unwrap().key.clone();
    let link = |change: &dyn Fn(&mut dockwalk::trace::Link)| {
        let mut world = world.clone();
        let mut link = (*world.links[&key]).clone();
        change(&mut link);
        world.links.insert(key.clone(), Arc::new(link));
        world
    };
    let otherwise = |change: &dyn Fn(&mut World)| {
        let mut world = world.clone();
        change(&mut world);
        world
    };
    let port = world.links.values().find(|link| link.master.is_some()).unwrap().key.clone();
    let masquerade = world.rules["masquerade/bridge"].clone();
    let netns = masquerade.netns;
    let planted: Vec<(&str, World)> = vec![
        ("links", link(&|link| link.up = false)),
        ("links", link(&|link| link.carrier = Some(false))),
        ("links", link(&|link| link.name = "eth7".into())),
        ("links", link(&|link| link.ifindex += 1)),
        ("links", link(&|link| link.mac = "02:42:ac:11:00:99".into())),
        ("links", link(&|link| link.peer_ifindex = None)),
        ("links", otherwise(&|world| drop(world.links.remove(&key)))),
        (
            "links",
            otherwise(&|world| {
                let mut link = (*world.links[&port]).clone();
                link.master = None;
                world.links.insert(port.clone(), Arc::new(link));
            }),
        ),
        ("addresses", otherwise(&|world| drop(world.addresses.insert((key.clone(), "172.17.0.9/16".into()))))),
        ("addresses", otherwise(&|world| world.addresses.clear())),
        (
            "routes",
            otherwise(&|world| {
                let (destination, dev) = ("192.0.2.0/24".into(), "docker0".into());
                world.routes.insert(Route { netns, destination, via: None, dev, refuses: None });
            }),
        ),
        ("routes", otherwise(&|world| world.routes.clear())),
        (
            "learned MACs",
            otherwise(&|world| {
                world.macs.insert(("docker0".into(), "02:42:ac:11:00:77".into()), port.clone());
            }),
        ),
        ("rules", otherwise(&|world| drop(world.rules.remove("masquerade/bridge")))),
        (
            "rules",
            otherwise(&|world| {
                let mut rule = (*masquerade).clone();
                rule.text = rule.text.replace("172.17", "172.18");
                world.rules.insert(rule.key.clone(), Arc::new(rule));
            }),
        ),
        // Another order of a chain.
        (
            "rules",
            otherwise(&|world| {
                let last = world.rules.values().map(|rule| rule.place).max().unwrap();
                let mut first =
                    (**world.rules.values().filter(|it| it.chain == "forward").min_by_key(|it| it.place).unwrap())
                        .clone();
                first.place = last + 1;
                world.rules.insert(first.key.clone(), Arc::new(first));
            }),
        ),
        (
            "nobody is in it",
            otherwise(&|world| {
                world.routes.insert(Route {
                    netns: 1,
                    destination: "default".into(),
                    via: None,
                    dev: "eth0".into(),
                    refuses: None,
                });
            }),
        ),
    ];
    for (what, world) in planted {
        let shown = if what == "nobody is in it" { look(&world, engine.pid()) } else { shown.clone() };
        let found = differences(&world, &shown);
        assert!(found.iter().any(|it| it.contains(what)), "{what}: {found:#?}");
    }
}
