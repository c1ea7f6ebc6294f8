//! The config of the image in focus, with the local tags that name it.

use super::*;
use crate::trace::Config;
use egui::Rect;

/// The config card with the local tags below it. Returns its place, and the lower end.
pub(super) fn config(
    world: &World,
    stage: &mut Stage<'_>,
    sizes: Sizes,
    picture: &Picture<'_>,
    at: Pos2,
) -> ((NodeId, Rect), f32) {
    let id = NodeId::of(Entity::Config(picture.id.clone()));
    let title = stage.say("scene-config");
    let mut lines = vec![(Font::Mono, Ink::Weak, None, short(&picture.id))];
    // While it is asked whether it is here, how it is drawn must not say so.
    let veiled = picture.config.is_none() && !picture.absent && stage.words.is_veiled("scene-not-read");
    if let Some(config) = picture.config {
        let says = says(config);
        // Where room is dear: what it runs, and for which machine.
        let kept = |i: usize| match sizes.layers {
            Part::Whole => true,
            Part::Plain if stage.detail == Detail::Less => i < 3 || i + 1 >= says.len(),
            Part::Plain => stage.detail < Detail::Thin && (i == 0 || i + 1 >= says.len()),
            Part::Row => false,
        };
        let kept = says.iter().enumerate().filter(|(i, _)| kept(*i)).map(|(_, line)| line.clone());
        lines.extend(kept.map(|line| (Font::MonoSmall, Ink::Weak, None, line)));
    } else if !veiled {
        let size = picture.config_descriptor.map(|d| bytes(d.size)).unwrap_or_default();
        let (key, mark) = if picture.absent { ("scene-absent", Glyph::Minus) } else { ("scene-not-read", Glyph::Wait) };
        lines.push((Font::Small, Ink::Weak, Some(mark), format!("{size} · {}", stage.say(key))));
    }
    if let Some((image, host)) = runs_not(world, picture) {
        let why = stage.say_with("scene-other-platform-why", &[("image", &image), ("host", &host)]);
        for (i, line) in stage.wrap(&why, Font::Small, sizes.config - 48.0).into_iter().enumerate() {
            lines.push((Font::Small, Ink::Tint(Tint::Warn), (i == 0).then_some(Glyph::Cross), line));
        }
    }
    let past = picture.tags.is_empty() && !before::moved_away(world, picture).is_empty();
    if past {
        lines.push((Font::Small, Ink::Weak, Some(Glyph::Tag), stage.say("scene-tag-before")));
    }
    let (head, step) = if stage.is_full() { (43.0, 18.0) } else { (31.0, 16.0) };
    let place = rect(
        at.x,
        at.y,
        sizes.config,
        head - 3.0 + step * lines.len() as f32 + if stage.is_full() { 6.0 } else { 0.0 },
    );
    let style = match picture.config {
        None if veiled => Style::Solid,
        None => Style::Ghost,
        Some(_) if past => Style::Dashed,
        Some(_) => Style::Solid,
    };
    let mut node = Node::new(id.clone(), place, Tint::Family(Family::Process), style);
    if stage.detail >= Detail::Bare && lines.len() == 1 && picture.config.is_some() {
        let place = rect(at.x, at.y, sizes.config, sizes.card);
        let texts = others::in_a_line(stage, place, &title, picture, None);
        stage.add(Node { rect: place, ..node }.texts(texts).called(""));
        let lowest = tags(stage, sizes, picture, (&id, place));
        return ((id, place), before::chips(world, stage, sizes, picture, lowest));
    }
    node = node.text(Text::new(pos2(16.0, head / 2.0), Font::Title, Ink::Strong, title));
    for (row, (font, ink, mark, line)) in lines.into_iter().enumerate() {
        let room = sizes.config - 30.0 - if mark.is_some() { font.size() + 4.0 } else { 0.0 };
        let line = stage.fit(line.trim(), font, room);
        node = node.text(Text::new(pos2(16.0, head + step * row as f32), font, ink, line).marked(mark));
    }
    stage.add(node.called(""));
    let lowest = tags(stage, sizes, picture, (&id, place));
    let bottom = before::chips(world, stage, sizes, picture, lowest);
    ((id, place), bottom)
}

fn says(config: &Config) -> Vec<String> {
    let run: Vec<&str> = config.entrypoint.iter().chain(&config.cmd).map(String::as_str).collect();
    let env = if config.env.is_empty() { String::new() } else { config.env.len().to_string() };
    let all = [
        ("Cmd", run.join(" ")),
        ("Env", env),
        ("WorkingDir", config.working_dir.clone()),
        ("User", config.user.clone()),
        ("diff_ids", config.diff_ids.len().to_string()),
        ("history", config.history.len().to_string()),
        ("", config.platform.to_string()),
    ];
    all.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| format!("{key} {value}")).collect()
}

/// Names of one image hang on it one below the other. Returns the last.
fn tags(stage: &mut Stage<'_>, sizes: Sizes, picture: &Picture<'_>, (config, card): (&NodeId, Rect)) -> (NodeId, Rect) {
    let mut above = (config.clone(), card);
    for tag in &picture.tags {
        let full = stage.is_full();
        let place = rect(card.left(), above.1.bottom() + sizes.tag_apart, sizes.config, sizes.tag_high);
        let id = NodeId::of(Entity::Tag((*tag).clone()));
        let title = stage.say("scene-local-tag");
        let mut node = Node::new(id.clone(), place, TINT, Style::Solid);
        if full {
            let name = stage.fit_middle(&familiar(tag), Font::Mono, sizes.config - 30.0);
            node = node
                .text(Text::new(pos2(14.0, 14.0), Font::Small, Ink::Tint(TINT), title.clone()).marked(Glyph::Tag))
                .text(Text::new(pos2(14.0, 32.0), Font::Mono, Ink::Strong, name));
        } else {
            let name = stage.fit_middle(&familiar(tag), Font::Mono, sizes.config - 44.0);
            node = node
                .text(Text::new(pos2(12.0, sizes.tag_high / 2.0), Font::Mono, Ink::Strong, name).marked(Glyph::Tag));
        }
        stage.add(node.called(if full { "" } else { &title }));
        let route = vec![place.center_top(), above.1.center_bottom()];
        stage.wire(&id, &above.0, Edge::new(route, TINT, Line::Solid).part(POINTS));
        above = (id, place);
    }
    above
}
