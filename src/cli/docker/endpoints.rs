//! `--network` and what goes with it: a place on each network that is named (docker/cli `opts/network.go`).

use super::flags;
use crate::cli::docker_args::CreateArgs;
use crate::client::ClientError;
use crate::docker::{EndpointConfig, EndpointIpamConfig};
use crate::trace::{Code, NetworkMode};

/// A network, and what is asked of the place on it.
pub(super) type Asked = (String, EndpointConfig);

/// The networks in the order in which they are named; Docker's `default` where none is. `--ip` and `--network-alias` are of the first.
pub(super) fn asked(args: &CreateArgs) -> Result<Vec<Asked>, ClientError> {
    let mut all = args.network.iter().map(|text| parse(text)).collect::<Result<Vec<_>, _>>()?;
    if all.is_empty() {
        all.push(("default".to_owned(), EndpointConfig::default()));
    }
    let (name, first) = &mut all[0];
    if let Some(ip) = args.ip.as_ref().filter(|ip| !ip.is_empty()) {
        address(first).clone_from(ip);
    }
    first.aliases.extend(args.network_alias.iter().cloned());
    if !first.aliases.is_empty() && !matches!(name.as_str().into(), NetworkMode::Named(_)) {
        return Err(ClientError::new(Code::AliasFlagUserOnly));
    }
    if matches!(name.as_str().into(), NetworkMode::Named(_)) {
        first.links.extend(args.link.iter().cloned());
    }
    if let Some(ip6) = args.ip6.as_ref().filter(|ip6| !ip6.is_empty()) {
        first.ipam_config.get_or_insert_default().ipv6_address.clone_from(ip6);
    }
    let of_link = &args.unbuilt.link_local_ip;
    if !of_link.is_empty() {
        first.ipam_config.get_or_insert_default().link_local_ips.clone_from(of_link);
    }
    Ok(all)
}

fn address(endpoint: &mut EndpointConfig) -> &mut String {
    &mut endpoint.ipam_config.get_or_insert_with(EndpointIpamConfig::default).ipv4_address
}

/// `NAME`, or `name=NAME,alias=…,ip=…,mac-address=…`.
fn parse(text: &str) -> Result<Asked, ClientError> {
    let mut endpoint = EndpointConfig::default();
    if !text.contains('=') {
        return Ok((text.to_owned(), endpoint));
    }
    let bad = || ClientError::new(Code::NetworkFlagInvalid).with("flag", "--network").with("value", text);
    let mut name = None;
    for field in text.split(',') {
        let (key, value) = field.split_once('=').ok_or_else(bad)?;
        match key.trim().to_lowercase().as_str() {
            "name" => name = Some(value.to_owned()),
            "alias" => endpoint.aliases.push(value.to_owned()),
            "ip" => value.clone_into(address(&mut endpoint)),
            "ip6" => value.clone_into(&mut endpoint.ipam_config.get_or_insert_default().ipv6_address),
            "mac-address" => endpoint.mac_address = flags::mac_address(Some(value))?,
            _ => return Err(bad()),
        }
    }
    Ok((name.filter(|name| !name.is_empty()).ok_or_else(bad)?, endpoint))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_a_name_or_a_list_of_what_is_asked_of_it() {
        assert_eq!(parse("net").unwrap(), ("net".to_owned(), EndpointConfig::default()));
        let (name, endpoint) = parse("name=net,alias=a,alias=b,ip=10.0.0.5,mac-address=02:42:00:00:00:01").unwrap();
        assert_eq!((name.as_str(), endpoint.aliases.join(" ").as_str()), ("net", "a b"));
        assert_eq!(endpoint.ipam_config.unwrap().ipv4_address, "10.0.0.5");
        for bad in ["alias=a", "name=", "name=net,foo=1", "name=net,alias"] {
            assert_eq!(parse(bad).unwrap_err().problem.code, Code::NetworkFlagInvalid, "{bad}");
        }
    }
}
