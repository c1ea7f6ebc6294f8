//! What a machine said, as coloured text: HTTP, syscalls, netlink, mountinfo, files, commands.

use super::{fonts, theme::Theme};
use crate::i18n::Words;
use crate::spec::visible;
use crate::trace::Evidence;
use egui::Color32;
use egui::text::{LayoutJob, TextFormat};

/// How many characters of one text are shown; copying gives all of it.
const SHOWN: usize = 2400;

/// Who answered, and in the field's word how. `root` is the engine's own directory, where it is known.
pub fn title(evidence: &Evidence, root: Option<&str>, words: &Words) -> String {
    let kernel = |how: &str| words.say_with("evidence-kernel", &[("how", how)]);
    match evidence {
        Evidence::Http { .. } => words.say("evidence-registry"),
        Evidence::Syscall { .. } => kernel("syscall"),
        Evidence::Netlink { .. } => kernel("netlink"),
        Evidence::Mountinfo { .. } => kernel("mountinfo"),
        Evidence::File { path, .. } => {
            let name = tail(path);
            match keeper(path, root) {
                Keeper::Kernel => kernel(name),
                Keeper::Engine => words.say_with("evidence-own", &[("book", name)]),
                Keeper::Store => words.say("evidence-blob"),
                Keeper::Host => words.say_with("evidence-file", &[("name", name)]),
            }
        }
        Evidence::Command { argv, .. } => {
            let name = argv.first().map_or("", |program| tail(program));
            words.say_with("evidence-program", &[("name", name)])
        }
        Evidence::Hash { .. } => words.say("evidence-hash"),
        Evidence::Request { .. } => words.say("evidence-client"),
        Evidence::Own { book, .. } => words.book(*book),
    }
}

/// The message that says what can be read off it as well: whose resolver it is that a container asks.
pub fn says(evidence: &Evidence) -> Option<&'static str> {
    match evidence {
        Evidence::File { path, .. } if tail(path) == "resolv.conf" => Some("step-serve-names"),
        _ => None,
    }
}

/// Whose words a file's content is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keeper {
    /// It is no file on a disk: the kernel writes it while it is read.
    Kernel,
    /// A list or a document of the engine's own: `images.json`.
    Engine,
    /// A blob that was verified and is kept: whoever made the image wrote it.
    Store,
    /// Anything else on this host.
    Host,
}

fn keeper(path: &str, root: Option<&str>) -> Keeper {
    let below = |dir: &str| path.strip_prefix(dir.trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    if let Some(root) = root.filter(|root| !root.is_empty() && below(root)) {
        let blobs = format!("{}/blobs", root.trim_end_matches('/'));
        return if below(&blobs) { Keeper::Store } else { Keeper::Engine };
    }
    if below("/proc") || below("/sys") { Keeper::Kernel } else { Keeper::Host }
}

fn tail(path: &str) -> &str {
    path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(path)
}

/// All of it as plain text, for the clipboard.
pub fn plain(evidence: &Evidence) -> String {
    let mut all = String::new();
    write(evidence, &mut |text, _| all.push_str(text));
    all
}

/// The same in colours.
pub fn job(evidence: &Evidence, theme: &Theme, width: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    job.wrap.break_anywhere = true;
    let mut left = SHOWN;
    write(evidence, &mut |text, ink| {
        let cut: String = fonts::shown_lines(text).chars().take(left).collect();
        left -= cut.chars().count();
        let format = TextFormat { line_height: Some(18.0), ..TextFormat::simple(fonts::mono(12.5), color(ink, theme)) };
        job.append(&cut, 0.0, format);
    });
    if left == 0 {
        job.append("…", 0.0, TextFormat::simple(fonts::mono(12.5), theme.weak));
    }
    job
}

/// What a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ink {
    Plain,
    Weak,
    /// A verb: a method, a syscall's name, a message type.
    Verb,
    Key,
    Text,
    Number,
    Good,
    Bad,
}

fn color(ink: Ink, theme: &Theme) -> Color32 {
    use crate::trace::Family;
    match ink {
        Ink::Plain => theme.text,
        Ink::Weak => theme.weak,
        Ink::Verb => theme.accent,
        Ink::Key => theme.family(Family::Image),
        Ink::Text => theme.family(Family::Network),
        Ink::Number => theme.family(Family::Storage),
        Ink::Good => theme.good,
        Ink::Bad => theme.bad,
    }
}

/// What follows NLMSG_ERROR when all went well.
const ACKNOWLEDGED: &str = "error=0";

type Write<'a> = dyn FnMut(&str, Ink) + 'a;

/// What stands on one line is made visible here; blocks of lines where they are laid out.
fn write(evidence: &Evidence, out: &mut Write<'_>) {
    match evidence {
        Evidence::Http { method, url, status, request_headers, headers, bytes, body } => {
            out(&visible::line(method), Ink::Verb);
            out(" ", Ink::Plain);
            out(&visible::line(url), Ink::Verb);
            headers_of("\n> ", request_headers, out);
            let ink = if (200..400).contains(status) { Ink::Good } else { Ink::Bad };
            out(&format!("\n{status}"), ink);
            out(&format!(" · {}", crate::i18n::size(*bytes)), Ink::Plain);
            headers_of("\n< ", headers, out);
            text_block(body, out);
        }
        Evidence::Syscall { call, result } => {
            let (call, result) = (&*visible::line(call), &*visible::line(result));
            let (name, rest) = call.split_once('(').unwrap_or((call, ""));
            out(name, Ink::Verb);
            if call.contains('(') {
                out("(", Ink::Plain);
            }
            arguments(rest, out);
            out("\n= ", Ink::Weak);
            out(result, answered(name, result));
        }
        Evidence::Netlink { request, reply } => {
            let request = &*visible::line(request);
            let (verb, rest) = request.split_once(' ').unwrap_or((request, ""));
            out(verb, Ink::Verb);
            out(" ", Ink::Plain);
            arguments(rest, out);
            for line in reply {
                out("\n", Ink::Plain);
                match line.strip_prefix("NLMSG_ERROR ") {
                    // An acknowledgement is an error message with the number 0 (netlink(7)).
                    Some(ACKNOWLEDGED) => out("ACK (error=0)", Ink::Good),
                    Some(_) => out(&visible::line(line), Ink::Bad),
                    None => out(&visible::line(line), Ink::Plain),
                }
            }
        }
        Evidence::Mountinfo { path, line } => {
            out(&visible::line(path), Ink::Weak);
            out("\n", Ink::Plain);
            mountinfo(&visible::line(line), out);
        }
        Evidence::File { path, content } => {
            out(&visible::line(path), Ink::Weak);
            text_block(content, out);
        }
        Evidence::Command { argv, stdin, status, output } => {
            out("$ ", Ink::Weak);
            out(&visible::line(&argv.join(" ")), Ink::Text);
            text_block(stdin, out);
            text_block(output, out);
            out(&format!("\n= {status}"), if *status == 0 { Ink::Good } else { Ink::Bad });
        }
        Evidence::Hash { of, expected, computed, bytes } => {
            out(&format!("sha256({})", visible::line(of)), Ink::Verb);
            out(&format!(" · {}\n", crate::i18n::size(*bytes)), Ink::Plain);
            out(&visible::line(computed), if expected == computed { Ink::Good } else { Ink::Bad });
            out(if expected == computed { "\n= " } else { "\n≠ " }, Ink::Weak);
            out(&visible::line(expected), Ink::Plain);
        }
        Evidence::Request { line, body } => {
            out(&visible::line(line), Ink::Verb);
            text_block(body, out);
        }
        Evidence::Own { facts, .. } => block(facts, out),
    }
}

/// Who only looks whether something is there is answered by "no", too.
fn answered(name: &str, result: &str) -> Ink {
    let looks = matches!(name, "stat" | "lstat" | "statx" | "newfstatat" | "access" | "faccessat");
    match result.starts_with('-') {
        false => Ink::Good,
        true if looks && result.starts_with("-1 ENOENT") => Ink::Plain,
        true => Ink::Bad,
    }
}

fn headers_of(prefix: &str, headers: &[(String, String)], out: &mut Write<'_>) {
    for (name, value) in headers {
        out(prefix, Ink::Weak);
        out(&visible::line(name), Ink::Key);
        out(": ", Ink::Weak);
        out(&visible::line(value), Ink::Plain);
    }
}

fn text_block(text: &str, out: &mut Write<'_>) {
    if !text.is_empty() {
        out("\n", Ink::Plain);
        block(text, out);
    }
}

fn block(text: &str, out: &mut Write<'_>) {
    let trimmed = text.trim_start();
    if trimmed.starts_with('{') || trimmed.starts_with('[') {
        let value = serde_json::from_str::<serde_json::Value>(text).and_then(|v| serde_json::to_string_pretty(&v));
        json(value.as_deref().unwrap_or(text), out);
    } else {
        out(text.trim_end(), Ink::Plain);
    }
}

/// Strings, numbers and the rest of a call's arguments.
fn arguments(text: &str, out: &mut Write<'_>) {
    for (i, part) in text.split_inclusive('"').enumerate() {
        let quoted = i % 2 == 1;
        match (quoted, part.strip_suffix('"')) {
            (false, Some(before)) => {
                numbers(before, out);
                out("\"", Ink::Text);
            }
            (false, None) => numbers(part, out),
            (true, _) => out(part, Ink::Text),
        }
    }
}

fn numbers(text: &str, out: &mut Write<'_>) {
    let splits = |c: char| c == ' ' || c == ',' || c == '=' || c == '|' || c == ')';
    for part in text.split_inclusive(splits) {
        let word = part.trim_end_matches(splits);
        let number = word.starts_with(|c: char| c.is_ascii_digit());
        out(word, if number { Ink::Number } else { Ink::Plain });
        out(&part[word.len()..], Ink::Weak);
    }
}

/// Keys, strings and numbers of JSON that is laid out over lines.
fn json(text: &str, out: &mut Write<'_>) {
    for line in text.split_inclusive('\n') {
        let body = line.trim_start();
        out(&line[..line.len() - body.len()], Ink::Plain);
        let (key, value) = match body.split_once("\": ") {
            Some((key, value)) if body.starts_with('"') => (Some(key), value),
            _ => (None, body),
        };
        if let Some(key) = key {
            out(&format!("{key}\""), Ink::Key);
            out(": ", Ink::Weak);
        }
        let ink = match value.chars().next() {
            Some('"') => Ink::Text,
            Some(c) if c.is_ascii_digit() || c == '-' => Ink::Number,
            Some('t' | 'f' | 'n') => Ink::Verb,
            _ => Ink::Weak,
        };
        out(value, ink);
    }
}

/// The fields of mountinfo: ids, device, root, mount point, options, `-`, type, source, super options.
fn mountinfo(line: &str, out: &mut Write<'_>) {
    let mut tail = false;
    for (i, field) in line.split(' ').enumerate() {
        let ink = match (i, tail, field) {
            (_, false, "-") => Ink::Weak,
            (0..=2, ..) => Ink::Number,
            (4, false, _) => Ink::Text,
            (_, true, _) if field.contains('=') => Ink::Plain,
            (_, true, _) => Ink::Key,
            _ => Ink::Plain,
        };
        tail |= field == "-";
        if i > 0 {
            out(" ", Ink::Plain);
        }
        out(field, ink);
    }
}

/// A command a person could type, coloured.
pub fn command(line: &str, theme: &Theme, width: f32, size: f32) -> LayoutJob {
    let mut job = LayoutJob::default();
    job.wrap.max_width = width;
    // Between its words: a name that is cut is not recognised.
    job.wrap.break_anywhere = false;
    let line = fonts::shown_lines(line);
    for (i, part) in line.split('\n').enumerate() {
        let format =
            |color| TextFormat { line_height: Some(size * 1.5), ..TextFormat::simple(fonts::mono(size), color) };
        job.append(if i == 0 { "$ " } else { "\n$ " }, 0.0, format(theme.weak));
        job.append(part, 0.0, format(theme.family(crate::trace::Family::Network)));
    }
    job
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_syscall_reads_like_strace() {
        let text = plain(&Evidence::syscall("mount(\"overlay\", \"/m\", 0)", "-1 EPERM (Operation not permitted)"));
        assert_eq!(text, "mount(\"overlay\", \"/m\", 0)\n= -1 EPERM (Operation not permitted)");
    }

    #[test]
    fn what_is_not_there_is_an_answer_to_who_looked_and_a_failure_to_who_wanted_it() {
        let gone = "-1 ENOENT (No such file or directory)";
        assert_eq!(answered("stat", gone), Ink::Plain);
        assert_eq!(answered("unlink", gone), Ink::Bad);
        assert_eq!(answered("stat", "-1 EACCES (Permission denied)"), Ink::Bad);
        assert_eq!(answered("mount", "0"), Ink::Good);
    }

    #[test]
    fn an_acknowledgement_is_not_called_an_error() {
        let reply = |line: &str| Evidence::Netlink { request: "RTM_NEWLINK name=a".into(), reply: vec![line.into()] };
        assert_eq!(plain(&reply("NLMSG_ERROR error=0")), "RTM_NEWLINK name=a\nACK (error=0)");
        for error in ["NLMSG_ERROR error=-17", "NLMSG_ERROR error=0x11", "NLMSG_ERROR"] {
            assert_eq!(plain(&reply(error)), format!("RTM_NEWLINK name=a\n{error}"));
        }
    }

    #[test]
    fn nothing_of_a_reply_is_lost_by_colouring_it() {
        let line = "8: veth3f2a@if7: <BROADCAST,UP> mtu 1500 master docker0 state UP";
        let text = plain(&Evidence::Netlink { request: "RTM_GETLINK ifindex=8".into(), reply: vec![line.into()] });
        assert_eq!(text, format!("RTM_GETLINK ifindex=8\n{line}"));
        let line = "36 35 0:30 / /merged rw,relatime - overlay overlay rw,lowerdir=/a:/b";
        let text = plain(&Evidence::Mountinfo { path: "/proc/self/mountinfo".into(), line: line.into() });
        assert_eq!(text, format!("/proc/self/mountinfo\n{line}"));
    }

    #[test]
    fn what_the_engine_keeps_by_itself_is_never_called_a_call() {
        let own = Evidence::Own { book: crate::trace::Book::Addresses, facts: "172.17.0.2 web".into() };
        let (en, ko) = (Words::new(crate::i18n::Lang::En), Words::new(crate::i18n::Lang::Ko));
        assert_eq!(title(&own, None, &en), "The engine's own bookkeeping · addresses given");
        assert_eq!(title(&own, None, &ko), "엔진이 스스로 적어 둔 것 · 예약한 주소의 목록");
        assert_eq!(plain(&own), "172.17.0.2 web");
    }

    #[test]
    fn evidence_is_headed_by_who_answered() {
        let words = Words::new(crate::i18n::Lang::En);
        let said = |evidence: Evidence| title(&evidence, Some("/var/lib/dockwalk"), &words);
        let file = |path: &str| said(Evidence::file(path, ""));
        assert_eq!(said(Evidence::syscall("umount2(…)", 0)), "The kernel · syscall");
        assert_eq!(said(Evidence::Netlink { request: String::new(), reply: vec![] }), "The kernel · netlink");
        for (path, name) in [("/proc/7/status", "status"), ("/proc/sys/net/ipv4/ip_forward", "ip_forward")] {
            assert_eq!(file(path), format!("The kernel · {name}"));
        }
        assert_eq!(file("/sys/fs/cgroup/dockwalk/pids.max"), "The kernel · pids.max");
        assert_eq!(file("/var/lib/dockwalk/images.json"), "The engine's own bookkeeping · images.json");
        assert_eq!(file("/var/lib/dockwalk/layers/ab/meta.json"), "The engine's own bookkeeping · meta.json");
        assert_eq!(file("/var/lib/dockwalk/blobs/sha256/00ff"), "A blob that the engine keeps");
        for path in ["/etc/os-release", "/var/lib/dockwalk2/images.json", "/process/x", "/var/lib/dockwalk"] {
            assert_eq!(file(path), format!("A file of the host · {}", tail(path)));
        }
        let (argv, stdin, output) = (vec!["/usr/sbin/nft".into(), "-j".into()], String::new(), String::new());
        assert_eq!(said(Evidence::Command { argv, stdin, status: 0, output }), "A program · nft");
        let (of, expected, computed) = ("blob".into(), String::new(), String::new());
        assert_eq!(said(Evidence::Hash { of, expected, computed, bytes: 0 }), "Computed by the engine · sha256");
    }

    #[test]
    fn json_is_laid_out_over_lines() {
        let text = plain(&Evidence::file("/x", "{\"a\":[1,\"b\"]}"));
        assert_eq!(text, "/x\n{\n  \"a\": [\n    1,\n    \"b\"\n  ]\n}");
    }
}
