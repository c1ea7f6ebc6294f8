//! What a line in a terminal speaks of, and the shapes of the picture: the one that is pointed at shows the other.

use super::PanelContext;
use crate::trace::{Container, Entity, World};
use crate::ui::command::ViewCommand;
use crate::ui::diagrams::{REACH_TELLS, REACH_TELLS_NAMES};
use crate::ui::lines::{self, Whose};
use crate::ui::terminal::{Line, Screen};

/// What is kept back for a later page, and nothing that a line would tell.
const NO_LINES: &[&str] = &[
    REACH_TELLS,
    REACH_TELLS_NAMES,
    "step-serve-names",
    "step-serve-names-why",
    "problem-names-served",
    "scene-net-of-host",
    "scene-net-container",
];

/// While a question is open of which something is kept back, nothing is: which shape a line speaks of may be what it asks.
fn is_shown(cx: &PanelContext<'_>) -> bool {
    let course = cx.state.course.as_ref().filter(|course| !course.is_ended());
    let asks = course.is_some_and(|course| course.runner().pending(cx.state.world()).next().is_some());
    let veiled = cx.words.veiled().iter().any(|(key, _)| !NO_LINES.contains(key));
    !asks && !veiled && !cx.state.files.shown
}

/// Where the program of a terminal with that title prints: the host's shell, or `docker …` in a container or for none.
pub fn whose(cx: &PanelContext<'_>, title: &str) -> Whose {
    if title == cx.say("dock-host-name") { Whose::Host } else { of_command(cx.state.world(), title) }
}

/// `docker run -it --name web lab/shell:1`, `docker exec web ip addr`, `docker network inspect bridge`, `host ip addr`.
fn of_command(world: &World, line: &str) -> Whose {
    let words: Vec<&str> = line.split_whitespace().collect();
    let words = words.strip_prefix(&["dockwalk"]).unwrap_or(&words);
    let words = match words {
        ["host", ..] => return Whose::Host,
        ["docker", "container", rest @ ..] | ["docker", rest @ ..] | ["container", rest @ ..] => rest,
        rest => rest,
    };
    let is_named = |it: &Container, word: &str| it.name == word || word.len() >= 4 && it.id.as_str().starts_with(word);
    let container = match words {
        ["run", rest @ ..] => {
            let named =
                rest.iter().zip(rest.iter().skip(1)).find(|(flag, _)| **flag == "--name").map(|(_, name)| *name);
            let named = named.or_else(|| rest.iter().find_map(|word| word.strip_prefix("--name=")));
            match named {
                Some(name) => world.containers.values().find(|it| it.name == name),
                None => {
                    let is_it =
                        |it: &&std::sync::Arc<Container>| it.state.lives() && rest.contains(&it.image_name.as_str());
                    let mut all = world.containers.values().filter(is_it);
                    all.next().filter(|_| all.next().is_none())
                }
            }
        }
        ["exec" | "attach" | "start" | "logs", rest @ ..] => {
            rest.iter().find_map(|word| world.containers.values().find(|it| is_named(it, word)))
        }
        _ => None,
    };
    container.map_or(Whose::Docker, |container| Whose::Container(container.id.clone()))
}

/// Marks the lines that speak of what is pointed at in the picture, has the keys there, or was chosen.
pub fn mark(cx: &PanelContext<'_>, screen: &mut Screen, whose: &Whose) {
    let state = cx.state;
    let Some(thing) = state.touched.as_ref().or(state.selection.as_ref()).filter(|_| is_shown(cx)) else {
        return screen.mark([]);
    };
    let is_about = |text: &str| lines::is_about(state.world(), &lines::entities(state.world(), whose, text), thing);
    let rows: Vec<u16> =
        screen.lines().into_iter().filter(|line| is_about(&line.text)).flat_map(|line| line.rows).collect();
    screen.mark(rows);
}

/// Says what the line speaks of that is pointed at, or has the keys.
pub fn tell(cx: &mut PanelContext<'_>, screen: &Screen, whose: &Whose) {
    let row = screen.hovered().or(screen.read());
    let line = row.and_then(|row| screen.lines().into_iter().find(|line| line.rows.contains(&row)));
    let things = line.map_or_else(Vec::new, |line| things(cx, whose, &line));
    say(cx, things);
}

/// The things that a line speaks of; none while a question keeps something back.
pub fn things(cx: &PanelContext<'_>, whose: &Whose, line: &Line) -> Vec<Entity> {
    if is_shown(cx) { lines::entities(cx.state.world(), whose, &line.text) } else { Vec::new() }
}

/// Nothing is pointed at.
pub fn nothing(cx: &mut PanelContext<'_>) {
    say(cx, Vec::new());
}

fn say(cx: &mut PanelContext<'_>, things: Vec<Entity>) {
    if cx.state.told != things {
        cx.want(ViewCommand::Tell(things));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::log;

    #[test]
    fn a_terminal_is_a_containers_or_the_hosts() {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/traces/04-life.ndjson");
        let trace = log::read(std::io::BufReader::new(std::fs::File::open(path).expect("there"))).expect("a log").trace;
        let world = (0..=trace.len()).map(|at| trace.seek(at)).find(|it| !it.containers.is_empty()).expect("one");
        let container = world.containers.values().next().expect("one").clone();
        let name = &container.name;
        let own = Whose::Container(container.id.clone());
        for line in [
            format!("docker run -it --name {name} {}", container.image_name),
            format!("docker run --name={name} x"),
            format!("docker exec -it {name} ip addr"),
            format!("docker container exec {} sh", container.id.short()),
            format!("docker logs {name}"),
        ] {
            assert_eq!(of_command(&world, &line), own, "{line}");
        }
        for line in ["docker ps", "docker network inspect bridge", "docker run --name other lab/shell:1", ""] {
            assert_eq!(of_command(&world, line), Whose::Docker, "{line}");
        }
        assert_eq!(of_command(&world, "host ip addr"), Whose::Host);
    }
}
