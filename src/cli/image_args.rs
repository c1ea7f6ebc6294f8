//! The grammar of `dockwalk image`: what Docker has no command for.

use clap::{Args as ClapArgs, Subcommand};

/// `dockwalk image …`
#[derive(Debug, Subcommand)]
pub enum ImageCommand {
    /// Check every blob's sha256 and every layer's files
    Fsck {
        /// Delete what is damaged or belongs to no image; the next pull fetches what is missing
        #[arg(long)]
        repair: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show the files of an image, merged as the container sees them, or of one layer
    Tree(TreeArgs),
    /// Say which layer serves a path, and what hides beneath it
    Which {
        /// The image
        image: String,
        /// The path in the container; links on the way are followed
        path: String,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the bytes that an image carries and nobody can see
    Waste {
        /// The image
        image: String,
        /// Show only the largest so many
        #[arg(long, default_value_t = 20)]
        top: usize,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare the files of two images
    Compare {
        /// The one
        left: String,
        /// The other
        right: String,
        /// Compare only this layer of each (the lowest is 1)
        #[arg(long, value_name = "N")]
        layer: Option<u16>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print a file of an image: on a terminal made visible, elsewhere byte by byte
    Cat {
        /// The image
        image: String,
        /// The path in the container; links are followed
        path: String,
        /// As that layer has it, hidden or not (the lowest is 1); links are not followed
        #[arg(long, value_name = "N")]
        layer: Option<u16>,
    },
}

/// `dockwalk image tree …`
#[derive(Debug, ClapArgs)]
pub struct TreeArgs {
    /// The image
    pub image: String,
    /// Show this layer alone (the lowest is 1)
    #[arg(long, value_name = "N", conflicts_with = "up_to")]
    pub layer: Option<u16>,
    /// Show what the layers up to this one make together
    #[arg(long, value_name = "N")]
    pub up_to: Option<u16>,
    /// Show only what is below this path
    #[arg(long, value_name = "PATH")]
    pub path: Option<String>,
    /// Show only what fits, and the directories on the way: part of a name, of a path, or a pattern with * and ?
    #[arg(long, value_name = "TEXT")]
    pub find: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
