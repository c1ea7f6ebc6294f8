//! A variable's name alone: with the client's value where it has one, else it takes the image's away.

use crate::side::{IMAGE, Side, text};

const NAME: &str = "DOCKWALK_REPORTED";

pub fn area(side: &Side<'_>) {
    side.image("lab/env:1", &format!("ENV {NAME}=image"));
    let show = format!("echo ${{{NAME}-none}}");
    let run = |flags: &[&str], value: Option<&str>| {
        let mut command = side.args(&[&["run", "--rm"], flags, &["lab/env:1", "sh", "-c", &show]].concat());
        match value {
            Some(value) => command.env(NAME, value),
            None => command.env_remove(NAME),
        };
        crate::engine::good(command)
    };
    assert_eq!(run(&[], None), "image");
    assert_eq!(run(&["-e", NAME], None), "none");
    assert_eq!(run(&["-e", NAME], Some("client")), "client");
    assert_eq!(run(&["-e", &format!("{NAME}=")], None), "");
    assert_eq!(run(&["-e", &format!("{NAME}=flag")], Some("client")), "flag");
    // A file leaves out what has no value.
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{NAME}\nB=2\n")).unwrap();
    std::fs::set_permissions(file.path(), std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    let path = file.path().display().to_string();
    assert_eq!(run(&["--env-file", &path], None), "image");
    assert_eq!(run(&["--env-file", &path], Some("client")), "client");

    crate::engine::good(side.args(&["run", "-d", "--name", "box", "-e", "A=1", "lab/env:1", "sleep", "600"]));
    let exec = |flag: &str| {
        let mut command = side.args(&["exec", "-e", flag, "box", "sh", "-c", &show]);
        command.env_remove(NAME);
        crate::engine::good(command)
    };
    assert_eq!(exec("C=3"), "image");
    assert_eq!(exec(NAME), "none");
    assert_eq!(exec(&format!("{NAME}=exec")), "exec");

    // Through the API, as Docker keeps it: the name stays in the config, what it names is not in the environment.
    let body = format!(r#"{{"Image":"lab/env:1","Cmd":["env"],"Env":["Foo","{NAME}","HOSTNAME","B=2"]}}"#);
    let (status, _) = side.post("/containers/create?name=api", &body);
    assert_eq!(status, 201);
    let shown = side.get("/containers/api/json")["Config"]["Env"].clone();
    let shown: Vec<String> = serde_json::from_value(shown).unwrap();
    assert_eq!(shown[..4], ["Foo", NAME, "HOSTNAME", "B=2"]);
    assert!(shown[4..].iter().any(|entry| entry.starts_with("PATH=")), "{shown:?}");
    let said = side.good("start -a api");
    let names: Vec<_> = said.lines().filter_map(|line| line.split('=').next()).collect();
    assert!(names.contains(&"PATH") && names.contains(&"B") && names.contains(&"HOME"), "{said}");
    assert!(!names.contains(&"Foo") && !names.contains(&NAME) && !names.contains(&"HOSTNAME"), "{said}");
    looked_in(side);
    side.fails("create -e =x lab/shell:1", 125);
    side.fails("exec -e =x box true", 125);
}

/// Where there is no `PATH` nothing is looked for, be it for the main process or beside it.
fn looked_in(side: &Side<'_>) {
    for (asked, kept, status) in [
        (r#"["PATH"]"#, vec!["PATH"], 127),
        (r#"["PATH="]"#, vec!["PATH="], 127),
        (r#"["PATH=/nowhere"]"#, vec!["PATH=/nowhere"], 127),
        (r#"["PATH=/bin","PATH"]"#, vec!["PATH=/bin", "PATH"], 127),
        (r#"["PATH","PATH=/bin"]"#, vec!["PATH", "PATH=/bin"], 0),
        (r#"["A","PATH=/bin"]"#, vec!["A", "PATH=/bin"], 0),
    ] {
        let body = format!(r#"{{"Image":"{IMAGE}","Cmd":["env"],"Env":{asked}}}"#);
        assert_eq!(side.post("/containers/create?name=looked", &body).0, 201, "{asked}");
        let shown: Vec<String> =
            serde_json::from_value(side.get("/containers/looked/json")["Config"]["Env"].clone()).unwrap();
        // The image's others follow.
        assert_eq!(shown[..kept.len()], kept, "{asked}");
        assert!(!shown[kept.len()..].iter().any(|entry| entry.starts_with("PATH")), "{shown:?}");
        let said = side.output(&["start", "-a", "looked"]);
        let shown = side.get("/containers/looked/json")["State"]["ExitCode"].clone();
        assert_eq!(shown, status, "{asked}: {}{}", text(&said.stdout), text(&said.stderr));
        assert_eq!(said.stdout.is_empty(), status != 0, "{asked}");
        side.good("rm looked");
    }
    // By its path a program is found all the same; and a command beside it has the container's environment.
    let bare = |flags: &[&str], program: &str| {
        let mut command = side.args(&[&["run", "--rm"], flags, &[IMAGE, program]].concat());
        command.env_remove(NAME);
        crate::engine::output(command)
    };
    assert!(!text(&bare(&["-e", &format!("PATH={NAME}")], "/bin/env").stdout).contains("PATH=/bin"));
    assert_eq!(bare(&["-e", "PATH="], "env").status.code(), Some(127));
    let run = ["run", "-d", "--name", "within", "-e", "PATH=/nowhere", IMAGE, "/bin/sleep", "600"];
    crate::engine::good(side.args(&run));
    let exec = |args: &[&str]| side.output(&[&["exec"], args].concat()).status.code();
    assert_eq!(exec(&["within", "/bin/env"]), Some(0));
    assert_ne!(exec(&["within", "env"]), Some(0));
    assert_eq!(exec(&["-e", "PATH=/bin", "within", "env"]), Some(0));
    assert_ne!(exec(&["-e", "PATH=", "within", "env"]), Some(0));
}
