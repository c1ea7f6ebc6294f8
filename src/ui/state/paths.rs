//! Files that are asked for: what is opened, and what is written where.

use super::files::inspect;
use super::*;

/// Asks for a path, and what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub enum PathCommand {
    /// Asks for it, where that can be done now.
    Ask(Ask),
    /// Shows the system's file dialog.
    Browse(Ask),
    /// This is it.
    Chosen(Ask, PathBuf),
}

/// What a path is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A recording to open.
    Open,
    /// Where to save the trace.
    Save,
    /// Where to save the diagram (`.svg` or `.png`).
    Export,
    /// An image archive to give to the engine.
    Load,
    /// Where to save the inspected image, as an archive.
    SaveImage,
    /// Where to write what the inspector shows, as JSON.
    ExportFiles,
    /// Where to write the selected volume as an archive.
    ExportVolume,
    /// An archive to make a volume of.
    ImportVolume,
    /// Where to save the packet that was followed, as pcapng.
    Packet,
}

impl Ask {
    /// The message that asks.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "ask-open",
            Self::Save => "ask-save",
            Self::Export => "ask-export",
            Self::Load => "ask-load",
            Self::SaveImage => "ask-save-image",
            Self::ExportFiles => "ask-export-files",
            Self::ExportVolume => "ask-export-volume",
            Self::ImportVolume => "ask-import-volume",
            Self::Packet => "ask-packet",
        }
    }

    /// A file that is there is asked for.
    pub fn opens(self) -> bool {
        matches!(self, Self::Open | Self::Load | Self::ImportVolume)
    }
}

impl WindowState {
    pub(super) fn path(&mut self, command: PathCommand) -> Option<Effect> {
        match command {
            PathCommand::Ask(what) => {
                let can = match what {
                    Ask::Open => true,
                    Ask::Save | Ask::Export => self.has_trace(),
                    Ask::Load | Ask::ImportVolume => self.is_live(),
                    Ask::ExportVolume => self.is_live() && self.choose_volume(),
                    Ask::SaveImage => self.files.image().is_some(),
                    Ask::ExportFiles => self.files.can_export(),
                    Ask::Packet => self.looked_at().walk(&self.world).is_some(),
                };
                if !can {
                    return None;
                }
                self.overlay = Some(Overlay::Ask(what));
                Some(Effect::SuggestPath(what))
            }
            PathCommand::Browse(what) => Some(Effect::FileDialog(what)),
            PathCommand::Chosen(what, path) => {
                self.overlay = None;
                self.chosen(what, path)
            }
        }
    }

    fn chosen(&mut self, what: Ask, path: PathBuf) -> Option<Effect> {
        match what {
            Ask::Open => {
                self.course = None;
                self.origin = Origin::Reading(path.clone());
                Some(Effect::ReadTrace(path))
            }
            Ask::Save => Some(Effect::WriteTrace(path)),
            Ask::Export => Some(Effect::WriteDiagram(path)),
            Ask::Load => inspect(self.files.load(path)),
            Ask::SaveImage => inspect(self.files.save(path)),
            Ask::ExportFiles => inspect(self.files.write(path)),
            Ask::ExportVolume => inspect(self.files.export_volume(path)),
            Ask::ImportVolume => inspect(self.files.import_volume(path)),
            Ask::Packet => Some(Effect::WritePacket(path)),
        }
    }

    /// The selected volume is the one that is asked about, whatever is selected when the answer comes.
    fn choose_volume(&mut self) -> bool {
        self.files.volume = match &self.selection {
            Some(Entity::Volume(name)) if self.world.volumes.contains_key(name) => Some(name.clone()),
            _ => None,
        };
        self.files.volume.is_some()
    }
}
