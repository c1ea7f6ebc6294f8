//! The grammar of `--mount`: `type=volume,source=data,target=/data,readonly` (docker/cli `opts/mount.go`).

use crate::client::{ClientError, units};
use crate::docker::{BindOptions, DriverConfig, MountRequest, bool_of};
use crate::trace::Code;

/// One `--mount` as the API takes it.
pub(super) fn parse(text: &str) -> Result<MountRequest, ClientError> {
    let mut mount = MountRequest { kind: "volume".to_owned(), ..MountRequest::default() };
    let mut names = Vec::new();
    for field in fields(text).ok_or_else(|| ClientError::new(Code::MountQuotes).with("mount", text))? {
        // `--mount type=bind, source=…`: the shell has cut it in two, and the rest would be taken for the image.
        if field != field.trim() || field.is_empty() {
            return Err(ClientError::new(Code::MountSpace).with("mount", text));
        }
        let (name, value) = field.split_once('=').map_or((field.as_str(), None), |(name, value)| (name, Some(value)));
        let name = name.to_ascii_lowercase();
        set(&mut mount, &name, value)
            .map_err(|code| ClientError::new(code).with("mount", text).with("field", &field))?;
        names.push(name);
    }
    let foreign = |name: &&String| {
        let of = |kind| name.starts_with(&format!("{kind}-")) && mount.kind != kind;
        ["bind", "volume", "tmpfs"].into_iter().any(of)
    };
    if let Some(field) = names.iter().find(foreign) {
        return Err(ClientError::new(Code::MountForeignField).with("kind", &mount.kind).with("field", field));
    }
    if mount.target.is_empty() {
        return Err(ClientError::new(Code::MountWithoutTarget).with("mount", text));
    }
    Ok(mount)
}

/// Commas separate but within quotes: `"volume-opt=o=size=1m,uid=7"`. A field is quoted as a whole or not at all (RFC 4180, as Go's
/// `encoding/csv` reads it); none where it is not so.
fn fields(text: &str) -> Option<Vec<String>> {
    let (mut all, mut rest) = (Vec::new(), text);
    loop {
        let (field, behind) = match rest.strip_prefix('"') {
            Some(quoted) => whole(quoted)?,
            None => {
                let (field, behind) = rest.split_at(rest.find(',').unwrap_or(rest.len()));
                (Some(field).filter(|field| !field.contains('"'))?.to_owned(), behind)
            }
        };
        all.push(field);
        if behind.is_empty() {
            return Some(all);
        }
        rest = behind.strip_prefix(',')?;
    }
}

/// What stands before the quote that closes, in which two quotes are one; and what is behind that.
fn whole(mut text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    loop {
        let (part, behind) = text.split_once('"')?;
        field.push_str(part);
        match behind.strip_prefix('"') {
            Some(more) => {
                field.push('"');
                text = more;
            }
            None => return Some((field, behind)),
        }
    }
}

fn set(mount: &mut MountRequest, name: &str, value: Option<&str>) -> Result<(), Code> {
    let given = || value.filter(|value| !value.is_empty()).ok_or(Code::MountField);
    let pair = |text: &str| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (name.to_owned(), value.to_owned())
    };
    match name {
        "type" => mount.kind = given()?.to_ascii_lowercase(),
        "source" | "src" => mount.source = absolute(given()?),
        "target" | "dst" | "destination" => given()?.clone_into(&mut mount.target),
        "readonly" | "ro" => mount.read_only = flag(value)?,
        "consistency" => drop(mount.rest.insert("Consistency".to_owned(), given()?.to_ascii_lowercase().into())),
        "volume-nocopy" => mount.volume_options.get_or_insert_default().no_copy = flag(value)?,
        "volume-label" => mount.volume_options.get_or_insert_default().labels.extend([pair(given()?)]),
        "volume-driver" => given()?.clone_into(&mut driver(mount).name),
        "volume-opt" => driver(mount).options.extend([pair(given()?)]),
        "volume-subpath" => {
            let options = mount.volume_options.get_or_insert_default();
            options.rest.insert("Subpath".to_owned(), given()?.into());
        }
        "bind-propagation" => mount.bind_options.get_or_insert_default().propagation = given()?.to_ascii_lowercase(),
        "bind-nonrecursive" => mount.bind_options.get_or_insert_default().non_recursive = flag(value)?,
        "bind-recursive" => recursive(mount.bind_options.get_or_insert_default(), given()?)?,
        "bind-create-src" => mount.bind_options.get_or_insert_default().create_mountpoint = flag(value)?,
        "tmpfs-size" => {
            let size = units::bytes(given()?).ok_or(Code::MountField)?;
            mount.tmpfs_options.get_or_insert_default().size_bytes = size;
        }
        "tmpfs-mode" => {
            let mode = u32::from_str_radix(given()?, 8).map_err(|_not_octal| Code::MountField)?;
            mount.tmpfs_options.get_or_insert_default().mode = mode;
        }
        _ => return Err(Code::MountField),
    }
    Ok(())
}

fn driver(mount: &mut MountRequest) -> &mut DriverConfig {
    mount.volume_options.get_or_insert_default().driver_config.get_or_insert_default()
}

/// What is not built is sent by its name in Docker's API, so that the engine refuses it by that.
fn recursive(options: &mut BindOptions, value: &str) -> Result<(), Code> {
    let unbuilt = match value {
        "enabled" => return Ok(()),
        "disabled" => {
            options.non_recursive = true;
            return Ok(());
        }
        "writable" => "ReadOnlyNonRecursive",
        "readonly" => "ReadOnlyForceRecursive",
        _ => return Err(Code::MountField),
    };
    options.rest.insert(unbuilt.to_owned(), true.into());
    Ok(())
}

fn absolute(source: &str) -> String {
    if !source.starts_with('.') {
        return source.to_owned();
    }
    let path = std::path::absolute(source).unwrap_or_else(|_no_directory| source.into());
    path.components().collect::<std::path::PathBuf>().display().to_string()
}

fn flag(value: Option<&str>) -> Result<bool, Code> {
    value.map_or(Ok(true), |value| bool_of(value).ok_or(Code::MountField))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(text: &str, expected: Value) {
        assert_eq!(serde_json::to_value(parse(text).unwrap()).unwrap(), expected, "{text}");
    }

    #[test]
    fn mounts_are_read_as_docker_reads_them() {
        check("source=data,target=/d", json!({"Type": "volume", "Source": "data", "Target": "/d"}));
        check("type=bind,src=/a,dst=/d,ro", json!({"Type": "bind", "Source": "/a", "Target": "/d", "ReadOnly": true}));
        let options = json!({"SizeBytes": 1 << 20, "Mode": 0o1777});
        check(
            "type=tmpfs,destination=/t,tmpfs-size=1m,tmpfs-mode=1777",
            json!({"Type": "tmpfs", "Target": "/t", "TmpfsOptions": options}),
        );
        let config = json!({"Name": "local", "Options": {"o": "size=1m,uid=7", "type": "tmpfs", "device": "a\"b"}});
        check(
            "src=data,dst=/d,volume-driver=local,\"volume-opt=o=size=1m,uid=7\",volume-opt=type=tmpfs,\"volume-opt=device=a\"\"b\",volume-label=a=b,volume-label=c",
            json!({"Type": "volume", "Source": "data", "Target": "/d",
                "VolumeOptions": {"Labels": {"a": "b", "c": ""}, "DriverConfig": config}}),
        );
        check(
            "type=bind,src=/a,dst=/d,bind-propagation=rslave,bind-recursive=disabled,consistency=cached",
            json!({"Type": "bind", "Source": "/a", "Target": "/d", "Consistency": "cached",
                "BindOptions": {"Propagation": "rslave", "NonRecursive": true}}),
        );
        let unbuilt = json!({"ReadOnlyForceRecursive": true});
        check(
            "type=bind,src=/a,dst=/d,bind-recursive=readonly,readonly=T",
            json!({"Type": "bind", "Source": "/a", "Target": "/d", "ReadOnly": true, "BindOptions": unbuilt}),
        );
    }

    #[test]
    fn a_space_after_a_comma_is_explained() {
        for (bad, code) in [
            ("type=bind,", Code::MountSpace),
            ("\"target=/b", Code::MountQuotes),
            ("\"target=/b\"x", Code::MountQuotes),
            ("target=/\"b\"", Code::MountQuotes),
            ("type=bind, source=/a,target=/b", Code::MountSpace),
            ("type=bind,source=/a", Code::MountWithoutTarget),
            ("target=/b,nope=1", Code::MountField),
            ("target=/b,readonly=maybe", Code::MountField),
            ("target=/b,readonly=", Code::MountField),
            ("type=bind,src=/a,target=/b,bind-recursive=no", Code::MountField),
            ("type=tmpfs,target=/b,tmpfs-size=-1", Code::MountField),
            ("type=bind,src=/a,target=/b,volume-nocopy", Code::MountForeignField),
            ("target=/b,tmpfs-size=1m", Code::MountForeignField),
            ("target=/b,bind-propagation=shared", Code::MountForeignField),
        ] {
            assert_eq!(parse(bad).unwrap_err().problem.code, code, "{bad}");
        }
    }
}
