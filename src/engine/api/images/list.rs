//! `GET /images/json` with Docker's filters.

use super::super::Shared;
use super::super::answer::{Answer, blocking, json};
use super::super::filter::{flag, labels, refuse_unknown};
use super::super::query;
use super::pattern::fits;
use super::time::unix;
use crate::docker::{Filters, ImageListQuery, ImageSummary};
use crate::engine::moment::Moment;
use crate::engine::store::Image;
use crate::engine::{Engine, Result};
use crate::spec::Reference;
use axum::extract::Request;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What filters may be asked for.
const KNOWN: [&str; 6] = ["reference", "dangling", "label", "before", "since", "until"];

pub(in crate::engine::api) async fn list(engine: Shared, request: Request) -> Answer {
    let ImageListQuery { all, shared_size, filters } = query::read(&request)?;
    refuse_unknown(&filters, &KNOWN)?;
    let engine = Arc::clone(&engine);
    let lines = blocking(move || {
        let picked = Picked::of(&engine, &filters)?;
        let images = engine.store.images();
        let users = uses(&images);
        Ok(images
            .iter()
            .filter_map(|image| picked.line(image, all))
            .map(|(image, tags, digests)| {
                let shared = shared_size.then(|| shared(image, &users));
                summary(image, tags, digests, shared)
            })
            .collect::<Vec<_>>())
    });
    Ok(json(&lines.await?))
}

/// All images with what they share and how many containers are made of each, and the bytes of all layers.
pub(in crate::engine::api) fn used(engine: &Engine) -> (Vec<ImageSummary>, u64) {
    let images = engine.store.images();
    let users = uses(&images);
    let layers: BTreeMap<_, _> =
        images.iter().flat_map(|image| image.chain_ids.iter().zip(&image.layer_sizes)).collect();
    let containers = engine.containers.all();
    let nothing = Filters::default();
    let all = Picked { filters: &nothing, dangling: None, before: None, since: None, until: None };
    let lines = images.iter().filter_map(|image| all.line(image, false)).map(|(image, tags, digests)| {
        let made = containers.iter().filter(|container| container.image.id == image.id).count();
        let line = summary(image, tags, digests, Some(shared(image, &users)));
        ImageSummary { containers: i64::try_from(made).unwrap_or(i64::MAX), ..line }
    });
    (lines.collect(), layers.values().copied().sum())
}

/// Filters that are understood.
struct Picked<'a> {
    filters: &'a Filters,
    dangling: Option<bool>,
    before: Option<i64>,
    since: Option<i64>,
    until: Option<i64>,
}

impl<'a> Picked<'a> {
    fn of(engine: &Engine, filters: &'a Filters) -> Result<Self> {
        let created = |name: &str, pick: fn(i64, i64) -> i64| -> Result<Option<i64>> {
            let mut found = None;
            for image in filters.values(name) {
                let moment = moment(&engine.store.find(image)?);
                found = Some(found.map_or(moment, |before| pick(before, moment)));
            }
            Ok(found)
        };
        let now = Moment::now().unix();
        Ok(Self {
            filters,
            dangling: flag(filters, "dangling")?,
            before: created("before", i64::min)?,
            since: created("since", i64::max)?,
            until: super::time::before(filters, now)?,
        })
    }

    /// The image with those of its names that are to be shown; none when it is not.
    fn line<'i>(&self, image: &'i Image, all: bool) -> Option<(&'i Image, Vec<String>, Vec<String>)> {
        let created = moment(image);
        let in_time = self.before.is_none_or(|before| created < before)
            && self.since.is_none_or(|since| created > since)
            && self.until.is_none_or(|until| created < until);
        if !in_time || !labels(self.filters, &image.config.labels) {
            return None;
        }
        let by_name = |whole: &str, name: &str| self.filters.allow("reference", |p| fits(p, whole) || fits(p, name));
        let tags = image.tags.iter().filter(|tag| by_name(&tag.familiar(), &tag.familiar_name()));
        let tags: Vec<_> = tags.map(Reference::familiar).collect();
        let digests = image.repo_digests.iter();
        let digests: Vec<_> =
            digests.filter(|text| by_name(text, text.split('@').next().unwrap_or_default())).cloned().collect();
        let unnamed = tags.is_empty() && digests.is_empty();
        let shown = if unnamed {
            (all || !image.has_children) && self.dangling != Some(false) && !self.filters.has("reference")
        } else {
            self.dangling != Some(true) || image.tags.is_empty()
        };
        shown.then_some((image, tags, digests))
    }
}

pub(super) fn moment(image: &Image) -> i64 {
    image.created.as_deref().and_then(unix).unwrap_or(0)
}

/// How many images each layer is in.
fn uses(images: &[Image]) -> BTreeMap<String, usize> {
    let mut users = BTreeMap::new();
    for chain in images.iter().flat_map(|image| &image.chain_ids) {
        *users.entry(chain.to_string()).or_default() += 1;
    }
    users
}

fn shared(image: &Image, users: &BTreeMap<String, usize>) -> u64 {
    let layers = image.chain_ids.iter().zip(&image.layer_sizes);
    layers.filter(|(chain, _)| users.get(chain.as_str()).is_some_and(|n| *n > 1)).map(|(_, size)| size).sum()
}

fn summary(image: &Image, repo_tags: Vec<String>, repo_digests: Vec<String>, shared: Option<u64>) -> ImageSummary {
    ImageSummary {
        id: image.id.to_string(),
        parent_id: image.parent.as_ref().map(ToString::to_string).unwrap_or_default(),
        repo_tags,
        repo_digests,
        created: moment(image),
        size: image.size,
        virtual_size: image.size,
        shared_size: shared.and_then(|bytes| i64::try_from(bytes).ok()).unwrap_or(-1),
        containers: -1,
        labels: image.config.labels.clone(),
    }
}
