//! What `ps` shows of a command: entry point and arguments, and which of them have spaces.

use crate::engine::good;
use crate::side::{IMAGE, Side};

pub fn area(side: &Side<'_>) {
    side.image("lab/entry:1", r#"ENTRYPOINT ["echo", "a b"]"#);
    side.image("lab/shells:1", "CMD echo said");
    let shown = |name: &str, args: &[&str]| {
        good(side.args(&[&["create", "--name", name], args].concat()));
        let all = side.good(&format!("ps -a --no-trunc -f name={name}"));
        let line = all.lines().nth(1).unwrap();
        let (from, to) = (line.find('"').unwrap(), line.rfind('"').unwrap());
        line[from..=to].to_owned()
    };
    assert_eq!(shown("one", &["lab/entry:1", "c"]), r#""echo 'a b' c""#);
    assert_eq!(shown("two", &["lab/entry:1"]), r#""echo 'a b'""#);
    assert_eq!(shown("three", &["--entrypoint", "ls", "lab/entry:1", "-l", "/x y"]), r#""ls -l '/x y'""#);
    assert_eq!(shown("four", &[IMAGE, "sh", "-c", "echo hi"]), r#""sh -c 'echo hi'""#);
    assert_eq!(shown("five", &["lab/shells:1"]), r#""/bin/sh -c 'echo said'""#);
    assert_eq!(shown("six", &[IMAGE, "my program", "b"]), r#""my program b""#);
    let cut = side.good("ps -a -f name=three");
    assert!(cut.contains("\"ls -l '/x y'\""), "{cut}");
}
