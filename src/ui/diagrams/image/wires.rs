//! From each manifest around everything to its config and its layers; from the registry to the layers that are coming in.
//!
//! Every image has a lane of its own: right of the manifests, between the halves, and down between configs and layers. No
//! box stands in any of the three.

use super::others::Placed;
use super::*;
use crate::trace::BlobState;
use egui::Rect;

/// Draws them. `first_is_full` says whether the first image is the one in focus.
pub(super) fn draw(
    stage: &mut Stage<'_>,
    placed: &[Placed<'_, '_>],
    first_is_full: bool,
    chains: &chain::Chains,
    top: f32,
    layers_at: f32,
) {
    let mut from: Vec<(usize, NodeId, Rect)> = Vec::new();
    for (number, one) in placed.iter().enumerate() {
        let manifest = one.picture.manifest.and_then(|m| chains.manifest(stage, &m.this.digest));
        from.extend(manifest.map(|(id, rect)| (number, id, rect)));
    }
    // The highest manifest's lane is the outermost, the lowest, and the nearest to the layers: wires nest.
    from.sort_by(|a, b| a.2.center().y.total_cmp(&b.2.center().y));
    let count = from.len();
    for (rank, (number, manifest, card)) in from.into_iter().enumerate() {
        let one = &placed[number];
        let back = (count - 1 - rank) as f32;
        let right = chains.right + 14.0 + LANE * back;
        let lane = top - 14.0 - LANE * rank as f32;
        let trunk = layers_at - 20.0 - LANE * rank as f32;
        let full = first_is_full && number == 0;
        let line = if full { Line::Solid } else { Line::Dim };
        let start = card.right_center();
        let down = vec![start, pos2(right, start.y), pos2(right, lane), pos2(trunk, lane)];
        let (config, place) = &one.config;
        let y = place.top() + (place.height() / 2.0).min(22.0);
        let mut route = down.clone();
        route.extend([pos2(trunk, y), pos2(place.right(), y)]);
        stage.wire(&manifest, config, Edge::new(route, TINT, line).part("config"));
        for port in &one.ports {
            // Each image arrives at a height of its own.
            let y = port.rect.top() + port.rect.height() * (rank + 1) as f32 / (count + 1) as f32;
            let mut route = down.clone();
            route.extend([pos2(trunk, y), pos2(port.rect.left(), y)]);
            let edge = Edge::new(route, TINT, line).part("layers");
            stage.wire(&manifest, &port.id, edge.ends(End::Open, if full { End::Arrow } else { End::Dot }));
        }
    }
}

/// From the registry to each layer that is coming in.
pub(super) fn bytes_in(
    stage: &mut Stage<'_>,
    main: &Placed<'_, '_>,
    (registry, from): &(NodeId, Rect),
    lane: f32,
    layers_at: f32,
) {
    for port in &main.ports {
        let coming = main.picture.layers[port.levels.clone()]
            .iter()
            .any(|slab| slab.blob.is_some_and(|b| matches!(b.state, BlobState::Receiving(_))));
        if !coming {
            continue;
        }
        let start = pos2(from.right() - 24.0, from.bottom());
        let x = layers_at - 8.0;
        let end = pos2(port.rect.left(), port.rect.bottom() - 8.0);
        let route = vec![start, pos2(start.x, lane), pos2(x, lane), pos2(x, end.y), end];
        let edge = Edge::new(route, Tint::Family(Family::Layer), Line::Dashed).ends(End::Open, End::Arrow);
        stage.wire(registry, &port.id, edge.part("bytes").flowing(true));
    }
}
