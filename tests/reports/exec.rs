//! Who a command beside a container's main process is, where it starts, and what its status is when it does neither.

use crate::side::Side;
use crate::terminal::Terminal;

pub fn area(side: &Side<'_>) {
    let users = "echo web:x:3000:3000::/home/web:/bin/sh >> /etc/passwd; echo 7777:x:5:5::/five:/bin/sh >> /etc/passwd";
    side.start("box", "-e A=1 -t", &format!("{users}; mkdir /d; echo ready; sleep 600"));
    let shell = |flags: &str, script: &str| {
        let flags = flags.split(' ').filter(|flag| !flag.is_empty());
        let args: Vec<_> = ["exec"].into_iter().chain(flags).chain(["box", "sh", "-c", script]).collect();
        crate::engine::good(side.args(&args))
    };
    for (flags, home) in [
        ("", "/root"),
        ("-u web", "/home/web"),
        ("-u 3000", "/home/web"),
        ("-u web:5", "/home/web"),
        ("-u 4242", "/"),
        ("-u web -e HOME=/x", "/x"),
        ("-u web -e HOME=", "/home/web"),
    ] {
        assert_eq!(shell(flags, "echo $HOME"), home, "{flags}");
    }
    // A number is never a name.
    assert_eq!(shell("-u 7777", "id -u; id -g; echo $HOME"), "7777\n0\n/");
    // What Docker adds is another for each command.
    assert_eq!(
        shell("", "echo ${TERM-none} $A $(hostname) $HOSTNAME"),
        shell("", "echo none 1 $(hostname) $(hostname)")
    );
    assert_eq!(shell("-w /d", "pwd"), "/d");
    for flags in
        ["-u nobody-here", "-u web:no-such-group", "-u 99999999999", "-w /no/such", "-w /etc/passwd", "-w relative"]
    {
        side.fails(&format!("exec {flags} box true"), 126);
        let mut terminal = Terminal::open(side.line(&format!("exec -t {flags} box true")), 24, 80);
        let value = flags.split(' ').nth(1).unwrap();
        if !side.is_docker() && !matches!(flags, "-w relative") {
            terminal.wait_for(value.rsplit(':').next().unwrap());
        }
        assert_eq!(terminal.end(), 126, "-t {flags}");
    }
    side.fails("exec box /etc/passwd", 126);
    // Docker 20.10 forgets that it had set 127.
    let missing = if side.is_docker() { 126 } else { 127 };
    side.fails("exec box no-such-program", missing);
    assert_eq!(Terminal::open(side.line("exec -t box no-such-program"), 24, 80).end(), missing as u32);
}
