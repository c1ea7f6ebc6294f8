//! What may stand in a request, in an image's config and in a JSON document at all: how much, how deep, how long, and no byte
//! that means the end of a text to the kernel. The one place where that is decided, for a container and for a command in one;
//! nothing beyond it looks at the size of what it is given.
//!
//! The kernel's own numbers where there are any: `PATH_MAX`, `NAME_MAX`, `MAX_ARG_STRLEN` and what is left of `ARG_MAX` (execve(2)),
//! `HOST_NAME_MAX` (sethostname(2)), a page of mount options (mount(2)). An image is a stranger's: its config passes the same
//! checks, named as the image's.

use crate::docker::{ContainerConfig, ExecCreate, HostConfig, SECCOMP_PROFILE, is_host_name, is_search_domain};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;

/// Bytes of a path, without its end (`PATH_MAX`).
pub const PATH: usize = 4095;
/// Bytes of one name of a path (`NAME_MAX`).
pub const NAME: usize = 255;
/// Bytes of one argument or variable, without its end (`MAX_ARG_STRLEN`, 32 pages).
pub const TEXT: usize = 128 * 1024 - 1;
/// Bytes of all of them with their ends and pointers: a quarter of the usual stack, less what the engine adds.
pub const TEXTS: usize = 2 * 1024 * 1024 - 64 * 1024;
/// Arguments.
pub const ARGUMENTS: usize = 32 * 1024;
/// Variables.
pub const VARIABLES: usize = 8 * 1024;
/// Labels, and their bytes.
pub const LABELS: usize = 1024;
/// Bytes of all labels.
pub const LABEL_BYTES: usize = 1 << 20;
/// Volumes, binds and tmpfs.
pub const MOUNTS: usize = 256;
/// Bytes of a mount's options: less than a page.
pub const OPTIONS: usize = 4095;
/// Entries of every other list.
pub const LIST: usize = 256;
/// Bytes of `user:group`, each at most a login name's 256.
pub const USER: usize = 513;
/// Bytes of a hostname.
pub const HOSTNAME: usize = 64;
/// Bytes of an image's name.
pub const IMAGE: usize = 1024;
/// How deep a JSON document may be, and how many values there may be in it.
pub const DEPTH: usize = 32;
/// Values in a JSON document.
pub const VALUES: usize = 64 * 1024;

/// A JSON document before it is read: what it opens and separates is counted, nothing is kept.
pub fn document(bytes: &[u8]) -> Result<()> {
    let (mut depth, mut values, mut text, mut escaped) = (0_usize, 1, false, false);
    for &byte in bytes {
        if text {
            text = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        match byte {
            b'"' => text = true,
            b'[' | b'{' => (depth, values) = (depth + 1, values + 1),
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH {
            return Err(Fault::new(FaultKind::BadRequest, Code::JsonTooDeep).with("limit", DEPTH));
        }
    }
    count("JSON", values, VALUES)
}

/// A request to create a container.
pub(super) fn request(request: &ContainerConfig, host: &HostConfig) -> Result<()> {
    length("Image", &request.image, IMAGE)?;
    if !request.hostname.is_empty() {
        hostname(&request.hostname)?;
    }
    domainname(&request.domainname)?;
    user("User", &request.user)?;
    directory("WorkingDir", &request.working_dir)?;
    let entrypoint = request.entrypoint.as_deref().unwrap_or_default();
    arguments("Entrypoint", entrypoint)?;
    arguments("Cmd", &request.cmd)?;
    variables("Env", &request.env)?;
    request.env.iter().try_for_each(|entry| named(entry))?;
    labels("Labels", &request.labels)?;
    count("Volumes", request.volumes.len(), MOUNTS)?;
    count("HostConfig.Binds", host.binds.len(), MOUNTS)?;
    count("HostConfig.Mounts", host.mounts.len(), MOUNTS)?;
    count("HostConfig.Tmpfs", host.tmpfs.len(), MOUNTS)?;
    host.tmpfs.values().try_for_each(|options| length("HostConfig.Tmpfs", options, OPTIONS))?;
    let lists = [
        ("HostConfig.CapAdd", &host.cap_add),
        ("HostConfig.CapDrop", &host.cap_drop),
        ("HostConfig.GroupAdd", &host.group_add),
        ("HostConfig.VolumesFrom", &host.volumes_from),
        ("HostConfig.Links", &host.links),
        ("HostConfig.Dns", &host.dns),
        ("HostConfig.DnsOptions", &host.dns_options),
        ("HostConfig.DnsSearch", &host.dns_search),
        ("HostConfig.ExtraHosts", &host.extra_hosts),
    ];
    for (what, list) in lists {
        count(what, list.len(), LIST)?;
        list.iter().try_for_each(|one| length(what, one, OPTIONS))?;
    }
    count("HostConfig.SecurityOpt", host.security_opt.len(), LIST)?;
    host.security_opt.iter().try_for_each(|option| length("HostConfig.SecurityOpt", option, SECCOMP_PROFILE))?;
    host.dns.iter().try_for_each(|server| address(server))?;
    host.dns_search.iter().try_for_each(|domain| search(domain))?;
    host.dns_options.iter().try_for_each(|option| one_line("HostConfig.DnsOptions", option))?;
    length("HostConfig.ContainerIDFile", &host.container_id_file, PATH)?;
    host.extra_hosts.iter().try_for_each(|entry| extra_host(entry))
}

/// A request to run a command in a container, or on the lab host.
pub(super) fn session(request: &ExecCreate) -> Result<()> {
    let list = |list: &'static str, texts: &Option<Vec<String>>, check: fn(&str, &[String]) -> Result<()>| {
        texts.as_ref().map_or(Ok(()), |texts| check(list, texts))
    };
    list("Cmd", &request.cmd, arguments)?;
    list("Env", &request.env, variables)?;
    request.env.iter().flatten().try_for_each(|entry| named(entry))?;
    user("User", request.user.as_deref().unwrap_or_default())?;
    // Whether it can be one is told when the command is started, as Docker has it.
    path("WorkingDir", request.working_dir.as_deref().unwrap_or_default())?;
    together(request.cmd.iter().chain(&request.env).flatten())
}

/// A path that the kernel can be given.
pub(super) fn path(what: &str, text: &str) -> Result<()> {
    length(what, text, PATH)?;
    text.split('/').try_for_each(|name| length(what, name, NAME))
}

fn size(what: &str, text: &str, limit: usize) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::ValueTooLong).with("what", what);
    if text.len() > limit { Err(fault().with("length", text.len()).with("limit", limit)) } else { Ok(()) }
}

/// A text of at most so many bytes, without a NUL.
pub(in crate::engine) fn length(what: &str, text: &str, limit: usize) -> Result<()> {
    size(what, text, limit)?;
    if text.contains('\0') {
        return Err(Fault::new(FaultKind::BadRequest, Code::ValueWithNul)
            .with("what", what)
            .with("value", short(text)));
    }
    Ok(())
}

/// At most so many.
pub(in crate::engine) fn count(what: &str, found: usize, limit: usize) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::TooManyValues).with("what", what).with("limit", limit);
    if found > limit { Err(fault().with("count", found)) } else { Ok(()) }
}

pub(super) fn arguments(what: &str, words: &[String]) -> Result<()> {
    count(what, words.len(), ARGUMENTS)?;
    words.iter().try_for_each(|word| length(what, word, TEXT))
}

pub(super) fn variables(what: &str, entries: &[String]) -> Result<()> {
    count(what, entries.len(), VARIABLES)?;
    entries.iter().try_for_each(|entry| length(what, entry, TEXT))
}

/// Docker refuses a variable without a name; that of an image it passes on.
fn named(entry: &str) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidVariable).with("variable", short(entry));
    if entry.is_empty() || entry.starts_with('=') { Err(fault()) } else { Ok(()) }
}

pub(in crate::engine) fn labels(what: &str, labels: &std::collections::BTreeMap<String, String>) -> Result<()> {
    count(what, labels.len(), LABELS)?;
    // The kernel sees none of them: a NUL is as good as any other byte, as Docker has it.
    labels.iter().try_for_each(|(name, value)| size(what, name, TEXT).and_then(|()| size(what, value, TEXT)))?;
    let bytes = labels.iter().map(|(name, value)| name.len() + value.len()).sum();
    total(what, bytes, LABEL_BYTES)
}

pub(super) fn together<'a>(texts: impl Iterator<Item = &'a String>) -> Result<()> {
    total("Cmd + Env", texts.map(|text| text.len() + 1 + size_of::<usize>()).sum(), TEXTS)
}

fn total(what: &str, bytes: usize, limit: usize) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::ValueTooLong).with("what", what).with("limit", limit);
    if bytes > limit { Err(fault().with("length", bytes)) } else { Ok(()) }
}

/// `name|uid[:group|gid]`: what cannot stand in /etc/passwd is none.
pub(super) fn user(what: &str, text: &str) -> Result<()> {
    length(what, text, USER)?;
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidUser).with("what", what).with("user", short(text));
    if text.chars().any(char::is_control) { Err(fault()) } else { Ok(()) }
}

pub(super) fn directory(what: &str, text: &str) -> Result<()> {
    path(what, text)?;
    let relative = || Fault::new(FaultKind::BadRequest, Code::WorkingDirRelative).with("what", what);
    if text.is_empty() || text.starts_with('/') { Ok(()) } else { Err(relative().with("path", short(text))) }
}

/// As [`is_host_name`]. One that begins with a dash is none by any rule, and the kernel takes it.
fn hostname(text: &str) -> Result<()> {
    let good = text.len() <= HOSTNAME && is_host_name(text.trim_start_matches(['-', '_']));
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidHostname).with("hostname", short(text));
    if good { Ok(()) } else { Err(fault().with("limit", HOSTNAME)) }
}

/// As a hostname: it stands behind one.
fn domainname(text: &str) -> Result<()> {
    let good = text.len() <= HOSTNAME && (text.is_empty() || is_host_name(text));
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidDomain).with("what", "Domainname");
    if good { Ok(()) } else { Err(fault().with("domain", short(text))) }
}

fn search(text: &str) -> Result<()> {
    let fault = || Fault::new(FaultKind::BadRequest, Code::InvalidDomain).with("what", "HostConfig.DnsSearch");
    if is_search_domain(text) { Ok(()) } else { Err(fault().with("domain", short(text))) }
}

/// A line of a file is made of it.
fn one_line(what: &str, text: &str) -> Result<()> {
    let bad = || Fault::new(FaultKind::BadRequest, Code::ValueOfLines).with("what", what).with("value", short(text));
    if text.chars().any(char::is_control) { Err(bad()) } else { Ok(()) }
}

/// A line of /etc/resolv.conf is made of it.
fn address(text: &str) -> Result<()> {
    let bad = |_| Fault::new(FaultKind::BadRequest, Code::InvalidDns).with("server", short(text));
    text.parse::<std::net::IpAddr>().map(drop).map_err(bad)
}

/// A line of /etc/hosts is made of it; the address is read when it is written.
fn extra_host(text: &str) -> Result<()> {
    let name = text.split(['=', ':']).next().unwrap_or_default();
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidExtraHost).with("value", short(text));
    if name.len() <= NAME && is_host_name(name) { Ok(()) } else { Err(bad()) }
}

/// As much of a value as a message can bear, with what would not be seen in it made visible.
pub(in crate::engine) fn short(text: &str) -> String {
    let shown: String = text.chars().take(64).flat_map(char::escape_debug).collect();
    if text.chars().nth(64).is_some() { format!("{shown}…") } else { shown }
}

#[cfg(test)]
#[path = "bounds_tests.rs"]
mod tests;
