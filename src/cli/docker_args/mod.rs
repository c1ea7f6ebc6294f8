//! The arguments of `dockwalk docker …`: docker's own, as far as the engine goes. Which command takes which is in
//! [`docker_commands`](super::docker_commands).

mod containers;
mod create;
mod images;
mod limits;
mod system;
mod unbuilt;
mod volumes;

pub use containers::*;
pub use create::CreateArgs;
pub use images::*;
pub use limits::LimitArgs;
pub use system::*;
pub use unbuilt::UnbuiltArgs;
pub use volumes::*;

use clap::Args;

/// `docker inspect`
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// The word `json`
    #[arg(short, long)]
    pub format: Option<String>,
    /// container, image, volume or network
    #[arg(long = "type")]
    pub kind: Option<String>,
    /// Display total file sizes if the type is container
    #[arg(short, long)]
    pub size: bool,
    /// Names or ids
    #[arg(required = true)]
    pub names: Vec<String>,
}

/// `--format json`
#[derive(Debug, Args)]
pub struct FormatArg {
    /// The word `json`
    #[arg(short, long)]
    pub format: Option<String>,
}
