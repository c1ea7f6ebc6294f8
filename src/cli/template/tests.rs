use super::*;
use serde_json::json;

fn render(text: &str) -> Result<String, String> {
    let value = json!({
        "Id": "sha256:abc", "Name": "/box", "N": 3, "Zero": 0, "On": true, "Off": false, "None": null,
        "State": {"Status": "running", "Pid": 7},
        "Config": {"Env": ["A=1", "B=2"], "Labels": {"com.x": "y", "b": "c"}, "Cmd": null},
        "Ports": {"80/tcp": [{"HostPort": "8080"}], "53/udp": null},
        "Mounts": [{"Source": "/a"}, {"Source": "/b"}],
    });
    let template = Template::parse(text).map_err(|error| error.problem.args["reason"].clone())?;
    template.render(&Json::from(&value)).map_err(|error| error.problem.args["reason"].clone())
}

#[test]
fn templates_say_what_go_makes_of_them() {
    for (text, said) in [
        ("plain", "plain"),
        ("{{.Name}}", "/box"),
        ("{{ .State.Status }}:{{.State.Pid}}", "running:7"),
        ("{{.ID}}", "sha256:abc"),
        ("{{json .State.Status}} {{json .Config.Env}}", r#""running" ["A=1","B=2"]"#),
        ("{{.Config.Env}} {{.Config.Labels}}", "[A=1 B=2] map[b:c com.x:y]"),
        ("{{.None}} {{.On}}", "<nil> true"),
        ("{{.Config.Labels.nosuch}}", "<no value>"),
        (r#"{{index .Config.Labels "com.x"}}|{{index .Config.Labels "no"}}|"#, "y||"),
        (r#"{{(index (index .Ports "80/tcp") 0).HostPort}}"#, "8080"),
        (r#"{{range .Mounts}}{{.Source}} {{end}}"#, "/a /b "),
        (r#"{{range $i, $m := .Mounts}}{{if $i}}, {{end}}{{$i}}={{$m.Source}}{{end}}"#, "0=/a, 1=/b"),
        (
            r#"{{range $p, $conf := .Ports}}{{$p}} -> {{$conf}} {{end}}"#,
            "53/udp -> <nil> 80/tcp -> [map[HostPort:8080]] ",
        ),
        (r#"{{range $p, $c := .Ports}}{{if $c}}{{(index $c 0).HostPort}}{{end}}{{end}}"#, "8080"),
        (r#"{{range .Config.Cmd}}x{{else}}none{{end}}"#, "none"),
        (r#"{{with .State}}{{.Pid}}{{end}}{{with .None}}x{{else}}-{{end}}"#, "7-"),
        (r#"{{if eq .State.Status "running"}}up{{else if .Off}}?{{else}}down{{end}}"#, "up"),
        (r#"{{if and .On (not .Off) (gt .N 2)}}yes{{end}}"#, "yes"),
        (r#"{{if or .Off .Zero .None}}yes{{else}}no{{end}}"#, "no"),
        (
            r#"{{join .Config.Env ","}} {{upper .State.Status}} {{title "ab cd"}} {{lower "AB"}}"#,
            "A=1,B=2 RUNNING Ab Cd ab",
        ),
        (r#"{{index (split .Name "/") 1}} {{len .Mounts}} {{len .Name}}"#, "box 2 4"),
        (r#"{{.Name | printf "%s-%d-%5s-%-3d|" "x" 4}}"#, "x-4- /box-%!d(MISSING)|"),
        (r#"{{println .Name .N}}{{print "a" 1 2 "b"}}"#, "/box 3\na1 2b"),
        (r#"{{slice .Name 1}} {{slice .Name 0 2}} {{truncate .Name 2}} {{pad .Name 1 1}}|"#, "box /b /b  /box |"),
        ("a {{- /* said */ -}} b\n{{- 3 -}}\n c", "ab3c"),
        (r#"{{$x := .N}}{{$x}}{{$x = 4}}{{$x}} {{$.Name}}"#, "34 /box"),
        (r#"{{"}}"}}{{`a"b`}}{{"\t\""}}"#, "}}a\"b\t\""),
        (r#"{{with $s := .State}}{{$s.Pid}}{{end}}"#, "7"),
        (r#"{{.Config.Labels "com.x"}}"#, "y"),
    ] {
        assert_eq!(render(text).as_deref(), Ok(said), "{text}");
    }
}

#[test]
fn what_a_stranger_called_something_makes_no_lines() {
    let value = json!({"Name": "a\nFAKE b", "Labels": {"x": "1\r\n2\u{1b}[31m"}, "All": ["a\nb"]});
    let render = |text: &str| Template::parse(text).unwrap().render(&Json::from(&value)).unwrap();
    for text in [
        "{{.Name}}",
        "{{$x := .Name}}{{$x}}",
        "{{upper .Name}}",
        "{{.Labels.x}}",
        "{{.Labels}}",
        "{{range .All}}{{.}}{{end}}",
        "{{json .Name}}",
    ] {
        let said = render(text);
        assert!(!said.contains(['\n', '\r', '\u{1b}']), "{text}: {said:?}");
    }
    assert_eq!(render("{{println 1}}a"), "1\na", "those of the template are meant");
}

#[test]
fn what_cannot_be_read_or_done_is_said() {
    for (text, reason) in [
        ("{{.Nosuch}}", "map has no entry for key \"Nosuch\""),
        ("{{.Name.First}}", "can't evaluate field First in .Name"),
        ("{{.None.X}}", "nil pointer evaluating .X"),
        ("{{nosuch .Name}}", "function \"nosuch\" not defined"),
        ("{{.Name", "unclosed action"),
        ("{{if .On}}x", "{{end}} is missing"),
        ("{{end}}", "unexpected {{end}}"),
        ("{{(.Name}}", "unclosed left paren"),
        ("{{.Name | }}", "missing value"),
        ("{{}}", "missing value"),
        ("{{\"a}}", "unclosed action"),
        ("{{$x}}", "undefined variable: $x"),
        ("{{range .Name}}{{end}}", "range can't iterate over /box"),
        ("{{template \"x\"}}", "{{template}} is not part"),
        ("{{lt .Name .N}}", "incompatible types"),
        ("{{.Name 1}}", "can't give argument to non-function .Name"),
        ("{{..}}", "unexpected ."),
    ] {
        let said = render(text).unwrap_err();
        assert!(said.contains(reason), "{text}: {said}");
    }
    let deep = "{{if .On}}".repeat(10_000);
    assert!(render(&deep).unwrap_err().contains("too many"));
    let brackets = format!("{{{{{}.N", "(".repeat(10_000));
    assert!(render(&(brackets + "}}")).unwrap_err().contains("too many"));
}
