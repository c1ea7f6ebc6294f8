//! Below the table: one pair, what decides it, by which links the packet goes, and what would change it.

use super::super::NodeId;
use super::super::scene::{Font, Ink, Node, Style, Text, Tint};
use super::super::stage::{Stage, rect};
use super::{Heights, WIDE, ask, called, sentence};
use crate::reach::{self, Answer, Cell, Matrix, Remake};
use crate::trace::{Entity, World};
use egui::pos2;

const PAD: f32 = 10.0;

/// A line of it, and the thing that it names.
struct Row {
    font: Font,
    ink: Ink,
    text: String,
    of: Option<Entity>,
}

pub(super) fn draw(stage: &mut Stage<'_>, world: &World, matrix: &Matrix, cell: &Cell, top: f32, high: Heights) {
    let left = stage.margin();
    let wide = stage.wide(WIDE) - 2.0 * left;
    let room = wide - 2.0 * PAD;
    let tint = match cell.answer {
        Answer::Reaches => Tint::Good,
        Answer::DoesNot => Tint::Bad,
        Answer::Unknown => Tint::Warn,
    };
    let rows = rows(stage, world, matrix, cell, room);
    // Where the room ends the last lines are left out: the first say why.
    let most = stage.look.room.map_or(usize::MAX, |all| (((all.y - left - top - 6.0) / high.line) as usize).max(2));
    let rows = &rows[..rows.len().min(most)];
    let place = rect(left, top, wide, high.line * rows.len() as f32 + 6.0);
    let frame = NodeId::named("why");
    let label = rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>().join(". ");
    let mut node = Node::new(frame.clone(), place, tint, Style::Dim);
    for (at, row) in rows.iter().enumerate() {
        let y = 3.0 + high.line * (at as f32 + 0.5);
        if row.of.is_none() {
            node = node.text(Text::new(pos2(PAD, y), row.font, row.ink, row.text.clone()));
        }
    }
    stage.add(node.said(label));
    for (at, row) in rows.iter().enumerate() {
        let Some(entity) = &row.of else { continue };
        let y = top + 3.0 + high.line * at as f32;
        let width = stage.width(&row.text, row.font) + 2.0;
        let text = Text::new(pos2(0.0, high.line / 2.0), row.font, row.ink, row.text.clone());
        let id = NodeId::part(entity.clone(), "decides");
        let place = rect(left + PAD, y, width.min(room), high.line);
        stage.add(Node::new(id, place, tint, Style::Bare).within(&frame).text(text).called(""));
    }
}

fn rows(stage: &Stage<'_>, world: &World, matrix: &Matrix, cell: &Cell, room: f32) -> Vec<Row> {
    let (from, to) = (called(stage, world, &cell.from), called(stage, world, &cell.to));
    let address = cell.address.map_or_else(String::new, |address| format!("  {address}"));
    let row = |font, ink, text: String| Row { font, ink, text, of: None };
    let head = stage.fit_middle(&format!("{from} → {to}{address}"), Font::MonoTitle, room);
    let mut rows = vec![row(Font::MonoTitle, Ink::Strong, head)];
    if let Some((right, said)) = ask::of(stage, &cell.from, &cell.to).and_then(|asked| ask::verdict(stage, asked)) {
        let ink = Ink::Tint(if right { Tint::Good } else { Tint::Bad });
        rows.push(row(Font::Word, ink, stage.fit(&said, Font::Word, room)));
    }
    let said = sentence(stage, cell);
    rows.extend(stage.wrap(&said, Font::Word, room).into_iter().take(2).map(|line| {
        let line = stage.fit(&line, Font::Word, room);
        row(Font::Word, Ink::Strong, line)
    }));
    if let Some(fix) = &cell.fix {
        let key = if cell.answer == Answer::Reaches { "reach-cut" } else { "reach-fix" };
        let text = stage.fit(&stage.say_with(key, &[("command", fix)]), Font::Mono, room);
        rows.push(row(Font::Mono, Ink::Tint(Tint::Good), text));
    }
    if let Some(said) = remade(stage, matrix, cell) {
        rows.extend(stage.wrap(&said, Font::Word, room).into_iter().take(2).map(|line| {
            let line = stage.fit(&line, Font::Word, room);
            row(Font::Word, Ink::Tint(Tint::Good), line)
        }));
    }
    // What decides is read before what was found: where the room ends that is in the cell, too.
    if let Some(entity) = cell.because.as_ref().filter(|entity| world.has(entity))
        && let Some(name) = name_of(world, entity)
    {
        let text = stage.say_with("scene-reach-because", &[("name", &name)]);
        let text = stage.fit(&text, Font::Small, room);
        rows.push(Row {
            font: Font::Small,
            ink: Ink::Tint(super::super::network::TINT),
            text,
            of: Some(entity.clone()),
        });
    }
    if let Some((reply, verdict)) = reach::proven(world, matrix.question, cell) {
        let asked = reach::asked(matrix.question, cell, &cell.to.word(world));
        let (reply, proof) = (stage.words.probe_reply(&reply), stage.say(verdict.key()));
        let vars = [("asked", &*asked), ("reply", &*reply), ("proof", &*proof)];
        let text = stage.fit(&stage.say_with("reach-probed", &vars), Font::Small, room);
        rows.push(row(Font::Small, Ink::Weak, text));
    }
    let way: Vec<String> = cell.way.iter().filter_map(|link| name_of(world, link)).collect();
    if !way.is_empty() {
        let way = stage.say_with("scene-reach-way", &[("way", &way.join(" → "))]);
        rows.push(row(Font::Small, Ink::Weak, stage.fit_middle(&way, Font::Small, room)));
    }
    rows
}

/// What no command changes: the container would have to be made anew.
fn remade(stage: &Stage<'_>, matrix: &Matrix, cell: &Cell) -> Option<String> {
    Some(match reach::remake(matrix.question, cell)? {
        Remake::Publish { port } => stage.say_with("reach-remake-publish", &[("port", &port)]),
        Remake::Network => stage.say("reach-remake-network"),
    })
}

/// A link, rule, network or container as the machine calls it.
fn name_of(world: &World, entity: &Entity) -> Option<String> {
    match entity {
        Entity::Link(key) => {
            let link = world.links.get(key)?;
            let owner = world.containers.values().find(|container| {
                world.main_process(&container.id).is_some_and(|process| {
                    process.process.namespaces.get(&crate::trace::NamespaceKind::Net) == Some(&link.netns)
                })
            });
            Some(owner.map_or_else(|| link.name.clone(), |owner| format!("{} {}", owner.name, link.name)))
        }
        Entity::Rule(key) => world.rules.get(key).map(|rule| rule.text.clone()),
        Entity::Network(id) => world.networks.get(id).map(|network| network.name.clone()),
        Entity::Container(id) => world.containers.get(id).map(|container| container.name.clone()),
        Entity::Port(key) => world.publications.get(key).map(|port| format!("{} → {}", port.host[0], port.to)),
        _ => None,
    }
}
