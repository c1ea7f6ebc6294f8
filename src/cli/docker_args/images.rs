//! `docker image …` and the same commands without `image`.

use clap::Args;
use std::path::PathBuf;

/// `docker save`
#[derive(Debug, Args)]
pub struct SaveArgs {
    /// Write to a file, instead of STDOUT
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Images
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker load`
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// Read from tar archive file (or a directory in the layout of OCI), instead of STDIN
    #[arg(short, long, value_name = "FILE")]
    pub input: Option<PathBuf>,
    /// Suppress the load output
    #[arg(short, long)]
    pub quiet: bool,
}

/// `docker import`
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Apply Dockerfile instruction to the created image
    #[arg(short, long, value_name = "INSTRUCTION")]
    pub change: Vec<String>,
    /// Set commit message for imported image
    #[arg(short, long, default_value = "")]
    pub message: String,
    /// Set platform if server is multi-platform capable
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// A file, or - for STDIN
    pub file: PathBuf,
    /// The image's name
    pub reference: Option<String>,
}

/// `docker tag`
#[derive(Debug, Args)]
pub struct TagArgs {
    /// The image
    #[arg(value_name = "SOURCE_IMAGE")]
    pub source: String,
    /// Its new name
    #[arg(value_name = "TARGET_IMAGE")]
    pub target: String,
}

/// `docker image prune`
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// Remove all unused images, not just dangling ones
    #[arg(short, long)]
    pub all: bool,
    /// Do not prompt for confirmation
    #[arg(short, long)]
    pub force: bool,
    /// Provide filter values (e.g. "until=TIMESTAMP")
    #[arg(long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
}

/// `docker pull`
#[derive(Debug, Args)]
pub struct PullArgs {
    /// Download all tagged images in the repository
    #[arg(short, long)]
    pub all_tags: bool,
    /// Suppress verbose output
    #[arg(short, long)]
    pub quiet: bool,
    /// Set platform if server is multi-platform capable
    #[arg(long, value_name = "OS/ARCH")]
    pub platform: Option<String>,
    /// The image
    pub image: String,
}

/// `docker push`
#[derive(Debug, Args)]
pub struct PushArgs {
    /// Push all tags of an image to the repository
    #[arg(short, long)]
    pub all_tags: bool,
    /// Suppress verbose output
    #[arg(short, long)]
    pub quiet: bool,
    /// The image
    pub image: String,
}

/// `docker login`
#[derive(Debug, Args)]
pub struct LoginArgs {
    /// Username
    #[arg(short, long)]
    pub username: Option<String>,
    /// Password
    #[arg(short, long, conflicts_with = "password_stdin")]
    pub password: Option<String>,
    /// Take the password from stdin
    #[arg(long, requires = "username")]
    pub password_stdin: bool,
    /// The registry [default: docker.io]
    pub server: Option<String>,
}

/// `docker logout`
#[derive(Debug, Args)]
pub struct LogoutArgs {
    /// The registry [default: docker.io]
    pub server: Option<String>,
}

/// `docker images`
#[derive(Debug, Args)]
pub struct ImagesArgs {
    /// Show all images
    #[arg(short, long)]
    pub all: bool,
    /// Only show image IDs
    #[arg(short, long)]
    pub quiet: bool,
    /// Don't truncate output
    #[arg(long)]
    pub no_trunc: bool,
    /// Show digests
    #[arg(long)]
    pub digests: bool,
    /// Filter output based on conditions provided
    #[arg(short, long, value_name = "KEY=VALUE")]
    pub filter: Vec<String>,
    /// The word `json`
    #[arg(long)]
    pub format: Option<String>,
    /// Only images of this repository
    pub repository: Option<String>,
}

/// `docker rmi`
#[derive(Debug, Args)]
pub struct RmiArgs {
    /// Force removal of the image
    #[arg(short, long)]
    pub force: bool,
    /// Do not delete untagged parents
    #[arg(long)]
    pub no_prune: bool,
    /// Images
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `docker history`
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Don't truncate output
    #[arg(long)]
    pub no_trunc: bool,
    /// Only show image IDs
    #[arg(short, long)]
    pub quiet: bool,
    /// The image
    pub image: String,
}
