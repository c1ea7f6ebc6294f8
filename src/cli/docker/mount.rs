//! The grammar of `--mount`: `type=volume,source=data,target=/data,readonly` (docker/cli `opts/mount.go`).

use crate::client::{ClientError, units};
use crate::docker::MountRequest;

/// One `--mount` as the API takes it.
pub(super) fn parse(text: &str) -> Result<MountRequest, ClientError> {
    let mut mount = MountRequest { kind: "volume".to_owned(), ..MountRequest::default() };
    for field in text.split(',') {
        // `--mount type=bind, source=…`: the shell has cut it in two, and the rest would be taken for the image.
        if field != field.trim() || field.is_empty() {
            return Err(ClientError::new("mount-space").with("mount", text));
        }
        let (name, value) = field.split_once('=').map_or((field, None), |(name, value)| (name, Some(value)));
        set(&mut mount, &name.to_ascii_lowercase(), value)
            .map_err(|code| ClientError::new(code).with("mount", text).with("field", field))?;
    }
    if mount.target.is_empty() {
        return Err(ClientError::new("mount-without-target").with("mount", text));
    }
    Ok(mount)
}

fn set(mount: &mut MountRequest, name: &str, value: Option<&str>) -> Result<(), &'static str> {
    let given = || value.filter(|value| !value.is_empty()).ok_or("mount-field");
    match name {
        "type" => mount.kind = given()?.to_ascii_lowercase(),
        "source" | "src" => mount.source = absolute(given()?),
        "target" | "dst" | "destination" => given()?.clone_into(&mut mount.target),
        "readonly" | "ro" => mount.read_only = flag(value)?,
        "volume-nocopy" => mount.volume_options.get_or_insert_default().no_copy = flag(value)?,
        "bind-create-src" => mount.bind_options.get_or_insert_default().create_mountpoint = flag(value)?,
        "tmpfs-size" => {
            let size = units::bytes(given()?).ok_or("mount-field")?;
            mount.tmpfs_options.get_or_insert_default().size_bytes = size;
        }
        "tmpfs-mode" => {
            let mode = u32::from_str_radix(given()?, 8).map_err(|_not_octal| "mount-field")?;
            mount.tmpfs_options.get_or_insert_default().mode = mode;
        }
        _ => return Err("mount-field"),
    }
    Ok(())
}

fn absolute(source: &str) -> String {
    if !source.starts_with('.') {
        return source.to_owned();
    }
    let path = std::path::absolute(source).unwrap_or_else(|_no_directory| source.into());
    path.components().collect::<std::path::PathBuf>().display().to_string()
}

fn flag(value: Option<&str>) -> Result<bool, &'static str> {
    match value {
        None | Some("true" | "1") => Ok(true),
        Some("false" | "0") => Ok(false),
        Some(_) => Err("mount-field"),
    }
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
    }

    #[test]
    fn a_space_after_a_comma_is_explained() {
        for (bad, code) in [
            ("type=bind,", "mount-space"),
            ("type=bind, source=/a,target=/b", "mount-space"),
            ("type=bind,source=/a", "mount-without-target"),
            ("target=/b,nope=1", "mount-field"),
            ("target=/b,readonly=maybe", "mount-field"),
        ] {
            assert_eq!(parse(bad).unwrap_err().problem.code, code, "{bad}");
        }
    }
}
