//! No circles between modules of one level.
//!
//! The children of a module are the files and folders beside each other in its folder. A child imports a sibling when
//! anything in it (its file, or any file below its folder) names anything of the sibling: by `use` or by a path in the
//! code, by `super::`, `crate::`, `self::` or a name that was imported. What a module hands on (`pub use`, or a plain `use`
//! that children take by `super::Name` or `super::*`) counts as named where it is defined: handing on hides no arrow.
//!
//! What the parent itself defines (in its `mod.rs`, or in `lib.rs`) is no sibling, so children may use it: a folder's own
//! file is the frame that they stand in. A method that is called on a value is no name of a module: `impl Pull` may be spread
//! over several files, each of which imports `Pull`. Tests are not looked at.

use super::{is_test, root, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// `["engine", "net"]`
type Path = Vec<String>;

/// What one file says, without its tests.
#[derive(Default)]
struct Module {
    tokens: Vec<String>,
    /// Names that it imports, and what they stand for.
    imports: BTreeMap<String, Path>,
    /// Modules of which it imports all.
    globs: Vec<Path>,
    /// Names of its own.
    defines: BTreeSet<String>,
}

/// The modules of a crate.
struct Tree(BTreeMap<Path, Module>);

/// Words, `::`, and all else one by one; without comments and with empty literals.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut i) = (Vec::new(), 0);
    let starts = |i: usize, what: &str| what.chars().enumerate().all(|(n, c)| chars.get(i + n) == Some(&c));
    while i < chars.len() {
        let c = chars[i];
        if starts(i, "//") {
            while i < chars.len() && chars[i] != '\n' {
                i += 1;
            }
        } else if starts(i, "r\"") || starts(i, "r#") || starts(i, "br\"") || starts(i, "br#") {
            i += 1 + usize::from(c == 'b');
            let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
            let end = format!("\"{}", "#".repeat(hashes));
            i += hashes + 1;
            while i < chars.len() && !starts(i, &end) {
                i += 1;
            }
            i += end.len();
        } else if c == '"' {
            i += 1;
            while i < chars.len() && chars[i] != '"' {
                i += 1 + usize::from(chars[i] == '\\');
            }
            i += 1;
            found.push("\"\"".to_owned());
        } else if c == '\'' {
            // A character, or a lifetime.
            let escaped = chars.get(i + 1) == Some(&'\\');
            i += 1 + usize::from(escaped);
            if escaped || chars.get(i + 1) == Some(&'\'') {
                i += 1;
                while i < chars.len() && chars[i] != '\'' {
                    i += 1;
                }
                i += 1;
            }
        } else if c.is_alphanumeric() || c == '_' {
            let word: String = chars[i..].iter().take_while(|c| c.is_alphanumeric() || **c == '_').collect();
            i += word.chars().count();
            found.push(word);
        } else if starts(i, "::") {
            found.push("::".to_owned());
            i += 2;
        } else {
            if !c.is_whitespace() {
                found.push(c.to_string());
            }
            i += 1;
        }
    }
    found
}

/// Where the bracket that opens at `at` is closed.
fn closed(tokens: &[String], at: usize) -> usize {
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(at) {
        match token.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return i;
        }
    }
    tokens.len()
}

/// Takes out what is for tests alone, and names the modules in other files that are.
fn without_tests(tokens: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut kept, mut modules, mut i) = (Vec::new(), Vec::new(), 0);
    while i < tokens.len() {
        let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
        if !tokens[i..].iter().map(String::as_str).take(attribute.len()).eq(attribute) {
            kept.push(tokens[i].clone());
            i += 1;
            continue;
        }
        while tokens.get(i).is_some_and(|token| token == "#") {
            i = closed(&tokens, i + 1) + 1;
        }
        let end = (i..tokens.len()).find(|at| matches!(tokens[*at].as_str(), "{" | ";")).unwrap_or(tokens.len() - 1);
        let word = tokens[i..end].iter().position(|token| token == "mod");
        if let Some(name) = word.and_then(|at| tokens.get(i + at + 1)).filter(|_| tokens[end] == ";") {
            modules.push(name.clone());
        }
        i = if tokens[end] == "{" { closed(&tokens, end) + 1 } else { end + 1 };
    }
    (kept, modules)
}

/// The paths of a `use`, each with the name that it has here; `*` for all.
fn expand(tokens: &[String], prefix: &[String], found: &mut Vec<(Path, String)>) {
    let (mut path, mut name, mut i) = (prefix.to_vec(), None, 0);
    let mut end = |path: &mut Path, name: &mut Option<String>| {
        if path.len() > prefix.len() || name.is_some() {
            let last = name.take().or_else(|| path.last().cloned()).unwrap_or_default();
            found.push((std::mem::replace(path, prefix.to_vec()), last));
        }
    };
    let mut groups = Vec::new();
    while i < tokens.len() {
        match tokens[i].as_str() {
            "::" => {}
            "," => end(&mut path, &mut name),
            "as" => {
                name = tokens.get(i + 1).cloned();
                i += 1;
            }
            "{" => {
                let close = closed(tokens, i);
                groups.push((i + 1..close, std::mem::replace(&mut path, prefix.to_vec())));
                i = close;
            }
            word => path.push(word.to_owned()),
        }
        i += 1;
    }
    end(&mut path, &mut name);
    for (inside, prefix) in groups {
        expand(&tokens[inside], &prefix, found);
    }
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

impl Tree {
    /// Of the text of each module.
    fn of(files: BTreeMap<Path, String>) -> Self {
        let (mut modules, mut tests) = (BTreeMap::new(), BTreeSet::new());
        for (path, text) in &files {
            let (tokens, of_tests) = without_tests(tokens(text));
            tests.extend(of_tests.into_iter().map(|name| [path.clone(), vec![name]].concat()));
            modules.insert(path.clone(), Module { tokens, ..Module::default() });
        }
        modules.retain(|path: &Path, _| !(1..=path.len()).any(|n| tests.contains(&path[..n])));
        let mut tree = Self(modules);
        let read: Vec<(Path, Module)> = tree.0.keys().map(|path| (path.clone(), tree.read(path))).collect();
        tree.0 = read.into_iter().collect();
        tree
    }

    /// What a module imports and defines.
    fn read(&self, path: &Path) -> Module {
        let mut module = Module::default();
        let tokens = &self.0[path].tokens;
        let (mut i, mut depth) = (0, 0_i32);
        while i < tokens.len() {
            let next = tokens.get(i + 1).map_or("", String::as_str);
            match tokens[i].as_str() {
                // `impl Trait + use<'a>` imports nothing.
                "use" if next != "<" => {
                    let end = (i..tokens.len()).find(|at| tokens[*at] == ";").unwrap_or(tokens.len());
                    let mut found = Vec::new();
                    expand(&tokens[i + 1..end], &[], &mut found);
                    found.into_iter().for_each(|(full, name)| self.import(path, full, name, &mut module));
                    i = end;
                }
                "{" => depth += 1,
                "}" => depth -= 1,
                "struct" | "enum" | "union" | "trait" | "type" | "fn" | "const" | "static" | "mod" if depth == 0 => {
                    module.defines.insert(next.to_owned());
                }
                _ => {}
            }
            module.tokens.push(tokens.get(i).cloned().unwrap_or_default());
            i += 1;
        }
        module
    }

    fn import(&self, path: &Path, full: Path, name: String, module: &mut Module) {
        let Some(mut full) = self.absolute(path, &full) else { return };
        if name == "*" {
            full.pop();
            module.globs.push(full);
            return;
        }
        if full.last().is_some_and(|last| last == "self") {
            full.pop();
        }
        let name = if name == "self" { full.last().cloned().unwrap_or_default() } else { name };
        module.imports.insert(name, full);
    }

    /// A path as it stands in `module`, from the root of the crate; none when it leads out of it.
    fn absolute(&self, module: &Path, path: &[String]) -> Option<Path> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module, rest].concat()),
            "super" => {
                let ups = path.iter().take_while(|word| *word == "super").count();
                let base = &module[..module.len().checked_sub(ups)?];
                Some([base, &path[ups..]].concat())
            }
            _ => {
                let child = [module.as_slice(), &path[..1]].concat();
                self.0.contains_key(&child).then(|| [module.as_slice(), path].concat())
            }
        }
    }

    /// The module that defines what a path stands for, behind all that hand it on.
    fn defined(&self, full: &[String], hops: usize) -> Option<&Path> {
        let known = (0..=full.len()).rev().find_map(|n| self.0.get_key_value(&full[..n]).map(|found| (n, found)));
        let (n, (path, module)) = known?;
        let (Some(name), true) = (full.get(n), hops < 8) else { return Some(path) };
        let rest = &full[n + 1..];
        if let Some(real) = module.imports.get(name).filter(|real| real.as_slice() != full) {
            return self.defined(&[real, rest].concat(), hops + 1);
        }
        if !module.defines.contains(name) {
            for glob in &module.globs {
                let has = |m: &Module| m.defines.contains(name) || m.imports.contains_key(name);
                if self.0.get(glob).is_some_and(has) {
                    return self.defined(&[glob, &full[n..]].concat(), hops + 1);
                }
            }
        }
        Some(path)
    }

    /// What a module names of others, with the words by which it does.
    fn named(&self, path: &Path) -> Vec<(&Path, String)> {
        let module = &self.0[path];
        let mut found: BTreeSet<Path> = module.imports.values().cloned().collect();
        let mut i = 0;
        while i < module.tokens.len() {
            let at = |n: usize| module.tokens.get(n).map_or("", String::as_str);
            let before = if i == 0 { "" } else { at(i - 1) };
            if !is_word(at(i)) || matches!(before, "." | "::" | "fn") {
                i += 1;
                continue;
            }
            let mut words = vec![at(i).to_owned()];
            while at(i + 1) == "::" && is_word(at(i + 2)) {
                words.push(at(i + 2).to_owned());
                i += 2;
            }
            // A name alone can be a variable's, unless it is a type's or is called.
            let certain = words.len() > 1 || words[0].starts_with(char::is_uppercase) || at(i + 1) == "(";
            if certain {
                found.extend(self.meaning(path, &words));
            }
            i += 1;
        }
        let target = |full: Path| Some((self.defined(&full, 0).filter(|other| *other != path)?, full.join("::")));
        found.into_iter().filter_map(target).collect()
    }

    /// What words stand for in a module, from the root of the crate.
    fn meaning(&self, path: &Path, words: &[String]) -> Option<Path> {
        let module = &self.0[path];
        if words.len() > 1
            && let Some(full) = self.absolute(path, words)
        {
            return Some(full);
        }
        if let Some(full) = module.imports.get(&words[0]) {
            return Some([full, &words[1..]].concat());
        }
        if module.defines.contains(&words[0]) {
            return None;
        }
        let glob = module.globs.iter().find(|glob| {
            let has = |m: &Module| m.defines.contains(&words[0]) || m.imports.contains_key(&words[0]);
            let handed_on = |m: &Module| m.globs.iter().filter_map(|glob| self.0.get(glob)).any(has);
            self.0.get(*glob).is_some_and(|m| has(m) || handed_on(m))
        });
        glob.map(|glob| [glob, words].concat())
    }

    /// Each circle: the folder, its modules, and an import of each that leads to the next.
    fn circles(&self) -> Vec<String> {
        let mut arrows: BTreeMap<(Path, String, String), String> = BTreeMap::new();
        for from in self.0.keys() {
            for (to, words) in self.named(from) {
                let shared = from.iter().zip(to).take_while(|(a, b)| a == b).count();
                if let (Some(a), Some(b)) = (from.get(shared), to.get(shared)) {
                    let key = (from[..shared].to_vec(), a.clone(), b.clone());
                    arrows.entry(key).or_insert_with(|| format!("{} names {words}", from.join("/")));
                }
            }
        }
        let folders: BTreeSet<&Path> = arrows.keys().map(|(folder, ..)| folder).collect();
        folders.into_iter().flat_map(|folder| circles_in(folder, &arrows)).collect()
    }
}

fn circles_in(folder: &Path, arrows: &BTreeMap<(Path, String, String), String>) -> Vec<String> {
    let here = || arrows.iter().filter(|((of, ..), _)| of == folder).map(|((_, a, b), why)| (a, b, why));
    let reach = |from: &String| {
        let (mut seen, mut left) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(one) = left.pop() {
            left.extend(here().filter(|(a, b, _)| **a == one && seen.insert((*b).clone())).map(|(_, b, _)| b.clone()));
        }
        seen
    };
    let reached: BTreeMap<&String, BTreeSet<String>> = here().map(|(a, ..)| (a, reach(a))).collect();
    let (mut told, mut found) = (BTreeSet::new(), Vec::new());
    for (one, all) in reached.iter().filter(|(one, all)| all.contains(**one)) {
        let circle: BTreeSet<&String> =
            all.iter().filter(|other| reached.get(other).is_some_and(|back| back.contains(*one))).collect();
        if told.insert(circle.clone()) {
            let whys = here().filter(|(a, b, _)| circle.contains(a) && circle.contains(b));
            let whys: Vec<_> = whys.map(|(a, b, why)| format!("    {a} → {b}: {why}")).collect();
            let names: Vec<_> = circle.iter().map(|name| name.as_str()).collect();
            found.push(format!("{} {{{}}}\n{}", folder.join("/"), names.join(", "), whys.join("\n")));
        }
    }
    found
}

/// The modules of this crate, by their paths.
fn crate_files() -> BTreeMap<Path, String> {
    let src = root().join("src");
    let mut files = BTreeMap::new();
    for file in sources(&src).into_iter().filter(|file| !is_test(file)) {
        let below = file.strip_prefix(&src).unwrap().with_extension("");
        let mut path: Path = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if path == ["main"] {
            continue;
        }
        if path.last().is_some_and(|last| last == "mod" || last == "lib") {
            path.pop();
        }
        files.insert(path, fs::read_to_string(&file).unwrap());
    }
    files
}

#[test]
fn no_modules_of_one_level_import_each_other_in_a_circle() {
    let tree = Tree::of(crate_files());
    assert!(tree.0.len() > 300, "only {} modules were found", tree.0.len());
    let circles = tree.circles();
    assert!(circles.is_empty(), "move what both need into a module below them:\n{}", circles.join("\n"));
}

fn circles(files: &[(&str, &str)]) -> Vec<String> {
    let path = |path: &str| path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Tree::of(files.iter().map(|(name, text)| (path(name), (*text).to_owned())).collect()).circles()
}

#[track_caller]
fn one_circle(files: &[(&str, &str)]) {
    let found = circles(files);
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let b = ("b", "use super::a::A; pub struct B;");
    one_circle(&[("", "mod a; mod b;"), ("a", "use crate::b::B; pub struct A;"), b]);
    one_circle(&[("", "mod a; mod b;"), ("a", "use super::{b::{self, B}}; pub struct A;"), b]);
    one_circle(&[("", "mod a; mod b;"), ("a", "pub struct A; fn f() { crate::b::B::new() }"), b]);
    // Through what the parent hands on, by name and all of it.
    one_circle(&[("", "mod a; mod b; pub use b::B;"), ("a", "use super::B; pub struct A;"), b]);
    one_circle(&[("", "mod a; mod b; use b::B;"), ("a", "use super::*; pub struct A(B);"), b]);
    one_circle(
        &[("", "mod a; mod b; use b::make;"), ("a", "use super::*; fn f() { make() } pub struct A;"), b]
            .map(|(name, text)| if name == "b" { (name, "use super::a::A; pub fn make() {}") } else { (name, text) }),
    );
    // By way of a third, and from deep within.
    one_circle(&[
        ("a", "use crate::b::B;"),
        ("b", "use crate::c::C; pub struct B;"),
        ("c", "use crate::a::A; pub struct C;"),
    ]);
    one_circle(&[("", "mod a; mod b;"), ("a", "pub struct A;"), ("a/deep", "use crate::b::B;"), b]);
}

#[test]
fn what_is_no_circle_is_none() {
    let b = ("b", "use super::a::A; pub struct B;");
    let none =
        |a: &str| assert_eq!(circles(&[("", "mod a; mod b; pub struct P;"), ("a", a), b]), [] as [String; 0], "{a}");
    none("pub struct A;");
    none("use super::P; pub struct A(P);");
    none(
        "// use super::b::B;\npub struct A; const T: &str = \"crate::b::B\"; const C: char = '\"'; fn f<'a>(_: &'a str) {}",
    );
    none("pub struct A; #[cfg(test)] mod tests { use crate::b::B; }");
    none("pub struct A; fn f(b: u8) -> u8 { b.b() }");
}
