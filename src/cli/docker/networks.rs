//! `docker network`.

use super::listing::{Format, Row, labels, text};
use super::table::short;
use super::{CommandSession, each, encode, pairs};
use crate::cli::docker_args::{
    NetworkConnectArgs, NetworkCreateArgs, NetworkDisconnectArgs, NetworkRmArgs, NetworksArgs,
};
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::docker::{
    EndpointConfig, EndpointIpamConfig, FilterQuery, Ipam, IpamConfig, Network, NetworkConnect, NetworkCreate,
    NetworkCreated, NetworkDisconnect, with_query,
};
use crate::trace::Code;
use hyper::Method;
use std::collections::BTreeMap;
use std::net::IpAddr;

pub(in crate::cli) fn create(session: &CommandSession<'_>, args: &NetworkCreateArgs) -> Done {
    let created: NetworkCreated = session.client.post("/networks/create", &body(args)?)?;
    out::line(created.id);
    Ok(())
}

/// The body of the request.
pub(super) fn body(args: &NetworkCreateArgs) -> Result<NetworkCreate, ClientError> {
    Ok(NetworkCreate {
        name: args.name.clone(),
        check_duplicate: true,
        driver: args.driver.clone(),
        scope: args.scope.clone().unwrap_or_default(),
        enable_ipv6: args.ipv6,
        ipam: Some(Ipam {
            driver: args.ipam_driver.clone(),
            options: Some(BTreeMap::new()),
            config: pools(args)?,
            ..Ipam::default()
        }),
        internal: args.internal,
        attachable: args.attachable,
        options: pairs(&args.opt),
        labels: pairs(&args.label),
        ..NetworkCreate::default()
    })
}

/// Ranges, gateways and other addresses, each with the subnet that it lies in, as docker's command line sorts them.
fn pools(args: &NetworkCreateArgs) -> Result<Vec<IpamConfig>, ClientError> {
    let said = |code, flag: &str, value: &String| ClientError::new(code).with("flag", flag).with("value", value);
    if args.subnet.is_empty() {
        let lone = args.ip_range.first().map(|it| ("--ip-range", it));
        let lone = lone.or_else(|| args.gateway.first().map(|it| ("--gateway", it)));
        let lone = lone.or_else(|| args.aux_address.first().map(|it| ("--aux-address", it)));
        return lone.map_or(Ok(Vec::new()), |(flag, value)| Err(said(Code::NetworkSubnetMissing, flag, value)));
    }
    let one = |subnet: &String| IpamConfig { subnet: subnet.clone(), ..IpamConfig::default() };
    let mut pools: Vec<_> = args.subnet.iter().map(one).collect();
    let mut place = |flag: &str, value: &String, address: &str, put: &dyn Fn(&mut IpamConfig)| {
        let pool = pools.iter_mut().find(|pool| holds(&pool.subnet, address));
        put(pool.ok_or_else(|| said(Code::NetworkSubnetMissing, flag, value))?);
        Ok::<(), ClientError>(())
    };
    for range in &args.ip_range {
        let address = range.split('/').next().unwrap_or_default();
        place("--ip-range", range, address, &|pool| pool.ip_range.clone_from(range))?;
    }
    for gateway in &args.gateway {
        place("--gateway", gateway, gateway, &|pool| pool.gateway.clone_from(gateway))?;
    }
    for aux in &args.aux_address {
        let (name, address) =
            aux.split_once('=').ok_or_else(|| said(Code::NetworkFlagInvalid, "--aux-address", aux))?;
        place("--aux-address", aux, address, &|pool| {
            pool.auxiliary_addresses.insert(name.to_owned(), address.to_owned());
        })?;
    }
    Ok(pools)
}

/// What cannot be read is the engine's to refuse.
fn holds(subnet: &str, address: &str) -> bool {
    // Both as numbers of so many bits, which are those of their kind.
    let read = |text: &str| match text.parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => Some((32_u32, u128::from(u32::from(address)))),
        IpAddr::V6(address) => Some((128, u128::from(address))),
    };
    let (start, prefix) = subnet.split_once('/').unwrap_or((subnet, ""));
    let (Some((bits, start)), Some((other, address)), Ok(prefix)) = (read(start), read(address), prefix.parse::<u32>())
    else {
        return true;
    };
    let rest = bits.saturating_sub(prefix);
    bits == other && start.checked_shr(rest) == address.checked_shr(rest)
}

pub(in crate::cli) fn remove(session: &CommandSession<'_>, args: &NetworkRmArgs) -> Done {
    each(session, &args.networks, |name| {
        match session.client.text(Method::DELETE, &format!("/networks/{}", encode(name))) {
            Err(error) if args.force && error.status == Some(404) => {}
            result => {
                result?;
                out::line(name);
            }
        }
        Ok(())
    })
}

pub(in crate::cli) fn connect(session: &CommandSession<'_>, args: &NetworkConnectArgs) -> Done {
    let (ipv4_address, ipv6_address) = (args.ip.clone().unwrap_or_default(), args.ip6.clone().unwrap_or_default());
    let endpoint = EndpointConfig {
        ipam_config: Some(EndpointIpamConfig { ipv4_address, ipv6_address, ..EndpointIpamConfig::default() }),
        aliases: args.alias.clone(),
        links: args.link.clone(),
        ..EndpointConfig::default()
    };
    put_on(session, &args.network, &args.container, endpoint)?;
    Ok(())
}

/// Puts a container on a network.
pub(super) fn put_on(
    session: &CommandSession<'_>,
    network: &str,
    container: &str,
    endpoint: EndpointConfig,
) -> Result<(), ClientError> {
    let (container, endpoint_config) = (container.to_owned(), Some(endpoint));
    let body = NetworkConnect { container, endpoint_config, ..NetworkConnect::default() };
    session.client.call(Method::POST, &format!("/networks/{}/connect", encode(network)), Some(&body)).map(drop)
}

pub(in crate::cli) fn disconnect(session: &CommandSession<'_>, args: &NetworkDisconnectArgs) -> Done {
    let (container, force) = (args.container.clone(), args.force);
    let body = NetworkDisconnect { container, force, ..NetworkDisconnect::default() };
    session.client.call(Method::POST, &format!("/networks/{}/disconnect", encode(&args.network)), Some(&body))?;
    Ok(())
}

/// The fields of `docker network ls --format`, and their headings.
const NETWORKS: &[(&str, &str)] = &[
    ("ID", "NETWORK ID"),
    ("Name", "NAME"),
    ("Driver", "DRIVER"),
    ("Scope", "SCOPE"),
    ("IPv4", "IPV4"),
    ("IPv6", "IPV6"),
    ("Internal", "INTERNAL"),
    ("Labels", "LABELS"),
    ("CreatedAt", "CREATED AT"),
];

pub(in crate::cli) fn list(session: &CommandSession<'_>, args: &NetworksArgs) -> Done {
    let format = Format::parse(args.format.as_deref())?;
    let query = FilterQuery { filters: super::filters(&args.filter)? };
    let all: Vec<Network> = session.client.get(&with_query("/networks", &query))?;
    let id = |network: &Network| if args.no_trunc { network.id.clone() } else { short(&network.id) };
    let listed = |network: &Network| -> Row {
        let (labels, label) = labels(&network.labels);
        let of = |name: &str| match name {
            "ID" => text(id(network)),
            "Name" => text(&network.name),
            "Driver" => text(&network.driver),
            "Scope" => text(&network.scope),
            "IPv4" => text(true),
            "IPv6" => text(network.enable_ipv6),
            "Internal" => text(network.internal),
            "Labels" => labels.clone(),
            _ => text(network.created.replacen('T', " ", 1).replace('Z', " +0000 UTC")),
        };
        NETWORKS.iter().map(|(name, head)| (*name, *head, of(name))).chain([("Label", "", label)]).collect()
    };
    if format.print(NETWORKS, &all.iter().map(listed).collect::<Vec<_>>())? {
        return Ok(());
    }
    if args.quiet {
        all.iter().for_each(|network| out::line(id(network)));
    } else {
        let row = |n: &Network| vec![id(n), n.name.clone(), n.driver.clone(), n.scope.clone()];
        out::table(&["NETWORK ID", "NAME", "DRIVER", "SCOPE"], &all.iter().map(row).collect::<Vec<_>>());
    }
    Ok(())
}
