//! `--change`: instructions of a Dockerfile, applied to the `config` of an image.

use crate::docker::Port;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use serde_json::{Map, Value, json};

/// Applies instructions, as `docker commit --change` and `docker import --change` do.
pub fn apply_all(config: &mut Value, changes: &[String]) -> Result<()> {
    for (n, change) in changes.iter().enumerate() {
        apply(config, change)?;
        // As Docker: a new entry point takes the command away that was there, unless one of these instructions has given it.
        if is(change, "ENTRYPOINT") && !changes[..n].iter().any(|before| is(before, "CMD")) {
            config["Cmd"] = Value::Null;
        }
    }
    Ok(())
}

fn is(change: &str, name: &str) -> bool {
    change.split_whitespace().next().is_some_and(|first| first.eq_ignore_ascii_case(name))
}

fn apply(config: &mut Value, change: &str) -> Result<()> {
    let fail = |reason: &str| {
        let fault = Fault::new(FaultKind::BadRequest, Code::ChangeInvalid).with("change", change);
        Err(fault.with("reason", reason))
    };
    let (name, rest) = change.trim().split_once(char::is_whitespace).unwrap_or((change.trim(), ""));
    let rest = rest.trim();
    if !config.is_object() {
        *config = json!({});
    }
    let name = name.to_ascii_uppercase();
    if rest.is_empty() && name != "CMD" && name != "ENTRYPOINT" {
        return fail("it says nothing");
    }
    match name.as_str() {
        "CMD" => config["Cmd"] = command(rest),
        "ENTRYPOINT" => config["Entrypoint"] = command(rest),
        "ENV" | "LABEL" => {
            let Some(pairs) = pairs(rest) else { return fail("write it as NAME=value") };
            for (key, value) in pairs {
                if name == "ENV" {
                    set_env(config, &key, &value);
                } else {
                    object(config, "Labels").insert(key, value.into());
                }
            }
        }
        "EXPOSE" => {
            for port in words(rest).unwrap_or_default() {
                let Some(ports) = ports_of(&port) else { return fail("write a port as 80 or 80/udp") };
                object(config, "ExposedPorts").extend(ports.into_iter().map(|port| (port.to_string(), json!({}))));
            }
        }
        "VOLUME" => {
            let list = list(rest).or_else(|| words(rest)).unwrap_or_default();
            for path in list {
                object(config, "Volumes").insert(path, json!({}));
            }
        }
        "USER" => config["User"] = rest.into(),
        "WORKDIR" => {
            let before = config["WorkingDir"].as_str().unwrap_or("/");
            config["WorkingDir"] = if rest.starts_with('/') {
                rest.into()
            } else {
                format!("{}/{rest}", before.trim_end_matches('/')).into()
            };
        }
        "STOPSIGNAL" => config["StopSignal"] = rest.into(),
        "ONBUILD" => match config["OnBuild"].as_array_mut() {
            Some(all) => all.push(rest.into()),
            None => config["OnBuild"] = json!([rest]),
        },
        "HEALTHCHECK" => {
            let Some(check) = health(rest) else { return fail("write NONE, or CMD and a command") };
            config["Healthcheck"] = check;
        }
        _ => return fail("it is not one of them"),
    }
    Ok(())
}

/// `["a","b"]`, or a line for the shell.
fn command(text: &str) -> Value {
    match (text, list(text)) {
        ("", _) => Value::Null,
        (_, Some(list)) => json!(list),
        _ => json!(["/bin/sh", "-c", text]),
    }
}

fn list(text: &str) -> Option<Vec<String>> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

fn object<'a>(config: &'a mut Value, name: &str) -> &'a mut Map<String, Value> {
    if !config[name].is_object() {
        config[name] = json!({});
    }
    config[name].as_object_mut().expect("made one line above")
}

fn set_env(config: &mut Value, key: &str, value: &str) {
    let mut all: Vec<String> = serde_json::from_value(config["Env"].take()).unwrap_or_default();
    let line = format!("{key}={value}");
    match all.iter_mut().find(|line| line.split('=').next() == Some(key)) {
        Some(known) => *known = line,
        None => all.push(line),
    }
    config["Env"] = json!(all);
}

/// `a=b c="d e"`, or the old `a b c`, which is one name and the rest.
fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let words = words(text)?;
    if words.first().is_some_and(|first| !first.contains('=')) {
        let (name, value) = text.split_once(char::is_whitespace)?;
        return Some(vec![(name.to_owned(), value.trim().to_owned())]);
    }
    words
        .into_iter()
        .map(|word| word.split_once('=').map(|(k, v)| (k.to_owned(), v.to_owned())).filter(|(k, _)| !k.is_empty()))
        .collect()
}

/// Words as a shell splits them: quotes and backslashes are taken away. None when a quote has no end.
fn words(text: &str) -> Option<Vec<String>> {
    let (mut all, mut word, mut quote) = (Vec::new(), None::<String>, None);
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, c) if c.is_whitespace() => all.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    all.extend(word);
    quote.is_none().then_some(all)
}

/// Each port of a range. What stands before a colon is of the host, and nothing to an image.
fn ports_of(text: &str) -> Option<Vec<Port>> {
    let inside = text.rsplit(':').next().unwrap_or_default().to_ascii_lowercase();
    let ports: Vec<_> = Port::range(&inside)?.collect();
    ports.iter().all(|port| matches!(port.protocol.as_str(), "tcp" | "udp" | "sctp")).then_some(ports)
}

/// `NONE`, or `--interval=5s … CMD …`.
fn health(text: &str) -> Option<Value> {
    if text.eq_ignore_ascii_case("NONE") {
        return Some(json!({"Test": ["NONE"]}));
    }
    let (mut check, mut rest) = (json!({}), text);
    while let Some(option) = rest.strip_prefix("--") {
        let (option, after) = option.split_once(char::is_whitespace)?;
        let (name, value) = option.split_once('=')?;
        let field = match name {
            "interval" => "Interval",
            "timeout" => "Timeout",
            "start-period" => "StartPeriod",
            "start-interval" => "StartInterval",
            "retries" => "Retries",
            _ => return None,
        };
        check[field] = if field == "Retries" { json!(value.parse::<u32>().ok()?) } else { json!(nanoseconds(value)?) };
        rest = after.trim_start();
    }
    let command = rest.strip_prefix("CMD").or_else(|| rest.strip_prefix("cmd"))?.trim();
    check["Test"] = match list(command) {
        Some(list) => json!([vec!["CMD".to_owned()], list].concat()),
        None if command.is_empty() => return None,
        None => json!(["CMD-SHELL", command]),
    };
    Some(check)
}

fn nanoseconds(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit())?;
    let unit = match &text[end..] {
        "ms" => 1_000_000,
        "s" => 1_000_000_000,
        "m" => 60_000_000_000,
        "h" => 3_600_000_000_000,
        _ => return None,
    };
    text[..end].parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_change_the_config_as_docker_does() {
        let mut config = json!({"Env": ["PATH=/bin", "A=1"], "WorkingDir": "/srv"});
        for change in [
            r#"CMD ["sh", "-c", "echo"]"#,
            "ENTRYPOINT run this",
            r#"env A=2 B="two words" C=it\ is"#,
            "ENV OLD the old form",
            "LABEL x=y",
            "EXPOSE 80 53/udp 8000-8001/TCP 127.0.0.1:8080:90",
            r#"VOLUME ["/data"]"#,
            "WORKDIR sub",
            "USER 1000:1000",
            "STOPSIGNAL SIGINT",
            "ONBUILD RUN true",
            "HEALTHCHECK --interval=5s --retries=3 CMD curl localhost",
        ] {
            apply(&mut config, change).unwrap();
        }
        let expected = json!({
            "Env": ["PATH=/bin", "A=2", "B=two words", "C=it is", "OLD=the old form"], "WorkingDir": "/srv/sub",
            "Cmd": ["sh", "-c", "echo"], "Entrypoint": ["/bin/sh", "-c", "run this"], "Labels": {"x": "y"},
            "ExposedPorts": {"80/tcp": {}, "53/udp": {}, "8000/tcp": {}, "8001/tcp": {}, "90/tcp": {}}, "Volumes": {"/data": {}}, "User": "1000:1000",
            "StopSignal": "SIGINT", "OnBuild": ["RUN true"],
            "Healthcheck": {"Interval": 5_000_000_000_u64, "Retries": 3, "Test": ["CMD-SHELL", "curl localhost"]}
        });
        assert_eq!(config, expected);
    }

    #[test]
    fn an_entry_point_takes_away_the_command_that_it_was_not_made_for() {
        let after = |changes: &[&str]| {
            let mut config = json!({"Cmd": ["old"]});
            apply_all(&mut config, &changes.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
            config["Cmd"].clone()
        };
        assert_eq!(after(&["ENV A=1"]), json!(["old"]));
        assert_eq!(after(&[r#"ENTRYPOINT ["run"]"#]), Value::Null);
        assert_eq!(after(&[r#"entrypoint ["run"]"#, r#"CMD ["new"]"#]), json!(["new"]));
        assert_eq!(after(&[r#"CMD ["new"]"#, r#"ENTRYPOINT ["run"]"#]), json!(["new"]));
    }

    #[test]
    fn what_is_no_instruction_is_refused() {
        for change in ["RUN true", "FROM x", "", "ENV", "ENV =x", "EXPOSE web", "LABEL a=\"b", "HEALTHCHECK sometimes"]
        {
            assert_eq!(apply(&mut json!({}), change).unwrap_err().problem.code, Code::ChangeInvalid, "{change}");
        }
    }
}
