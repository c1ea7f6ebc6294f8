//! The read-only layers of an image, the lowest at the bottom.

use super::*;

/// The frame of the read-only layers, lowest at the bottom.
pub(super) fn draw(
    stage: &mut Stage<'_>,
    sizes: Sizes,
    (picture, all): (&Picture<'_>, &[Picture<'_>]),
    users: usize,
    at: Rect,
) -> NodeId {
    let id = NodeId::named("lower");
    let title = stage.say("scene-lower");
    let hint = match users {
        0 | 1 => stage.say("scene-lower-one"),
        n => stage.say_with("scene-lower-shared", &[("n", &n.to_string())]),
    };
    let right = at.width() - PAD;
    let hint = stage.fit(&hint, Font::Small, right - PAD - stage.width(&title, Font::Title) - 40.0);
    stage.add(
        Node::new(id.clone(), at, TINT, Style::Frame)
            .text(Text::new(pos2(PAD, sizes.head / 2.0), Font::Title, Ink::Strong, title).marked(Glyph::Lock))
            .text(Text::new(pos2(right, sizes.head / 2.0), Font::Small, Ink::Weak, hint).anchored(Anchor::Right))
            .called(""),
    );
    let mut y = at.top() + sizes.head;
    // Of very many those that are seen first: the highest, and what the eye is led to.
    let count = picture.layers.len();
    let most = match stage.detail {
        Detail::Full | Detail::Less => usize::MAX,
        Detail::Least | Detail::Bare => LEAST_SLABS,
        Detail::Thin => fitting(stage, sizes, count, y),
    };
    let is_open = |slab: &Slab<'_>| slab.layer.is_some_and(|l| stage.is_open(&Entity::Layer(l.chain_id.clone())));
    let led = picture.layers.iter().filter(|slab| is_open(slab)).count();
    // Where the eye is led to more than fit it is led to none.
    let opens = stage.detail < Detail::Thin || led < most;
    let kept = |i: usize, slab: &Slab<'_>| count <= most || i + most > count || i == 0 || (opens && is_open(slab));
    let kept: Vec<bool> = picture.layers.iter().enumerate().map(|(i, slab)| kept(i, slab)).collect();
    let mut skipped = 0;
    let upwards = picture.upwards(stage);
    for (place_of, i) in upwards.iter().copied().enumerate().rev() {
        if kept[i] {
            let place = rect(at.left() + PAD, y, at.width() - 2.0 * PAD, 0.0);
            y = slab(stage, sizes, &id, (picture, all), i, place) + sizes.slab_gap;
            continue;
        }
        skipped += 1;
        if place_of == 0 || kept[upwards[place_of - 1]] {
            let text = stage.say_with("scene-more", &[("n", &skipped.to_string())]);
            let part = NodeId::named(format!("layers left out at {i}"));
            let place = rect(at.left() + PAD, y, at.width() - 2.0 * PAD, 16.0);
            let node = Node::new(part, place, Tint::Plain, Style::Bare).within(&id);
            stage.add(node.text(Text::new(pos2(PAD, 8.0), Font::Small, Ink::Weak, text)).called(""));
            (y, skipped) = (y + 18.0, 0);
        }
    }
    if let Some(frame) = stage.scene.node_mut(&id) {
        frame.rect.max.y = y + sizes.slab_gap;
    }
    id
}

/// So many of the highest are drawn where room is dearest.
const LEAST_SLABS: usize = 5;

/// As many as fit below `top`, with the line that counts the others.
fn fitting(stage: &Stage<'_>, sizes: Sizes, count: usize, top: f32) -> usize {
    let room = stage.look.room.map_or(f32::INFINITY, |room| room.y) - top - sizes.slab_gap - sizes.margin;
    let each = sizes.slab + sizes.slab_gap;
    if each * count as f32 <= room {
        return usize::MAX;
    }
    (((room - 18.0) / each).min(1e4) as usize).max(2)
}

/// Which other images have the same directory in their stack; nothing where none has.
fn shared(stage: &Stage<'_>, picture: &Picture<'_>, all: &[Picture<'_>], slab: &Slab<'_>) -> Option<String> {
    let chain = &slab.layer?.chain_id;
    let has = |other: &&Picture<'_>| other.layers.iter().any(|l| l.layer.is_some_and(|l| l.chain_id == *chain));
    let mut others = all.iter().filter(|other| other.id != picture.id).filter(has);
    let first = name_of(others.next()?);
    Some(match others.count() {
        0 => stage.say_with("scene-layer-shared", &[("name", &first)]),
        n => stage.say_with("scene-layer-shared-more", &[("name", &first), ("n", &n.to_string())]),
    })
}

/// A layer: its number from below, and the images that have it as well.
fn slab(
    stage: &mut Stage<'_>,
    sizes: Sizes,
    frame: &NodeId,
    (picture, all): (&Picture<'_>, &[Picture<'_>]),
    index: usize,
    at: Rect,
) -> f32 {
    let slab = &picture.layers[index];
    let shared = shared(stage, picture, all, slab);
    let entity = slab.layer.map(|l| Entity::Layer(l.chain_id.clone()));
    let id = entity.map_or_else(|| NodeId::named(format!("lower {index}")), NodeId::of);
    let title = picture.title_of(stage, &(index..index + 1));
    let title_width = stage.width(&title, Font::Title);
    let right = at.width() - PAD;
    let made_by = instruction(slab.created_by.unwrap_or_default());
    let size = slab.layer.map(|layer| bytes(layer.size)).unwrap_or_default();
    let shared = stage.fit(&shared.unwrap_or_default(), Font::Small, (right - title_width) * 0.4);
    let shared_width = stage.width(&shared, Font::Small);
    let made_by = stage.fit(&made_by, Font::Mono, right - title_width - 150.0 - shared_width);
    // What the eye is led to has its paths, however dear room is; where it is led to all, there is none for them.
    let lit = stage.look.lit.iter().filter(|entity| matches!(entity, Entity::Layer(_))).count();
    let open = stage.detail < Detail::Thin
        && lit <= 1
        && slab.layer.is_some_and(|l| stage.is_open(&Entity::Layer(l.chain_id.clone())));
    let file_rows = if open { sizes.file_rows.max(1) } else { sizes.file_rows };
    let up = if file_rows == 0 { sizes.slab / 2.0 } else { 17.0 };
    let mut texts = vec![
        Text::new(pos2(PAD, up), Font::Title, Ink::Strong, title),
        Text::new(pos2(PAD + title_width + 14.0, up + 0.5), Font::Mono, Ink::Weak, made_by),
    ];
    let first = sizes.slab.max(32.0) + 10.0;
    let rows = match slab.layer {
        Some(layer) => {
            let before = pos2(right - stage.width(&size, Font::Mono) - 16.0, up);
            texts.push(Text::new(pos2(right, up), Font::Mono, Ink::Weak, size).anchored(Anchor::Right));
            if !shared.is_empty() {
                texts.push(Text::new(before, Font::Small, Ink::Tint(TINT), shared).anchored(Anchor::Right));
            }
            let hidden = layer.entries.saturating_sub(layer.files.len() as u64);
            match file_rows {
                0 => 0,
                rows => files(stage, &layer.files, hidden, (at.width() - 2.0 * PAD, rows, first), &mut texts),
            }
        }
        None if file_rows == 0 => {
            let word = stage.say("scene-not-unpacked");
            let word = Text::new(pos2(right, up), Font::Small, Ink::Weak, word).anchored(Anchor::Right);
            texts.push(word.marked(Glyph::Wait));
            0
        }
        None => {
            let word = stage.say("scene-not-unpacked");
            texts.push(Text::new(pos2(PAD, first), Font::Small, Ink::Weak, word).marked(Glyph::Wait));
            1
        }
    };
    let height = if rows == 0 { sizes.slab } else { first + 20.0 * rows as f32 - 4.0 };
    let place = rect(at.left(), at.top(), at.width(), height);
    let style = if slab.layer.is_some() { Style::Solid } else { Style::Ghost };
    stage.add(Node::new(id, place, TINT, style).within(frame).texts(texts).called(""));
    place.bottom()
}

/// The paths one after another, as many as fit into the rows. What is deleted and replaced comes first.
/// `(width, rows, y)`: how wide, how many, and where the first is.
fn files(
    stage: &Stage<'_>,
    files: &[LayerFile],
    hidden: u64,
    (width, rows, first): (f32, usize, f32),
    texts: &mut Vec<Text>,
) -> usize {
    let mut files: Vec<&LayerFile> = files.iter().collect();
    files.sort_by_key(|f| f.effect == Effect::Added);
    let (mut x, mut row, mut left) = (0.0, 0, files.len() as u64 + hidden);
    for file in files {
        let (mark, tint, key) = effect(file.effect);
        let word = if file.effect == Effect::Added { String::new() } else { format!("  {}", stage.say(key)) };
        let path = stage.fit_middle(&file.path, Font::Mono, 230.0);
        let path_width = stage.width(&path, Font::Mono);
        let word_width = stage.width(&word, Font::Small);
        let needed = Font::Mono.size() + 4.0 + path_width + word_width;
        let reserve = if row + 1 == rows && left > 1 { 90.0 } else { 0.0 };
        if x > 0.0 && x + needed > width - reserve {
            (x, row) = (0.0, row + 1);
        }
        if row >= rows {
            break;
        }
        let y = first + 20.0 * row as f32;
        let gone = file.effect == Effect::Deleted;
        texts.push(Text::new(pos2(PAD + x, y), Font::Mono, Ink::Tint(tint), path).marked(mark).struck(gone));
        if !word.is_empty() {
            let at = pos2(PAD + x + Font::Mono.size() + 4.0 + path_width, y);
            texts.push(Text::new(at, Font::Small, Ink::Tint(tint), word));
        }
        x += needed + 22.0;
        left -= 1;
    }
    if left > 0 {
        let word = stage.say_with("scene-more", &[("n", &left.to_string())]);
        let y = first + 20.0 * row.min(rows - 1) as f32;
        texts.push(Text::new(pos2(PAD + width, y), Font::Small, Ink::Weak, word).anchored(Anchor::Right));
    }
    (row + 1).min(rows)
}

pub(super) fn effect(effect: Effect) -> (Glyph, Tint, &'static str) {
    match effect {
        Effect::Added => (Glyph::Plus, Tint::Good, "scene-effect-added"),
        Effect::Replaced => (Glyph::Tilde, Tint::Warn, "scene-effect-replaced"),
        Effect::Deleted => (Glyph::Minus, Tint::Bad, "scene-effect-deleted"),
        Effect::Opaque => (Glyph::Opaque, Tint::Bad, "scene-effect-opaque"),
    }
}
