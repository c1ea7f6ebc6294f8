//! The attacker at a socket: one who listens, and one who asks. Perl is on every Debian; the test's own process would be
//! root to whoever looks.

use super::nobody;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Answers everything like a good engine, and writes down what it was told.
const LISTEN: &str = r#"
use Socket; $SIG{PIPE} = "IGNORE"; my ($path, $log) = @ARGV; $| = 1; umask 0;
socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; bind($s, sockaddr_un($path)) or die "$!"; listen($s, 9) or die;
open(my $out, ">>", $log) or die; select((select($out), $| = 1)[0]); print $out "listening\n";
while (accept(my $c, $s)) {
    my $told = ""; while (sysread($c, my $more, 4096)) { $told .= $more; last if $told =~ /\r\n\r\n/ }
    print $out "told: $told";
    syswrite($c, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]"); close $c;
}"#;

/// Asks, and prints the answer.
const ASK: &str = r#"
use Socket; $SIG{PIPE} = "IGNORE";
socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; connect($s, sockaddr_un($ARGV[0])) or die "cannot connect: $!";
syswrite($s, "GET /info HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
while (sysread($s, my $more, 4096)) { print $more }"#;

/// Somebody else's process that listens where an engine might.
pub struct Listener {
    child: Child,
    log: PathBuf,
}

impl Listener {
    /// In a directory that the attacker may write to.
    pub fn at(socket: &Path, log: &Path) -> Self {
        fs::write(log, "").unwrap();
        super::mode(log, 0o666);
        let mut command = nobody("perl", &["-e", LISTEN, socket.to_str().unwrap(), log.to_str().unwrap()]);
        let child = command.stdin(Stdio::null()).spawn().unwrap();
        let listener = Self { child, log: log.to_owned() };
        let begun = Instant::now();
        while listener.told().is_none() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the attacker does not listen");
            std::thread::sleep(Duration::from_millis(10));
        }
        listener
    }

    /// What it was told; none before it listens.
    fn told(&self) -> Option<String> {
        let log = fs::read_to_string(&self.log).unwrap();
        log.strip_prefix("listening\n").map(|told| told.replace("told: ", ""))
    }

    pub fn was_told_nothing(&self) {
        assert_eq!(self.told().unwrap(), "");
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What the attacker hears from whoever listens there.
pub fn asks(socket: &Path) -> String {
    let output = super::engine::output(nobody("perl", &["-e", ASK, socket.to_str().unwrap()]));
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}
