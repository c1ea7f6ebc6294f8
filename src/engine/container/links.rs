//! `--link name[:alias]`: another container of the default bridge, known to this one by a name in `/etc/hosts`, and with its ports and
//! environment by variables (moby `daemon/links`). The variables are as they were when this one was started; the address in the file
//! is that of the other one's latest start. In a network that somebody made a link is a name that 127.0.0.11 has for this container
//! alone (`lookup`).

use super::{Container, Link, Phase, names};
use crate::docker::Port;
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, rootfs};
use crate::spec::ContainerId;
use crate::trace::{Code, NetworkMode, OpKind};
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// What of the others is written into a container when it is started.
#[derive(Debug, Default)]
pub(super) struct Linked {
    /// Names and addresses.
    pub hosts: Vec<(String, String)>,
    /// `DB_PORT=tcp://172.17.0.2:5432` and its like.
    pub env: Vec<String>,
}

impl Engine {
    /// Who is meant, when a container is created.
    pub(super) fn links(&self, asked: &[String]) -> Result<Vec<Link>> {
        let one = |text: &String| {
            let (name, alias) = names::link(text)?;
            // Docker's CLI takes a 404 for an image that is to be pulled.
            let other = self.containers.find(name).map_err(|it| Fault::of(FaultKind::BadRequest, it.problem))?;
            Ok(Link { other: other.id.clone(), alias: alias.to_owned() })
        };
        asked.iter().map(one).collect()
    }

    /// As they are now. Beyond the default bridge nothing comes of a link, as with Docker.
    pub(super) fn linked(&self, container: &Container) -> Result<Linked> {
        let mut linked = Linked::default();
        if container.merged.network != NetworkMode::Bridge {
            return Ok(linked);
        }
        for link in container.links() {
            let still = |other: &str| {
                let fault = Fault::new(FaultKind::Conflict, Code::LinkNotRunning).with("other", other);
                fault.with("container", &container.name).with("alias", &link.alias)
            };
            // As Docker: one that is gone runs no more than one that has ended.
            let gone = |_gone| still(container.asked_link(&link.alias).unwrap_or(link.other.as_str()));
            let other = self.containers.find(link.other.as_str()).map_err(gone)?;
            let state = other.state();
            if state.phase != Phase::Running {
                return Err(still(&other.name.get()));
            }
            let elsewhere = || Fault::failed(Code::LinkElsewhere).with("other", &other.name);
            let endpoint = state.on_bridge().ok_or_else(elsewhere)?;
            let (address, name) = (endpoint.address, other.name.get());
            let mut names = format!("{} {}", link.alias, other.merged.hostname);
            if link.alias != name {
                names = format!("{names} {name}");
            }
            linked.hosts.push((names, address.to_string()));
            let asked = other.request.exposed_ports.keys().chain(&other.image.config.exposed_ports);
            let ports: BTreeSet<Port> = asked.filter_map(|port| Port::of(port)).collect();
            let path = format!("/{}/{}", container.name, link.alias);
            linked.env.extend(variables(&link.alias, &path, address, &ports, &other.merged.env));
        }
        Ok(linked)
    }

    /// A container runs, at an address that may be another than before: those that are linked to it and run are told. What cannot be
    /// written is no reason not to start it.
    pub(super) fn tell_linked(&self, cx: &Cx, container: &Container, address: Ipv4Addr) {
        for parent in self.containers.all() {
            let aliases = parent.aliases_of(&container.id);
            if aliases.is_empty() || !parent.has_hosts() {
                continue;
            }
            let told = rootfs::change_hosts(cx, &parent.dir, |text| {
                aliases.iter().fold(text.to_owned(), |text, alias| rootfs::moved(&text, alias, address))
            });
            if let Err(fault) = told {
                tracing::warn!(%fault, container = %parent.id, "it does not know where one is that it is linked to");
            }
        }
    }

    /// `docker rm --link parent/alias`: the container stays, and `parent` knows it by that name no longer.
    pub fn unlink(&self, name: &str, line: &Asked) -> Result<()> {
        let plain = name.strip_prefix('/').unwrap_or(name);
        let Some((parent, alias)) = plain.split_once('/') else {
            return Err(Fault::failed(Code::LinkIsDefault).with("name", plain));
        };
        let parent = self.containers.find(parent)?;
        let before = parent.links.lock().len();
        parent.links.lock().retain(|link| link.alias != alias);
        if parent.links.lock().len() == before {
            return Err(Fault::new(FaultKind::NotFound, Code::NoSuchContainer).with("container", name));
        }
        self.keep(&parent)?;
        if !parent.has_hosts() {
            return Ok(());
        }
        self.conductor.operate(OpKind::ContainerUpdate, parent.name.get(), line, &Cancel::new(), |cx| {
            rootfs::change_hosts(cx, &parent.dir, |text| rootfs::without(text, alias))
        })
    }
}

impl Container {
    /// Who was meant by a link of that alias when it was created, as it was written then.
    pub fn asked_link(&self, alias: &str) -> Option<&str> {
        let mut links = self.request.host_config.links.iter().filter_map(|link| names::link(link).ok());
        links.find(|(_, called)| *called == alias).map(|(name, _)| name)
    }

    /// What it calls that one.
    fn aliases_of(&self, other: &ContainerId) -> Vec<String> {
        self.links.lock().iter().filter(|link| link.other == *other).map(|link| link.alias.clone()).collect()
    }

    /// The same as names: `/web/db`.
    pub(super) fn names_of(&self, other: &ContainerId) -> Vec<String> {
        self.aliases_of(other).into_iter().map(|alias| format!("/{}/{alias}", self.name)).collect()
    }

    /// It runs, with a file of hosts in which links stand.
    fn has_hosts(&self) -> bool {
        self.merged.network == NetworkMode::Bridge && self.state().phase == Phase::Running
    }
}

/// The variables that a container has of one that it is linked to.
fn variables(alias: &str, path: &str, address: Ipv4Addr, ports: &BTreeSet<Port>, env: &[String]) -> Vec<String> {
    let prefix = alias.to_uppercase().replace('-', "_");
    let at = |port: &Port| format!("{}://{address}:{}", port.protocol, port.number);
    let of = |port: &Port| format!("{prefix}_PORT_{}_{}", port.number, port.protocol.to_uppercase());
    let ports: Vec<&Port> = ports.iter().collect();
    let mut all: Vec<String> = ports.first().map(|port| format!("{prefix}_PORT={}", at(port))).into_iter().collect();
    // Three and more in a row are told as a range, too.
    let mut first = 0;
    while first < ports.len() {
        let next = |n: &usize| usize::from(ports[*n].number) == usize::from(ports[first].number) + (n - first);
        let last = (first..ports.len()).take_while(next).last().unwrap_or(first);
        if last > first + 1 {
            let (from, to) = (ports[first], ports[last]);
            let end = format!("{prefix}_PORT_{}_{}", from.number, to.protocol.to_uppercase());
            all.push(format!("{}_START={}", of(from), at(from)));
            all.push(format!("{}_ADDR={address}", of(from)));
            all.push(format!("{}_PROTO={}", of(from), from.protocol));
            all.push(format!("{}_PORT_START={}", of(from), from.number));
            all.push(format!("{end}_END={}", at(to)));
            all.push(format!("{end}_PORT_END={}", to.number));
            first = last;
        }
        first += 1;
    }
    for port in ports {
        all.push(format!("{}={}", of(port), at(port)));
        all.push(format!("{}_ADDR={address}", of(port)));
        all.push(format!("{}_PORT={}", of(port), port.number));
        all.push(format!("{}_PROTO={}", of(port), port.protocol));
    }
    all.push(format!("{prefix}_NAME={path}"));
    let said = env.iter().filter_map(|entry| entry.split_once('='));
    let said = said.filter(|(name, _)| !matches!(*name, "HOME" | "PATH"));
    all.extend(said.map(|(name, value)| format!("{prefix}_ENV_{name}={value}")));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_called_as_docker_calls_them() {
        let ports = |all: &[&str]| all.iter().filter_map(|port| Port::of(port)).collect::<BTreeSet<_>>();
        let env = ["PATH=/bin", "A=1", "B"].map(str::to_owned);
        let address = Ipv4Addr::new(172, 17, 0, 2);
        let said = variables("my-db", "/web/my-db", address, &ports(&["5432/tcp"]), &env);
        assert_eq!(
            said,
            [
                "MY_DB_PORT=tcp://172.17.0.2:5432",
                "MY_DB_PORT_5432_TCP=tcp://172.17.0.2:5432",
                "MY_DB_PORT_5432_TCP_ADDR=172.17.0.2",
                "MY_DB_PORT_5432_TCP_PORT=5432",
                "MY_DB_PORT_5432_TCP_PROTO=tcp",
                "MY_DB_NAME=/web/my-db",
                "MY_DB_ENV_A=1",
            ]
        );
        let said = variables("db", "/web/db", address, &ports(&["80/tcp", "81/tcp", "82/tcp"]), &[]);
        assert_eq!(
            said[1..7],
            [
                "DB_PORT_80_TCP_START=tcp://172.17.0.2:80",
                "DB_PORT_80_TCP_ADDR=172.17.0.2",
                "DB_PORT_80_TCP_PROTO=tcp",
                "DB_PORT_80_TCP_PORT_START=80",
                "DB_PORT_80_TCP_END=tcp://172.17.0.2:82",
                "DB_PORT_80_TCP_PORT_END=82",
            ]
        );
    }
}
