//! Which names may stand where, and which there are.

use crate::spec::{self, Reference};
use crate::trace::{ContainerState, DirRole, World};

/// What an argument names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// An image that is here.
    Images,
    /// An image that is here, or that a registry is known to have.
    Pullable,
    /// A container.
    Containers,
    /// One that runs.
    Running,
    /// One that does not.
    Stopped,
    /// A volume.
    Volumes,
    /// The same, or a directory that was bound before, with a place in the container to follow.
    VolumesAt,
    /// A network.
    Networks,
    /// Any of these.
    Any,
}

impl Names {
    /// What the argument `id` of the command at `path` (behind `docker`) names; none when it is something new, or no name.
    pub fn of(path: &[&str], id: &str) -> Option<Self> {
        let command = path.last().copied().unwrap_or_default();
        match (path, id) {
            (_, "network" | "networks") => Some(Self::Networks),
            (_, "volumes_from" | "link") => Some(Self::Containers),
            (_, "volume") => Some(Self::VolumesAt),
            (_, "image_and_command") | (["pull"] | ["image", "pull"], "image") => Some(Self::Pullable),
            (["cp"] | ["container", "cp"], "source") => Some(Self::Containers),
            (_, "image" | "source" | "repository") => Some(Self::Images),
            (["network", ..], "names") => Some(Self::Networks),
            (["volume", ..], "names") => Some(Self::Volumes),
            (["image", ..] | ["save" | "rmi"], "names") => Some(Self::Images),
            (["inspect"], "names") => Some(Self::Any),
            (_, "names" | "name" | "container" | "name_and_command") => match command {
                "exec" | "attach" | "stop" | "kill" | "pause" | "unpause" | "top" | "stats" | "port" => {
                    Some(Self::Running)
                }
                "start" => Some(Self::Stopped),
                "connect" | "disconnect" | "rm" | "logs" | "diff" | "wait" | "commit" | "inspect" | "restart"
                | "rename" | "update" | "export" => Some(Self::Containers),
                _ => None,
            },
            _ => None,
        }
    }

    /// Those that there are now.
    pub fn there(self, world: &World) -> Vec<String> {
        let containers = |which: &dyn Fn(&ContainerState) -> bool| {
            world.containers.values().filter(|it| which(&it.state)).map(|it| it.name.clone()).collect::<Vec<_>>()
        };
        let runs = |state: &ContainerState| state.lives();
        let mut names: Vec<String> = match self {
            Self::Images => world.tags.keys().map(|name| familiar(name)).collect(),
            Self::Pullable => {
                // An engine that has not spoken to any registry yet has its own.
                let none = world.host.is_some() && world.registries.is_empty();
                let builtin = none || world.registries.values().any(|registry| registry.builtin);
                let served = spec::lab::IMAGES.iter().filter(|_| builtin).map(|name| (*name).to_owned());
                let known = world.remote_tags.keys().map(|name| familiar(name));
                Self::Images.there(world).into_iter().chain(known).chain(served).collect()
            }
            Self::Containers => containers(&|_| true),
            Self::Running => containers(&runs),
            Self::Stopped => containers(&|state| !runs(state)),
            Self::Volumes => world.volumes.keys().cloned().collect(),
            Self::VolumesAt => {
                let bound = world.dirs.iter().filter(|(_, dir)| dir.role == DirRole::BindSource).map(|(path, _)| path);
                world.volumes.keys().chain(bound).map(|name| format!("{name}:")).collect()
            }
            Self::Networks => world.networks.values().map(|network| network.name.clone()).collect(),
            Self::Any => {
                let all = [Self::Containers, Self::Images, Self::Volumes, Self::Networks];
                all.into_iter().flat_map(|names| names.there(world)).collect()
            }
        };
        names.sort();
        names.dedup();
        names
    }
}

fn familiar(name: &str) -> String {
    name.parse::<Reference>().map_or_else(|_| name.to_owned(), |reference| reference.familiar())
}
