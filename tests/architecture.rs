//! The rule between the modules, and that ARCHITECTURE.md speaks of what is there.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "architecture/circles.rs"]
mod circles;

use dockwalk::trace::Code;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Which modules of this crate a module may name.
const MAY_USE: &[(&str, &[&str])] = &[
    ("spec", &[]),
    ("trace", &["spec"]),
    ("tree", &["spec"]),
    ("reach", &["spec", "trace"]),
    ("packet", &["trace"]),
    ("docker", &["spec", "trace"]),
    ("survival", &["spec", "trace", "docker"]),
    ("spool", &["trace"]),
    ("i18n", &["spec", "trace", "tree"]),
    ("line", &["spec", "trace", "docker"]),
    ("lesson", &["spec", "trace", "reach", "i18n"]),
    ("client", &["spec", "trace", "tree", "reach", "packet", "docker", "i18n", "spool"]),
    ("cli", &["spec", "trace", "tree", "reach", "packet", "docker", "i18n", "line", "lesson", "client", "spool"]),
    (
        "ui",
        &[
            "spec", "trace", "tree", "reach", "packet", "survival", "docker", "i18n", "line", "lesson", "client",
            "spool",
        ],
    ),
    ("engine", &["spec", "trace", "tree", "reach", "packet", "docker", "i18n", "client", "spool"]),
];

/// Modules that do no I/O, read no clock and start no thread.
const PURE: &[&str] =
    &["spec", "trace", "tree", "reach", "packet", "survival", "docker", "line", "lesson", "ui/diagrams"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
    found
}

/// The code of a file without comments, and without its tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    text.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
}

/// Whether a file holds nothing but tests.
fn is_test(file: &Path) -> bool {
    let name = file.file_stem().unwrap().to_string_lossy();
    let below = file.strip_prefix(root()).unwrap_or(file);
    name.ends_with("tests") || below.components().any(|c| c.as_os_str() == "tests")
}

/// The modules that `crate::…` paths of this code name.
fn named(code: &str) -> BTreeSet<String> {
    let mut modules = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let names = match rest.strip_prefix('{') {
            // `use crate::{spec::Digest, trace::{A, B}}`: the names at depth one.
            Some(group) => top_level(group),
            None => vec![rest.to_owned()],
        };
        for name in names {
            let word: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            modules.insert(word);
        }
    }
    modules
}

fn top_level(group: &str) -> Vec<String> {
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => parts.push(String::new()),
            _ if depth == 0 => parts.last_mut().unwrap().push(c),
            _ => {}
        }
    }
    parts
}

#[test]
fn modules_name_only_what_the_rule_allows() {
    let modules: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let mut broken = Vec::new();
    for (module, allowed) in MAY_USE {
        for file in sources(&root().join("src").join(module)) {
            for other in named(&code(&file)) {
                let fine = other == *module || allowed.contains(&other.as_str()) || !modules.contains(other.as_str());
                if !fine {
                    broken.push(format!("{} names crate::{other}", file.strip_prefix(root()).unwrap().display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_pure_modules_touch_nothing() {
    let forbidden = [
        "std::fs",
        "std::process",
        "TcpStream",
        "UdpSocket",
        "UnixStream",
        "std::thread",
        "Instant::now",
        "SystemTime",
        "env::var",
        "tokio::",
        "File::",
    ];
    let mut broken = Vec::new();
    for module in PURE {
        for file in sources(&root().join("src").join(module)) {
            let (tests, code) = (is_test(&file), code(&file));
            for word in forbidden.iter().filter(|word| !tests && code.contains(**word)) {
                broken.push(format!("{} uses {word}", file.strip_prefix(root()).unwrap().display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// How code could branch on a problem by a text.
fn compares_codes(code: &str) -> Vec<&'static str> {
    let ways = [
        "problem.code ==",
        "problem.code !=",
        "remark.code ==",
        "remark.code !=",
        "code.name() ==",
        "code.name() !=",
        "code.name().",
        "code.name() {",
        "code.to_string()",
    ];
    ways.into_iter().filter(|way| code.contains(way)).collect()
}

/// Names of codes that are written out as texts.
fn codes_as_text(code: &str) -> Vec<&'static str> {
    // A header of Docker's has the same name, and words of its `--mount`.
    let same = [
        "(\"api-version\", CURRENT)",
        "\"bind-propagation\" =>",
        "\"volume-driver\" =>",
        "add(\"bind-propagation\",",
        "add(\"volume-driver\",",
    ];
    let code = same.iter().fold(code.to_owned(), |code, same| code.replace(same, ""));
    let names = Code::ALL.iter().map(Code::name).filter(|name| name.contains('-'));
    names.filter(|name| code.contains(&format!("\"{name}\""))).collect()
}

#[test]
fn code_that_branches_on_a_problem_does_so_by_variant() {
    let mut broken = Vec::new();
    let list = root().join("src/trace/code/list.rs");
    for file in sources(&root().join("src")).into_iter().filter(|file| *file != list && !is_test(file)) {
        let code = code(&file);
        let found = compares_codes(&code).into_iter().chain(codes_as_text(&code));
        broken.extend(found.map(|what| format!("{}: {what}", file.display())));
    }
    assert!(broken.is_empty(), "match on a variant of trace::Code:\n{}", broken.join("\n"));
    assert_eq!(compares_codes("if fault.problem.code == Code::X {"), ["problem.code =="]);
    assert_eq!(compares_codes("match problem.code.name() {"), ["code.name() {"]);
    assert_eq!(codes_as_text("is(\"image-not-found\")"), ["image-not-found"]);
}

#[test]
fn unsafe_code_stands_in_engine_sys_alone() {
    let allowed = root().join("src/engine/sys");
    for file in sources(&root().join("src")).into_iter().filter(|file| !file.starts_with(&allowed)) {
        let code = code(&file);
        let found = ["unsafe {", "unsafe fn", "unsafe impl"].iter().any(|word| code.contains(word));
        assert!(!found, "{} holds unsafe code", file.display());
    }
}

/// "Evidence is what was asked": whoever could write one by hand could write what was never asked.
#[test]
fn evidence_is_made_in_one_place() {
    let maker = root().join("src/engine/evidence");
    let tests = |file: &PathBuf| {
        file.to_string_lossy().ends_with("tests.rs") || file.components().any(|c| c.as_os_str() == "tests")
    };
    let mut broken = Vec::new();
    for file in sources(&root().join("src/engine")).into_iter().filter(|file| !file.starts_with(&maker) && !tests(file))
    {
        let made = code(&file).lines().filter(|line| makes_evidence(line)).count();
        if made > 0 {
            broken.push(format!("{} names Evidence:: {made} times", file.strip_prefix(root()).unwrap().display()));
        }
    }
    assert!(broken.is_empty(), "use a function of engine/evidence:\n{}", broken.join("\n"));
    assert!(makes_evidence("vec![Evidence::Syscall { call, result }]") && makes_evidence("use trace::Evidence as E;"));
    assert!(!makes_evidence("fn stat(path: &Path) -> Vec<Evidence> {"));
}

/// A variant, a constructor, or another name for the type.
fn makes_evidence(line: &str) -> bool {
    let line = line.replace("Evidence::is_long", "").replace("Evidence::inlined", "");
    ["Evidence::", "Evidence as ", "= Evidence;"].iter().any(|word| line.contains(word))
}

#[test]
fn architecture_md_names_every_module_and_no_other() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let mut folders: Vec<String> = MAY_USE.iter().map(|(module, _)| format!("src/{module}")).collect();
    for parent in ["src/engine", "src/ui"] {
        for entry in fs::read_dir(root().join(parent)).unwrap() {
            let entry = entry.unwrap();
            if entry.path().is_dir() && !sources(&entry.path()).is_empty() {
                folders.push(format!("{parent}/{}", entry.file_name().to_string_lossy()));
            }
        }
    }
    let missing: Vec<_> = folders.iter().filter(|folder| !text.contains(&format!("{folder}/"))).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md does not speak of {missing:?}");
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '`' | '(' | ')' | ',' | '|')) {
        let word = word.trim_end_matches(['.', ':', ';']);
        if word.starts_with("src/") || word.starts_with("tests/") || word.starts_with("benches/") {
            assert!(root().join(word).exists(), "ARCHITECTURE.md speaks of {word}, which is not there");
        }
    }
}

/// JSON made or read by names that are strings.
fn json_by_name(code: &str) -> Vec<&str> {
    let begins = |line: &str, mark: &str, before: fn(char) -> bool| {
        line.match_indices(mark).any(|(at, _)| {
            line[at + mark.len()..].starts_with(|c: char| c.is_ascii_uppercase()) && line[..at].ends_with(before)
        })
    };
    let named = |line: &&str| {
        begins(line, "[\"", |c| c.is_alphanumeric() || matches!(c, ')' | ']' | '_'))
            || begins(line, ".get(\"", |_| true)
    };
    code.lines().filter(|line| line.contains("json!(") || named(line)).collect()
}

#[test]
fn dockers_fields_have_their_names_in_docker_alone() {
    for module in ["engine/api", "client", "cli"] {
        for file in sources(&root().join("src").join(module)) {
            if !file.file_stem().unwrap().to_string_lossy().ends_with("tests") {
                let code = code(&file);
                let found = json_by_name(&code);
                assert!(
                    found.is_empty(),
                    "{} has JSON by name, which is a type's in src/docker: {found:?}",
                    file.display()
                );
            }
        }
    }
    assert_eq!(json_by_name("let x = 1;\nbody[\"Id\"].as_str()").len(), 1);
    assert_eq!(json_by_name("json!({})\nvalue.get(\"Id\")\nout::table(&[\"IMAGE ID\", x])").len(), 2);
}

/// Lines that write or read what stands behind the `?` of a request by texts.
fn query_by_text(code: &str) -> Vec<&str> {
    let split = |text: &str, more: &str| {
        let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !more.contains(c));
        end.filter(|end| *end > 0).map(|end| (text[..end].to_owned(), text[end..].to_owned()))
    };
    // `"/images/get?names={}"`, `"&tag="`, `"{path}?{query}"`
    let behind = |text: &str| split(text, "-_{}").is_some_and(|(_, rest)| rest.starts_with('='));
    // `"t={seconds}"`; the header that asks for a part of a file is written so, too.
    let alone = |text: &str| split(text, "-_").is_some_and(|(name, rest)| name != "bytes" && rest.starts_with("={"));
    let writes = |literal: &str| {
        let mut marks = literal.match_indices(['?', '&']).map(|(at, _)| &literal[at + 1..]);
        marks.any(behind) || alone(literal) || literal.contains("?{")
    };
    let reads = [".query()", "form_urlencoded", "percent_decode", "split_once('?')", "split('?')", "Code::BadNumber"];
    let found =
        |line: &&str| line.split('"').skip(1).step_by(2).any(writes) || reads.iter().any(|way| line.contains(way));
    code.lines().filter(found).collect()
}

#[test]
fn names_of_parameters_stand_in_the_types_of_queries_alone() {
    let src = root().join("src");
    // The one place in the engine that takes a query off a request, and gives it to its type. The command line's own option
    // `--tail` is refused in the words for a parameter.
    let allowed = |file: &Path, line: &str| {
        file == src.join("engine/api/query.rs") && line.contains("request.uri().query()")
            || file == src.join("cli/docker/lifecycle.rs") && line.contains("\"--tail\"")
    };
    let mut broken = Vec::new();
    for file in ["engine/api", "client", "cli", "ui"].iter().flat_map(|module| sources(&src.join(module))) {
        let code = if is_test(&file) { String::new() } else { code(&file) };
        let found = query_by_text(&code).into_iter().filter(|line| !allowed(&file, line));
        broken.extend(found.map(|line| format!("{}: {}", file.display(), line.trim())));
    }
    assert!(broken.is_empty(), "use a type of src/docker/query and with_query:\n{}", broken.join("\n"));
    for bad in [
        "format!(\"/images/{}?force={force}\", name)",
        "format!(\"/images/json?all={}&shared-size=1\", all)",
        "path.push_str(\"&tag=\");",
        "time.map(|seconds| format!(\"t={seconds}\"))",
        "format!(\"/containers/{id}/{action}?{query}\")",
        "let text = request.uri().query();",
        "form_urlencoded::parse(text)",
        "Fault::new(FaultKind::BadRequest, Code::BadNumber).with(\"name\", \"limit\")",
    ] {
        assert_eq!(query_by_text(bad).len(), 1, "{bad}");
    }
    for fine in
        ["format!(\"bytes={from}-{to}\")", "out::line(\"why? because\")", "push_str(\"&amp;\")", "let a = \"b\";"]
    {
        assert!(query_by_text(fine).is_empty(), "{fine}");
    }
}

/// What prints, in whatever way.
const PRINTS: &[&str] =
    &["println!", "print!", "dbg!", "io::stdout", "io::stderr", "stdout()", "stderr()", "console::Term", "indicatif"];
/// Who gives a terminal or a file bytes as they are: a container's own, and files.
const RAW: &[&str] = &["terminal.rs", "image/cat.rs", "docker/archive.rs", "docker/copy.rs", "cli/walk.rs"];

fn prints(code: &str) -> Vec<&'static str> {
    // Clap's question where it would print is none.
    let code = code.replace("use_stderr()", "");
    PRINTS.iter().copied().filter(|word| code.contains(word)).collect()
}

#[test]
fn text_is_printed_in_one_place() {
    let (src, out) = (root().join("src"), root().join("src/cli/out"));
    // Prints the path of a file that it was given, in no release.
    let fuzzing = src.join("engine/fuzzing");
    let mut broken = Vec::new();
    for file in sources(&src).into_iter().filter(|file| !file.starts_with(&out) && !file.starts_with(&fuzzing)) {
        let code = code(&file);
        broken.extend(prints(&code).iter().map(|word| format!("{}: {word}", file.display())));
        let is_raw = code.contains("Raw::of_") || code.contains("Own::of_");
        let may = RAW.iter().any(|name| file.starts_with(src.join("cli")) && file.ends_with(name));
        if is_raw && !may {
            broken.push(format!("{}: Raw", file.display()));
        }
    }
    assert!(broken.is_empty(), "print with cli::out, which makes a stranger's text visible:\n{}", broken.join("\n"));
    assert_eq!(prints("eprintln!(\"{}\", name);"), ["println!"]);
    assert_eq!(prints("write!(std::io::stdout().lock(), \"\")"), ["io::stdout", "stdout()"]);
    assert!(!sources(&out).iter().all(|file| prints(&code(file)).is_empty()), "the one place moved");
}

/// What is written once, and the signs of a second copy: what it is, its signs, and what serves instead.
const WRITTEN_ONCE: &[(&str, &[&str], &str)] = &[
    ("a calendar", &["86_400", "86400", "146_097", "146097", "719_468", "days_from", "civil("], "jiff"),
    ("randomness", &["/dev/urandom", "/dev/random"], "engine::random"),
    ("percent-encoding", &["%{b:02X}", "%{byte:02X}", "%{:02X}"], "spec::url"),
    ("locks that poison", &["PoisonError", "sync::Mutex", "sync::RwLock", "sync::Condvar"], "parking_lot"),
];

/// What of that a piece of code writes once more.
fn written_again(code: &str) -> Vec<String> {
    // `use std::sync::{Arc, Mutex}` says the same as `use std::sync::Mutex`.
    let groups = code.split("std::sync::{").skip(1).flat_map(top_level);
    let code = groups.fold(code.to_owned(), |code, name| format!("{code} std::sync::{}", name.trim()));
    let signs =
        WRITTEN_ONCE.iter().flat_map(|(what, signs, instead)| signs.iter().map(move |sign| (what, sign, instead)));
    let found = signs.filter(|(_, sign, _)| code.contains(**sign));
    found.map(|(what, sign, instead)| format!("{what} ({sign}): use {instead}")).collect()
}

#[test]
fn what_a_library_knows_is_not_written_again() {
    let mut broken = Vec::new();
    for file in sources(&root().join("src")).into_iter().filter(|file| !is_test(file)) {
        let again = written_again(&code(&file));
        broken.extend(again.iter().map(|again| format!("{}: {again}", file.display())));
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
    for bad in [
        "let days = seconds / 86_400;",
        "fn civil(days: i64) -> (i64, i64, i64) {",
        "File::open(\"/dev/urandom\")",
        "format!(\"%{b:02X}\")",
        "use std::sync::{Arc, Mutex, Weak};",
        "lock().unwrap_or_else(PoisonError::into_inner)",
    ] {
        assert_eq!(written_again(bad).len(), 1, "{bad}");
    }
    assert!(written_again("use parking_lot::Mutex; use std::sync::{Arc, Weak};").is_empty());
}

#[test]
fn the_rule_itself_can_fail() {
    assert_eq!(named("use crate::engine::Cx;"), BTreeSet::from(["engine".to_owned()]));
    let group = named("use crate::{spec::Digest, trace::{World, Change}, ui};");
    assert_eq!(group, ["spec", "trace", "ui"].map(str::to_owned).into());
}
