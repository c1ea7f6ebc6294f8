//! `docker network`.

use super::CommandSession;
use super::table::{self, short};
use crate::cli::docker_args::NetworksArgs;
use crate::cli::{Done, out};
use crate::docker::{FilterQuery, Network, with_query};

pub(in crate::cli) fn list(session: &CommandSession<'_>, args: &NetworksArgs) -> Done {
    let as_json = table::is_json(args.format.as_deref())?;
    let query = FilterQuery { filters: super::filters(&args.filter)? };
    let all: Vec<Network> = session.client.get(&with_query("/networks", &query))?;
    let id = |network: &Network| if args.no_trunc { network.id.clone() } else { short(&network.id) };
    if as_json {
        all.iter().for_each(out::json);
    } else if args.quiet {
        all.iter().for_each(|network| out::line(id(network)));
    } else {
        let row = |n: &Network| vec![id(n), n.name.clone(), n.driver.clone(), n.scope.clone()];
        out::table(&["NETWORK ID", "NAME", "DRIVER", "SCOPE"], &all.iter().map(row).collect::<Vec<_>>());
    }
    Ok(())
}
