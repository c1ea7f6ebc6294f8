//! From the flags of `docker run` to the body of `POST /containers/create`.

use super::mount;
use crate::cli::docker_args::CreateArgs;
use crate::client::{ClientError, units};
use crate::spec::visible;
use crate::trace::Code;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The body.
pub(super) fn body(args: &CreateArgs, attached: bool, size: Option<(u16, u16)>) -> Result<Value, ClientError> {
    let stdin = args.interactive;
    let mut env = Vec::new();
    for file in &args.env_file {
        env.extend(env_file(file)?);
    }
    env.extend(args.env.iter().filter_map(|entry| variable(entry)));
    let attach = |stream: &str| {
        attached && (args.attach.is_empty() || args.attach.iter().any(|a| a.eq_ignore_ascii_case(stream)))
    };
    let mut body = json!({
        "Image": args.image, "Hostname": args.hostname.clone().unwrap_or_default(),
        "User": args.user.clone().unwrap_or_default(), "Tty": args.tty, "OpenStdin": stdin, "StdinOnce": stdin && attached,
        "AttachStdin": stdin && attached, "AttachStdout": attach("stdout"), "AttachStderr": attach("stderr"),
        "Env": env, "WorkingDir": args.workdir.clone().unwrap_or_default(), "Labels": labels(&args.label),
        "Volumes": anonymous(&args.volume), "HostConfig": host_config(args, size)?
    });
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[name] = value;
        }
    };
    set("Cmd", (!args.command.is_empty()).then(|| json!(args.command)));
    set("Entrypoint", args.entrypoint.as_ref().map(|program| json!([program])));
    set("StopSignal", args.stop_signal.as_ref().map(|signal| json!(signal)));
    set("StopTimeout", args.stop_timeout.map(|seconds| json!(seconds)));
    Ok(body)
}

fn memory_swap(args: &CreateArgs) -> Result<i64, ClientError> {
    match args.memory_swap.as_deref() {
        Some("-1") => Ok(-1),
        other => size_of(other, "--memory-swap"),
    }
}

fn host_config(args: &CreateArgs, size: Option<(u16, u16)>) -> Result<Value, ClientError> {
    let mut tmpfs = Map::new();
    for entry in &args.tmpfs {
        let (target, options) = entry.split_once(':').unwrap_or((entry, ""));
        tmpfs.insert(target.to_owned(), options.into());
    }
    let mounts: Vec<Value> = args.mount.iter().map(|text| mount::parse(text)).collect::<Result<_, _>>()?;
    let mut config = json!({
        "Binds": binds(&args.volume)?, "Mounts": mounts, "Tmpfs": tmpfs,
        "NetworkMode": args.network.as_deref().unwrap_or("default"), "AutoRemove": args.rm,
        "Memory": size_of(args.memory.as_deref(), "--memory")?, "MemorySwap": memory_swap(args)?,
        "PidsLimit": args.pids_limit.unwrap_or(0).max(0),
        "NanoCpus": cpus(args.cpus.as_deref())?, "CapAdd": args.cap_add, "CapDrop": args.cap_drop,
        "Privileged": args.privileged, "SecurityOpt": args.security_opt, "Dns": args.dns, "ExtraHosts": args.add_host,
        "ReadonlyRootfs": args.read_only, "ShmSize": size_of(args.shm_size.as_deref(), "--shm-size")?
    });
    if let Some((rows, cols)) = size {
        config["ConsoleSize"] = json!([rows, cols]);
    }
    if args.log_driver.is_some() || !args.log_opt.is_empty() {
        let options = args.log_opt.iter().map(|text| text.split_once('=').unwrap_or((text, "")));
        let options: Map<_, _> = options.map(|(name, value)| (name.to_owned(), value.into())).collect();
        config["LogConfig"] = json!({"Type": args.log_driver.as_deref().unwrap_or_default(), "Config": options});
    }
    // Not supported: sent all the same, so that the engine says so by name.
    if args.init {
        config["Init"] = json!(true);
    }
    if !args.publish.is_empty() {
        config["PortBindings"] = json!({ "ports": args.publish });
    }
    if let Some(policy) = &args.restart {
        config["RestartPolicy"] = json!({"Name": policy, "MaximumRetryCount": 0});
    }
    Ok(config)
}

/// `-v` with a source. A relative path of this directory becomes absolute, as the docker CLI makes it.
fn binds(volumes: &[String]) -> Result<Vec<String>, ClientError> {
    let absolute = |text: &String| match text.split_once(':') {
        Some((source, rest)) if source.starts_with('.') => {
            let fail = |e: std::io::Error| ClientError::new(Code::BadVolume).with("volume", text).with("reason", e);
            let path = std::path::absolute(source).map_err(fail)?;
            let clean: std::path::PathBuf = path.components().collect();
            Ok(format!("{}:{rest}", clean.display()))
        }
        _ => Ok(text.clone()),
    };
    volumes.iter().filter(|text| text.contains(':')).map(absolute).collect()
}

/// `-v` without a source.
fn anonymous(volumes: &[String]) -> Value {
    volumes
        .iter()
        .filter(|text| !text.contains(':'))
        .map(|text| (text.clone(), json!({})))
        .collect::<Map<_, _>>()
        .into()
}

/// A name alone takes the value of this process, or is left out when it has none.
fn variable(entry: &str) -> Option<String> {
    if entry.contains('=') {
        return Some(entry.to_owned());
    }
    std::env::var(entry).ok().map(|value| format!("{entry}={value}"))
}

fn env_file(path: &Path) -> Result<Vec<String>, ClientError> {
    let fail = |e| ClientError::new(Code::EnvFileUnreadable).with("path", visible::path(path)).with("reason", e);
    let text = std::fs::read_to_string(path).map_err(fail)?;
    let lines = text.lines().map(str::trim_start).filter(|line| !line.is_empty() && !line.starts_with('#'));
    Ok(lines.filter_map(variable).collect())
}

fn labels(labels: &[String]) -> Value {
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.to_owned(), Value::from(value))
    };
    labels.iter().map(pair).collect::<Map<_, _>>().into()
}

fn size_of(text: Option<&str>, flag: &str) -> Result<i64, ClientError> {
    let bad = |text: &str| ClientError::new(Code::BadSize).with("flag", flag).with("value", text);
    text.map_or(Ok(0), |text| units::bytes(text).ok_or_else(|| bad(text)))
}

fn cpus(text: Option<&str>) -> Result<i64, ClientError> {
    let bad = |text: &str| ClientError::new(Code::BadSize).with("flag", "--cpus").with("value", text);
    #[expect(clippy::cast_possible_truncation, reason = "checked to be small")]
    let nano = |n: f64| (n * 1e9) as i64;
    let parse = |text: &str| text.parse::<f64>().ok().filter(|n| (0.0..=100_000.0).contains(n)).map(nano);
    text.map_or(Ok(0), |text| parse(text).ok_or_else(|| bad(text)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Args, args::Command, docker_args::DockerCommand};
    use clap::Parser;

    fn check(line: &str) -> Value {
        let argv = ["dockwalk", "docker"].into_iter().chain(line.split(' '));
        let Some(Command::Docker { command: DockerCommand::Run(run) }) = Args::parse_from(argv).command else {
            panic!()
        };
        body(&run.create, true, None).unwrap()
    }

    #[test]
    fn what_comes_after_the_image_is_the_containers() {
        let body = check("run -it --rm --name x lab/shell:1 sh -c -i --rm");
        assert_eq!(body["Cmd"], json!(["sh", "-c", "-i", "--rm"]));
        assert_eq!((&body["Tty"], &body["StdinOnce"]), (&json!(true), &json!(true)));
    }

    #[test]
    fn flags_become_the_fields_docker_gives_them() {
        let body =
            check("run -m 64m --cpus 1.5 -v data:/d -v /anon -e A=1 --tmpfs /t:size=1m --network none -h box img");
        let host = &body["HostConfig"];
        assert_eq!((&host["Memory"], &host["NanoCpus"]), (&json!(64 << 20), &json!(1_500_000_000_i64)));
        assert_eq!((&host["Binds"], &body["Volumes"]), (&json!(["data:/d"]), &json!({"/anon": {}})));
        assert_eq!((&host["Tmpfs"], &host["NetworkMode"]), (&json!({"/t": "size=1m"}), &json!("none")));
        assert_eq!((&body["Hostname"], &body["Env"]), (&json!("box"), &json!(["A=1"])));
    }
}
