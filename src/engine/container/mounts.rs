//! `-v`, `--mount`, `--tmpfs` and the image's volumes, as one list in mount order.

use super::names::dir_scope;
use super::refusal::unsupported;
use super::request::Request;
use super::{ContainerInverse, bounds};
use crate::docker::{BindOptions, Known, MountRequest, known};
use crate::engine::process::{MountSource, MountSpec, Propagation};
use crate::engine::store::Image;
use crate::engine::volume::Wanted;
use crate::engine::{Cx, Engine, Fault, FaultKind, Result, random};
use crate::spec::ContainerId;
use crate::trace::Code;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

/// What a container mounts.
#[derive(Debug, Default)]
pub(super) struct Planned {
    pub mounts: Vec<MountSpec>,
    /// Names of the volumes that were made for this container alone.
    pub anonymous: Vec<String>,
}

/// What is wanted, before any volume is made.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wish {
    source: Source,
    target: String,
    read_only: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    Volume { name: Option<String>, copy_up: bool, wanted: Wanted },
    Bind { path: PathBuf, create: bool, propagation: Propagation, recursive: bool },
    Tmpfs { options: String },
}

/// Reads all that was asked for, and makes the volumes that are not there.
pub(super) fn plan(
    engine: &Engine,
    cx: &Cx,
    container: &ContainerId,
    request: &Request,
    image: &Image,
) -> Result<Planned> {
    let mut planned = Planned::default();
    let (others, anonymous) = from_others(engine, &request.host_config.volumes_from)?;
    let wished = wishes(request, &image.config.volumes, &others)?;
    // As Docker: what is asked for in the same place is what counts.
    for mount in others.into_iter().filter(|mount| !wished.iter().any(|wish| wish.target == mount.target)) {
        let name = |mount: &MountSpec| match &mount.source {
            MountSource::Volume { name, .. } => Some(name.clone()),
            _ => None,
        };
        planned.anonymous.extend(name(&mount).filter(|name| anonymous.contains(name)));
        planned.mounts.push(mount);
    }
    for wish in wished {
        let source = match wish.source {
            Source::Tmpfs { options } => MountSource::Tmpfs { options },
            Source::Bind { path, create, propagation, recursive } => {
                if !create && !path.exists() {
                    let fault = Fault::new(FaultKind::BadRequest, Code::BindSourceMissing);
                    return Err(fault.with("path", path.display()).with("target", &wish.target));
                }
                MountSource::Bind { path, create, propagation, recursive }
            }
            Source::Volume { name, copy_up, wanted } => {
                let volume = match name {
                    Some(name) => engine.volumes.create_as(cx, Some(&name), &wanted)?,
                    None => {
                        let name = random::hex(64)?;
                        let (path, dir) = (engine.volumes.dir(&name), engine.container_dir(container));
                        let inverse = ContainerInverse::RemoveUnfinishedVolume { path, container: dir };
                        cx.journal(&dir_scope(container), &inverse)?;
                        planned.anonymous.push(name.clone());
                        engine.volumes.create_as(cx, Some(&name), &wanted)?
                    }
                };
                engine.tell_volume(&volume.name, "create", &[]);
                MountSource::Volume { name: volume.name, path: volume.path, copy_up }
            }
        };
        planned.mounts.push(MountSpec { source, target: wish.target, read_only: wish.read_only });
    }
    // The same of those that come from others.
    planned.mounts.sort_by_key(|mount| Path::new(&mount.target).components().count());
    Ok(planned)
}

/// `--volumes-from name[:mode]`: volumes and binds of other containers, in their places, and which of the volumes are nobody's by
/// name. Of two at one place the later counts. What is filled from an image is filled for the other.
fn from_others(engine: &Engine, sources: &[String]) -> Result<(Vec<MountSpec>, BTreeSet<String>)> {
    let (mut mounts, mut anonymous): (Vec<MountSpec>, _) = (Vec::new(), BTreeSet::new());
    for text in sources {
        let (name, mode) = text.split_once(':').unwrap_or((text, ""));
        // Docker's CLI takes a 404 for an image that is to be pulled.
        let other = engine.containers.find(name).map_err(|it| Fault::of(FaultKind::BadRequest, it.problem))?;
        let read_only = mode.split(',').any(|word| word == "ro");
        anonymous.extend(other.anonymous.iter().cloned());
        for mount in other.mounts.iter().filter(|mount| !matches!(mount.source, MountSource::Tmpfs { .. })) {
            let source = match mount.source.clone() {
                MountSource::Volume { name, path, .. } => MountSource::Volume { name, path, copy_up: false },
                source => source,
            };
            mounts.retain(|before| before.target != mount.target);
            let read_only = read_only || mount.read_only;
            mounts.push(MountSpec { source, target: mount.target.clone(), read_only });
        }
        bounds::count("HostConfig.VolumesFrom", mounts.len(), bounds::MOUNTS)?;
    }
    Ok((mounts, anonymous))
}

/// The mode that `inspect` shows of a mount: what `-v` says of it, and for a volume that was asked for by name or place Docker's word
/// for nothing. None of one that it does not list: those of `--tmpfs` stand elsewhere.
pub fn mode(request: &Request, mount: &MountSpec) -> Option<String> {
    let host = &request.host_config;
    let volume = matches!(mount.source, MountSource::Volume { .. });
    let here = |target: &str| absolute(target).is_ok_and(|target| target == mount.target);
    let part = |bind: &str, n: usize| bind.split(':').nth(n).map(str::to_owned);
    let of_bind = host.binds.iter().find(|bind| here(&part(bind, 1).unwrap_or_else(|| (*bind).clone())));
    let asked = of_bind.is_some() || host.mounts.iter().any(|mount| here(&mount.target));
    match of_bind.and_then(|bind| part(bind, 2)).filter(|mode| !mode.is_empty()) {
        _ if !asked && matches!(mount.source, MountSource::Tmpfs { .. }) => None,
        Some(mode) => Some(mode),
        None if asked && volume => Some("z".to_owned()),
        None => Some(String::new()),
    }
}

/// Where something is mounted.
#[cfg(any(test, fuzzing))]
pub(super) fn targets(request: &Request, of_image: &[String]) -> Result<Vec<String>> {
    Ok(wishes(request, of_image, &[])?.into_iter().map(|wish| wish.target).collect())
}

fn wishes(request: &Request, of_image: &[String], others: &[MountSpec]) -> Result<Vec<Wish>> {
    let mut all = Vec::new();
    for bind in &request.host_config.binds {
        all.push(from_bind(bind)?);
    }
    for mount in &request.host_config.mounts {
        all.push(from_mount(mount)?);
    }
    for (target, options) in &request.host_config.tmpfs {
        let source = Source::Tmpfs { options: options.clone() };
        let read_only = options.split(',').any(|option| option == "ro");
        all.push(Wish { source, target: absolute(target)?, read_only });
    }
    bounds::count("HostConfig", all.len(), bounds::MOUNTS)?;
    if let Some(twice) = duplicate(&all) {
        return Err(Fault::new(FaultKind::BadRequest, Code::DuplicateMount).with("target", twice));
    }
    for target in request.volumes.keys().chain(of_image) {
        // As Docker: these begin at the root, however they are written.
        let target = absolute(&format!("/{}", target.trim_start_matches('/')))?;
        bounds::count("Volumes", all.len() + 1, bounds::MOUNTS)?;
        let there = others.iter().any(|mount| mount.target == target);
        if !there && !all.iter().any(|wish| wish.target == target) {
            let source = Source::Volume { name: None, copy_up: true, wanted: Wanted::default() };
            all.push(Wish { source, target, read_only: false });
        }
    }
    // A mount below another one must come after it.
    all.sort_by_key(|wish| Path::new(&wish.target).components().count());
    Ok(all)
}

/// `source:target[:options]`, or a target alone.
fn from_bind(text: &str) -> Result<Wish> {
    bounds::length("HostConfig.Binds", text, 2 * bounds::PATH + bounds::OPTIONS)?;
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidVolumeSpec).with("spec", text);
    let parts: Vec<&str> = text.split(':').collect();
    let (source, target, options) = match parts.as_slice() {
        [target] => ("", *target, ""),
        [source, target] => (*source, *target, ""),
        [source, target, options] => (*source, *target, *options),
        _ => return Err(bad()),
    };
    let (mut read_only, mut copy_up, mut propagation) = (false, true, Propagation::default());
    let mut said = BTreeSet::new();
    let of_path = source.starts_with('/');
    // As Docker: at most one of a kind, be it one that is not built.
    if options.split(',').filter(|option| Propagation::of(option).is_some()).count() > 1 {
        return Err(bad());
    }
    for option in options.split(',').filter(|option| !option.is_empty()) {
        let about = match option {
            "ro" | "rw" => {
                read_only = option == "ro";
                "writing"
            }
            "nocopy" => {
                copy_up = false;
                "copying"
            }
            // SELinux labels, and how a Mac's files are kept in step, change nothing here.
            "z" | "Z" => "label",
            "consistent" | "cached" | "delegated" => "consistency",
            other => {
                let refused = || unsupported("HostConfig.Binds", &Value::from(other));
                propagation = Propagation::of(other).ok_or_else(refused)?;
                "propagation"
            }
        };
        // A volume is not bound, and what is bound is not filled.
        match about {
            "propagation" if !of_path => return Err(foreign("volume", option)),
            "copying" if of_path => return Err(foreign("bind", option)),
            _ => {}
        }
        // As Docker: at most one of a kind.
        if !said.insert(about) {
            return Err(bad());
        }
    }
    let source = match source {
        "" if parts.len() > 1 => return Err(bad()),
        "" => Source::Volume { name: None, copy_up, wanted: Wanted::default() },
        path if path.starts_with('/') => {
            Source::Bind { path: bind_source(path)?, create: true, propagation, recursive: true }
        }
        name => Source::Volume { name: Some(volume_name(name)?), copy_up, wanted: Wanted::default() },
    };
    Ok(Wish { source, target: absolute(target)?, read_only })
}

/// As Docker: what belongs to another type is not dropped. What Docker lets pass passes.
fn fits(mount: &MountRequest) -> Result<()> {
    let kind = mount.kind.as_str();
    let there = [
        ("BindOptions", matches!(kind, "volume" | "tmpfs") && mount.bind_options.is_some()),
        ("VolumeOptions", kind == "bind" && mount.volume_options.is_some()),
        ("Source", kind == "tmpfs" && !mount.source.is_empty()),
    ];
    if let Some((field, _)) = there.iter().find(|(_, there)| *there) {
        return Err(foreign(kind, field));
    }
    if kind == "volume" && mount.source.is_empty() && mount.read_only {
        return Err(Fault::new(FaultKind::BadRequest, Code::MountReadOnlyAnonymous));
    }
    Ok(())
}

fn foreign(kind: &str, field: &str) -> Fault {
    Fault::new(FaultKind::BadRequest, Code::MountForeignField).with("kind", kind).with("field", field)
}

fn from_mount(mount: &MountRequest) -> Result<Wish> {
    let target = absolute(&mount.target)?;
    fits(mount)?;
    let source = match mount.kind.as_str() {
        "volume" => {
            let name = Some(&mount.source).filter(|name| !name.is_empty());
            let name = name.map(|name| volume_name(name)).transpose()?;
            let asked = mount.volume_options.clone().unwrap_or_default();
            let options = asked.driver_config.map(|config| config.options).unwrap_or_default();
            Source::Volume { name, copy_up: !asked.no_copy, wanted: Wanted { labels: asked.labels, options } }
        }
        "bind" if mount.source.starts_with('/') => {
            let asked = mount.bind_options.clone().unwrap_or_default();
            let (path, create) = (bind_source(&mount.source)?, asked.create_mountpoint);
            Source::Bind { path, create, propagation: propagation(&asked)?, recursive: !asked.non_recursive }
        }
        "bind" => {
            let fault = Fault::new(FaultKind::BadRequest, Code::BindSourceRelative);
            return Err(fault.with("path", &mount.source));
        }
        "tmpfs" => {
            let asked = mount.tmpfs_options.as_ref();
            let size = asked.map(|it| it.size_bytes).filter(|size| *size > 0).map(|size| format!("size={size}"));
            let mode = asked.map(|it| it.mode).filter(|mode| *mode > 0).map(|mode| format!("mode={mode:o}"));
            Source::Tmpfs { options: size.into_iter().chain(mode).collect::<Vec<_>>().join(",") }
        }
        // Docker's own words, where there is no such thing.
        other => {
            let option = "HostConfig.Mounts.Type";
            return Err(match known(option, &Value::from(other)) {
                Known::Others(_) => {
                    Fault::new(FaultKind::BadRequest, Code::MountType).with("kind", bounds::short(other))
                }
                _ => unsupported(option, &Value::from(other)),
            });
        }
    };
    Ok(Wish { source, target, read_only: mount.read_only })
}

fn propagation(asked: &BindOptions) -> Result<Propagation> {
    let option = "HostConfig.Mounts.BindOptions.Propagation";
    let refused = || unsupported(option, &Value::from(asked.propagation.as_str()));
    match asked.propagation.as_str() {
        "" => Ok(Propagation::default()),
        text => Propagation::of(text).ok_or_else(refused),
    }
}

pub(super) fn bind_source(path: &str) -> Result<PathBuf> {
    bounds::path("Source", path)?;
    Ok(path.into())
}

pub(super) fn volume_name(name: &str) -> Result<String> {
    bounds::length("Source", name, bounds::NAME)?;
    let mut bytes = name.bytes();
    let good = name.len() >= 2
        && bytes.next().is_some_and(|b| b.is_ascii_alphanumeric())
        && bytes.all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidVolumeName).with("name", name);
    good.then(|| name.to_owned()).ok_or_else(fault)
}

/// An absolute path without `.`, `..` and doubled slashes, other than `/` itself.
pub(super) fn absolute(target: &str) -> Result<String> {
    bounds::path("Target", target)?;
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidMountTarget).with("target", bounds::short(target));
    if !target.starts_with('/') {
        return Err(bad());
    }
    let mut clean = PathBuf::from("/");
    for part in Path::new(target).components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => drop(clean.pop()),
            _ => {}
        }
    }
    let clean = clean.to_string_lossy().into_owned();
    if clean == "/" { Err(bad()) } else { Ok(clean) }
}

fn duplicate(all: &[Wish]) -> Option<&str> {
    let twice = |(i, wish): &(usize, &Wish)| all[..*i].iter().any(|before| before.target == wish.target);
    all.iter().enumerate().find(twice).map(|(_, wish)| wish.target.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bind: &str, source: Source, target: &str, read_only: bool) {
        assert_eq!(from_bind(bind).unwrap(), Wish { source, target: target.to_owned(), read_only });
    }

    #[test]
    fn a_path_is_bound_and_a_name_is_a_volume() {
        let volume = |name: Option<&str>, copy_up| Source::Volume {
            name: name.map(Into::into),
            copy_up,
            wanted: Wanted::default(),
        };
        let bound = |propagation| Source::Bind { path: "/a".into(), create: true, propagation, recursive: true };
        let bind = || bound(Propagation::Rprivate);
        check("/a:/b", bind(), "/b", false);
        check("/a:/b:rslave,ro", bound(Propagation::Rslave), "/b", true);
        check("/a:/b:shared", bound(Propagation::Shared), "/b", false);
        check("data:/b/../c/:ro", volume(Some("data"), true), "/c", true);
        check("data:/b:nocopy,rw", volume(Some("data"), false), "/b", false);
        check("/b", volume(None, true), "/b", false);
        for mode in ["cached", "delegated", "consistent", "rw,cached", "z,delegated", "rprivate,consistent"] {
            check(&format!("/a:/b:{mode}"), bind(), "/b", false);
        }
        check("/a:/b:cached,ro", bind(), "/b", true);
        check("data:/b:delegated,nocopy", volume(Some("data"), false), "/b", false);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for (bad, code) in [
            ("ab:b", Code::InvalidMountTarget),
            ("/a:/", Code::InvalidMountTarget),
            (":/b", Code::InvalidVolumeSpec),
            ("a:b:c:d", Code::InvalidVolumeSpec),
            ("-x:/b", Code::InvalidVolumeName),
            ("/a:/b:rshared,slave", Code::InvalidVolumeSpec),
            ("/a:/b:ro,private,rslave", Code::InvalidVolumeSpec),
            ("data:/b:shared,shared", Code::InvalidVolumeSpec),
            ("/a:/b:Cached", Code::NoSuchValue),
            ("/a:/b:foo", Code::NoSuchValue),
            ("/a:/b:nocopy", Code::MountForeignField),
            ("data:/b:rprivate", Code::MountForeignField),
            ("data:/b:rshared", Code::MountForeignField),
            ("data:/b:unbindable", Code::NoSuchValue),
            ("/a:/b:cached,delegated", Code::InvalidVolumeSpec),
            ("/a:/b:ro,rw", Code::InvalidVolumeSpec),
            ("/a:/b:z,Z", Code::InvalidVolumeSpec),
        ] {
            assert_eq!(from_bind(bad).unwrap_err().problem.code, code, "{bad}");
        }
    }

    #[test]
    fn inner_mounts_come_after_outer_ones_and_the_images_volumes_give_way() {
        let mut request = Request::default();
        request.host_config.binds = vec!["v1:/data/deep/er".into(), "v2:/data".into()];
        let all = wishes(&request, &["/data".to_owned(), "/var".to_owned()], &[]).unwrap();
        assert_eq!(all.iter().map(|w| w.target.as_str()).collect::<Vec<_>>(), ["/data", "/var", "/data/deep/er"]);
    }
}
