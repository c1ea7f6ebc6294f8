use super::request::{self, Request};
use super::state::{Life, Settings, State, shown};
use super::streams::Streams;
use super::{Container, ContainerInverse, Link, Merged, health, merge, mounts, names, whole};
use crate::docker::Json;
use crate::engine::moment::Moment;
use crate::engine::store::{Image, Pin};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, evidence, private};
use crate::spec::{ContainerId, Platform};
use crate::trace::{Change, Code, NetworkMode, OpKind, Plan, StepKind};
use parking_lot::Mutex;
use std::sync::Arc;

/// A request to create a container, as it came in.
#[derive(Debug)]
pub struct Order {
    /// The name that was asked for.
    pub name: Option<String>,
    /// `POST /v1.43/containers/create?name=shell`
    pub line: Asked,
    /// The body.
    pub body: Json,
    /// `?platform=`
    pub platform: Option<Platform>,
}

impl Engine {
    /// Creates a container. Nothing is mounted, wired or started yet.
    pub fn create(&self, order: &Order, cancel: &Cancel) -> Result<Arc<Container>> {
        let mut request = request::parse(&order.body)?;
        request::one_network(&request)?;
        let by_hand = request.by_hand(order.name.as_deref(), order.platform.as_ref());
        self.name_joined(&mut request)?;
        self.name_ipc(&mut request)?;
        super::start::check(&request.host_config)?;
        // In networks that somebody made they are names alone, of whoever is called so then.
        let named = matches!(request.host_config.network_mode.as_str().into(), NetworkMode::Named(_));
        let links = if named { Vec::new() } else { self.links(&request.host_config.links)? };
        let (image, hold) = self.held(&request.image)?;
        if let Some(wanted) = order.platform.as_ref().filter(|wanted| !wanted.runs(&image.config.platform)) {
            let fault = Fault::new(FaultKind::NotFound, Code::NoSuchImageForPlatform);
            return Err(fault.with("image", &request.image).with("platform", wanted));
        }
        let id = ContainerId::from(names::random_id()?.as_str());
        let name = self.containers.reserve(order.name.as_deref(), &id)?;
        let begun = Begun { engine: self, id: &id, name: &name, order, links, seen: false.into() };
        let result = self.conductor.operate(OpKind::ContainerCreate, &name, &order.line, cancel, |cx| {
            let plan = Plan::new(StepKind::CreateContainer, &name).by_hand(by_hand);
            cx.step(plan, |cx| begun.create(cx, request, image, hold))
        });
        match result {
            Ok(container) => {
                self.containers.add(Arc::clone(&container));
                self.tell(&container, "create", &[]);
                Ok(container)
            }
            Err(fault) => {
                begun.abandon();
                Err(fault)
            }
        }
    }

    /// An image whose layers cannot go from here on.
    fn held(&self, name: &str) -> Result<(Image, Pin)> {
        let image = self.store.find(name)?;
        let hold = self.store.hold(&image);
        // It may have been removed between the two.
        Ok((self.store.find(image.id.as_str())?, hold))
    }

    pub(super) fn container_dir(&self, id: &ContainerId) -> std::path::PathBuf {
        self.root.join("containers").join(id.as_str())
    }
}

/// A container that is being created.
struct Begun<'a> {
    engine: &'a Engine,
    id: &'a ContainerId,
    name: &'a str,
    order: &'a Order,
    links: Vec<Link>,
    /// It is in the World.
    seen: std::cell::Cell<bool>,
}

impl Begun<'_> {
    fn create(&self, cx: &Cx, request: Request, image: Image, hold: Pin) -> Result<Arc<Container>> {
        let merged = cx.step(self.plan_of_merge(&request), |cx| {
            let merged = merge::merge(&request, &image.config, self.id)?;
            health::bounded(&request, &image)?;
            self.observe(cx, &request, &image, &merged);
            Ok(merged)
        })?;
        let dir = self.engine.container_dir(self.id);
        let image_config = self.engine.store.document(&image.id)?;
        cx.journal(&names::dir_scope(self.id), &ContainerInverse::RemoveUnfinished { path: dir.clone() })?;
        let planned = mounts::plan(self.engine, cx, self.id, &request, &image)?;
        private::dir(&dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
        let streams = Arc::new(Streams::new(&dir.join("log.json"), request.log_options)?);
        let places = self.engine.places(&request, &merged.network);
        let container = Arc::new(Container {
            id: self.id.clone(),
            name: names::Name::new(self.name),
            created: Moment::now(),
            image,
            image_config,
            hold: Mutex::new(Some(hold)),
            settings: Mutex::new(Settings::of(&request.host_config)),
            request,
            merged,
            mounts: planned.mounts,
            anonymous: planned.anonymous,
            links: Mutex::new(self.links.clone()),
            places: Mutex::new(places),
            resolver: Mutex::default(),
            dir,
            streams,
            life: Life::of(State::new()),
            keeping: Mutex::default(),
        });
        self.engine.claim_volumes(cx, &container)?;
        // Before it is whole: no container is there whose volumes were not filled.
        self.engine.fill_volumes(cx, &container)?;
        self.engine.keep(&container)?;
        self.whole(cx);
        Ok(container)
    }

    /// From here on the container is whole, and nothing of it is undone. Who keeps nothing undoes all of it, but for its volumes.
    fn whole(&self, cx: &Cx) {
        for (entry, inverse) in self.engine.conductor.journal().pending_of(&names::dir_scope(self.id)) {
            let dir = matches!(inverse, ContainerInverse::RemoveUnfinished { .. });
            if (self.engine.keeps || !dir)
                && let Err(fault) = cx.undone(entry)
            {
                // It would not undo what is whole.
                tracing::debug!(%fault, container = %self.id, "the journal still has a container that is whole");
            }
        }
    }

    fn plan_of_merge(&self, request: &Request) -> Plan {
        Plan::new(StepKind::MergeConfig, &request.image)
            .call(format!("config({}) + {}", request.image, self.order.line))
    }

    fn observe(&self, cx: &Cx, request: &Request, image: &Image, merged: &Merged) {
        let container = shown(self.id, self.name, image.id.clone(), request, merged);
        let config = evidence::file(&self.engine.store.blob_path(&image.id));
        let evidence = vec![evidence::request(&self.order.line, Some(&self.order.body)), config];
        cx.observe(Change::ContainerCreated(container), evidence);
        self.seen.set(true);
    }

    /// Undoes what was begun.
    fn abandon(&self) {
        let (scope, dir) = (names::dir_scope(self.id), self.engine.container_dir(self.id));
        if let Err(fault) = whole::forget(&dir) {
            tracing::warn!(%fault, container = %self.id, "a container that was not created may be there at the next start");
        }
        let volumes = self.engine.conductor.journal().pending_of(&scope);
        let left = self.engine.conductor.journal().unwind(Some(&scope));
        if !matches!(&left, Ok(left) if left.is_empty()) {
            tracing::warn!(?left, container = %self.id, "a container that was not created left something behind");
        }
        for (_, inverse) in volumes {
            if let ContainerInverse::RemoveUnfinishedVolume { path, .. } = inverse {
                self.engine.volumes.forgotten(&self.engine.conductor, &path);
            }
        }
        if self.seen.get() {
            // Its volumes were filled over its layers.
            for made in
                self.engine.conductor.world().dirs.values().filter(|dir| dir.container.as_ref() == Some(self.id))
            {
                let look = evidence::absent(std::path::Path::new(&made.path));
                self.engine.conductor.notice(Change::DirGone { path: made.path.clone() }, vec![look]);
            }
            let gone = Change::ContainerGone { id: self.id.clone() };
            self.engine.conductor.notice(gone, vec![evidence::absent(&dir)]);
        }
        self.engine.containers.forget(self.id);
    }
}
