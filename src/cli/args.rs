//! The grammar of `dockwalk`.

use super::docker_commands::DockerCommand;
use super::image_args::ImageCommand;
use crate::i18n::Lang;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// A debugger for `docker run`: step through what the registry and the kernel really do.
///
/// Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "dockwalk", version, args_conflicts_with_subcommands = false)]
pub struct Args {
    /// What to do; the window without.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What the window opens with.
    #[command(flatten)]
    pub app: AppArgs,
    /// The engine's directory [default: ~/.local/share/dockwalk]
    #[arg(long, global = true, value_name = "DIR", env = "DOCKWALK_ROOT")]
    pub root: Option<PathBuf>,
    /// The engine's socket [default: in the user's runtime directory]
    #[arg(long, global = true, value_name = "PATH", env = "DOCKWALK_SOCKET")]
    pub socket: Option<PathBuf>,
    /// Take lessons from this directory instead of the program's own
    #[arg(long, global = true, value_name = "DIR", env = "DOCKWALK_LESSONS")]
    pub lessons: Option<PathBuf>,
    /// Language of messages [default: the system's]
    #[arg(long, global = true, value_name = "LANG", env = "DOCKWALK_LANG")]
    pub lang: Option<LangName>,
}

/// What the window opens with.
#[derive(Debug, Default, ClapArgs)]
pub struct AppArgs {
    /// Open this lesson (its directory's name, or its number)
    #[arg(long, value_name = "LESSON")]
    pub lesson: Option<String>,
    /// Open a recording instead of a live engine
    #[arg(long, value_name = "FILE")]
    pub trace: Option<PathBuf>,
    /// Show the picture in a window of its own as well, for a second screen
    #[arg(long)]
    pub present: bool,
}

/// Everything the window is told by the command line.
#[derive(Debug, Clone, Default)]
pub struct AppOptions {
    /// Open this lesson.
    pub lesson: Option<String>,
    /// Open this recording.
    pub trace: Option<PathBuf>,
    /// Show the picture to a class in a second window.
    pub present: bool,
    /// Speak this language.
    pub lang: Option<Lang>,
    /// The engine's directory.
    pub root: Option<PathBuf>,
    /// The engine's socket.
    pub socket: Option<PathBuf>,
    /// Where lessons come from.
    pub lessons: Option<PathBuf>,
}

/// A language by its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LangName {
    /// 한국어
    Ko,
    /// English
    En,
}

/// Where an engine's containers live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum ModeName {
    /// In private namespaces; the real host stays as it is
    #[default]
    Lab,
    /// In the real network namespace (needs root)
    Host,
}

/// dockwalk's commands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a process")]
pub enum Command {
    /// Run the engine in the foreground
    Engine {
        /// Where containers live
        #[arg(long, value_enum, default_value_t)]
        mode: ModeName,
        /// End when standard input does: with the program that started it
        #[arg(long)]
        while_stdin: bool,
        /// Ask here for images of docker.io before docker.io itself; may be given more than once
        #[arg(long, value_name = "URL", env = "DOCKWALK_REGISTRY_MIRRORS", value_delimiter = ',')]
        registry_mirror: Vec<String>,
        /// Speak to this registry without TLS when it has none; may be given more than once
        #[arg(long, value_name = "HOST[:PORT]", env = "DOCKWALK_INSECURE_REGISTRIES", value_delimiter = ',')]
        insecure_registry: Vec<String>,
        /// How much of the trace is kept on disk, 8m or more; beyond it the oldest operations go
        #[arg(long, value_name = "SIZE", env = "DOCKWALK_TRACE_LIMIT", default_value = "512m")]
        trace_limit: String,
        /// Work for this lesson alone: in a directory of its own below the engine's, which is emptied first
        #[arg(long, value_name = "ID", hide = true, value_parser = lesson_id)]
        lesson: Option<String>,
    },
    /// Docker's commands, against dockwalk's engine (no Docker needed)
    Docker {
        /// Which.
        #[command(subcommand)]
        command: DockerCommand,
    },
    /// Look into images: files by layer, what hides what, wasted bytes
    Image {
        /// Which.
        #[command(subcommand)]
        command: ImageCommand,
    },
    /// Keep a volume as a file, and make a volume of one
    Volume {
        /// Which.
        #[command(subcommand)]
        command: VolumeCommand,
    },
    /// Run a command, or a shell, on the host of the lab
    Host {
        /// The program and its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "CMD")]
        argv: Vec<String>,
    },
    /// Say who can talk to whom, what decides it, and what would change it; exit status 3 where a probe disagrees
    Reach(ReachArgs),
    /// Send a packet for real and show each place it was seen at, there and back; exit status 0: it got there (answered, refused or arrived), 1: it did not, or somebody else answered, 3: `dockwalk reach` computes it otherwise, 4: another packet is being followed, and nothing was sent; 1 also where it could not be tried, 2 where the command is not understood
    Walk(WalkArgs),
    /// Measure how fast each place is that a running container writes to: its own layer, volumes, bind mounts, tmpfs
    Speed(SpeedArgs),
    /// List, check or run lessons
    Lesson {
        /// Which.
        #[command(subcommand)]
        command: LessonCommand,
    },
    /// Look at recordings
    Trace {
        /// Which.
        #[command(subcommand)]
        command: TraceCommand,
    },
    /// Say what this machine allows, what each lack costs, and how to mend it
    Doctor {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Run the built-in registry alone, or damage what the engine's own one serves
    #[command(args_conflicts_with_subcommands = true)]
    Registry {
        /// Where to listen
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:5000")]
        listen: std::net::SocketAddr,
        /// What to do with the engine's.
        #[command(subcommand)]
        command: Option<RegistryCommand>,
    },
    /// Print what makes a shell complete dockwalk's command lines
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages into a directory, for a package
    #[command(hide = true)]
    Manual {
        /// The directory
        dir: PathBuf,
    },
}

/// `dockwalk reach …`
#[derive(Debug, ClapArgs)]
pub struct ReachArgs {
    /// Who asks: a container, `host` or `outside`; all without
    #[arg(value_name = "FROM")]
    pub from: Option<String>,
    /// Who is asked, with a port or without: db, db:5432, db:53/udp; all without
    #[arg(value_name = "TO[:PORT]")]
    pub to: Option<String>,
    /// Ask for a connection to this TCP port instead of a ping
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), conflicts_with_all = ["udp", "name"])]
    pub tcp: Option<u16>,
    /// Ask for a datagram to this UDP port
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "name")]
    pub udp: Option<u16>,
    /// Ask for the other one's name, and whether its address answers
    #[arg(long)]
    pub name: bool,
    /// Ask by IPv6 instead of IPv4
    #[arg(short = '6', long = "ipv6")]
    pub six: bool,
    /// Also send the packets for real, and mark where what came back disagrees; who was asked stays in the tables of neighbours for a while (`ip neigh`), as after any packet
    #[arg(long)]
    pub prove: bool,
    /// The address outside that is asked; nothing else outside ever is [default: the uplink's next hop]
    #[arg(long, value_name = "ADDRESS")]
    pub outside: Option<std::net::IpAddr>,
    /// How long a probe waits for an answer
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(1..=30_000))]
    pub patience: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `dockwalk walk …`
#[derive(Debug, ClapArgs)]
pub struct WalkArgs {
    /// Who sends: a container, or `host`
    #[arg(value_name = "FROM")]
    pub from: String,
    /// Whom it is for, with a TCP port, or without one for a ping: db, db:5432, host, outside, 172.18.0.2, fd00::2
    #[arg(value_name = "TO[:PORT]")]
    pub to: String,
    /// Send it by IPv6 instead of IPv4
    #[arg(short = '6', long = "ipv6")]
    pub six: bool,
    /// The port is a UDP port
    #[arg(long, conflicts_with = "name")]
    pub udp: bool,
    /// Ask for the other one's name first, then ping its address
    #[arg(long)]
    pub name: bool,
    /// Send it to the host's port by which that port is published
    #[arg(long, conflicts_with_all = ["name", "outside"])]
    pub published: bool,
    /// The address outside it is sent to [default: the uplink's next hop]
    #[arg(long, value_name = "ADDRESS")]
    pub outside: Option<std::net::IpAddr>,
    /// How long an answer is waited for
    #[arg(long, value_name = "MILLISECONDS", value_parser = clap::value_parser!(u64).range(1..=30_000))]
    pub patience: Option<u64>,
    /// Also write what was captured as pcapng, for Wireshark and tshark; `-`: to the standard output, and nothing else there
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `dockwalk speed …`
#[derive(Debug, ClapArgs)]
pub struct SpeedArgs {
    /// The container; it runs
    #[arg(value_name = "CONTAINER")]
    pub container: String,
    /// Do less of everything: a few seconds
    #[arg(long)]
    pub quick: bool,
    /// How large the large file is, 4k to 1g [default: 64m, with --quick 8m]
    #[arg(long, value_name = "SIZE")]
    pub size: Option<String>,
    /// How many small files are made [default: 10000, with --quick 500]
    #[arg(long, value_name = "NUMBER")]
    pub files: Option<u64>,
    /// How often each pattern is run [default: 5, with --quick 3]
    #[arg(long, value_name = "NUMBER")]
    pub runs: Option<u64>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// `dockwalk registry …`
#[derive(Debug, Subcommand)]
pub enum RegistryCommand {
    /// Flip one bit of what is served for a digest (index, manifest, config or layer of a `lab/…` image)
    Damage {
        /// The digest, sha256:…
        digest: String,
        /// Which byte; the middle one without
        #[arg(long, value_name = "BYTE")]
        offset: Option<u64>,
    },
    /// Put it back
    Mend {
        /// The digest; all that is damaged without
        digest: Option<String>,
    },
    /// List what is damaged
    Damaged,
    /// Let a tag of a `lab/…` image point at what another of its tags points at, as a push of a new version does
    Move {
        /// The tag, lab/app:stable
        tag: String,
        /// What it will point at, lab/app:2
        to: String,
    },
}

/// `dockwalk volume …`
#[derive(Debug, Subcommand)]
pub enum VolumeCommand {
    /// Write a volume as a tar archive, with what it is and a digest of each file; gzip where the name ends in .gz or .tgz
    Export {
        /// The volume
        name: String,
        /// Where to
        file: PathBuf,
    },
    /// Make a volume of such an archive: all of it, verified, or nothing
    Import {
        /// The archive
        file: PathBuf,
        /// What the volume is to be called [default: as it was]
        name: Option<String>,
    },
}

/// `dockwalk lesson …`
#[derive(Debug, Subcommand)]
pub enum LessonCommand {
    /// List the lessons
    List,
    /// Lint all lessons, or these
    Check {
        /// Lessons by name or number; all without
        #[arg(value_name = "LESSON")]
        names: Vec<String>,
    },
    /// Run a lesson from end to end
    Run {
        /// The lesson's name or number
        lesson: String,
        /// Without a window: type the lesson's commands, answer from the World, exit non-zero if a goal fails
        #[arg(long)]
        headless: bool,
        /// Keep the recording here
        #[arg(long, value_name = "FILE")]
        record: Option<PathBuf>,
    },
}

/// `dockwalk trace …`
#[derive(Debug, Subcommand)]
pub enum TraceCommand {
    /// Print a recording, a step a line
    Show {
        /// The recording
        file: PathBuf,
        /// The finest level to show: story, stage, kernel
        #[arg(long, default_value = "stage")]
        level: String,
    },
    /// Write a packet that was followed as pcapng, for Wireshark and tshark
    Pcap {
        /// The recording
        file: PathBuf,
        /// Where to
        to: PathBuf,
        /// Which packet; the last one without
        #[arg(long, value_name = "NUMBER")]
        walk: Option<u64>,
    },
    /// Save the running engine's trace
    Export {
        /// Where to; `-` is standard output
        #[arg(default_value = "-")]
        file: PathBuf,
    },
}

impl Args {
    /// What the window is told.
    pub fn app_options(&self) -> AppOptions {
        AppOptions {
            lesson: self.app.lesson.clone(),
            trace: self.app.trace.clone(),
            present: self.app.present,
            lang: self.lang.map(Into::into),
            root: self.root.clone(),
            socket: self.socket.clone(),
            lessons: self.lessons.clone(),
        }
    }

    /// The language to speak.
    pub fn language(&self) -> Lang {
        self.lang.map_or_else(Lang::of_user, Into::into)
    }
}

impl From<ModeName> for crate::trace::Mode {
    fn from(name: ModeName) -> Self {
        match name {
            ModeName::Lab => Self::Lab,
            ModeName::Host => Self::Host,
        }
    }
}

impl From<LangName> for Lang {
    fn from(name: LangName) -> Self {
        match name {
            LangName::Ko => Self::Ko,
            LangName::En => Self::En,
        }
    }
}

/// A lesson's id is the name of a directory.
fn lesson_id(text: &str) -> Result<String, String> {
    let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    plain.then(|| text.to_owned()).ok_or_else(|| "letters, digits and `-`".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_grammar_holds_together() {
        Args::command().debug_assert();
    }

    #[test]
    fn no_command_is_the_window() {
        let args = Args::parse_from(["dockwalk", "--lesson", "1", "--lang", "ko"]);
        assert!(args.command.is_none());
        assert_eq!((args.app_options().lesson.as_deref(), args.app_options().lang), (Some("1"), Some(Lang::Ko)));
    }
}
