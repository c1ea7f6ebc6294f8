//! `docker network`.

use super::CommandSession;
use super::listing::{Format, Row, labels, text};
use super::table::short;
use crate::cli::docker_args::NetworksArgs;
use crate::cli::{Done, out};
use crate::docker::{FilterQuery, Network, with_query};

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
