//! Files: the system's dialog that asks for one, and pictures that are written into one.

use super::*;
use crate::ui::command::{Ask, PathCommand};
use crate::ui::{export, theme::Theme};

/// A picture of the window that was asked for.
#[derive(Debug)]
pub(super) struct Shot {
    path: PathBuf,
    taken: Option<Receiver<Arc<egui::ColorImage>>>,
}

impl EffectRunner {
    /// A picture is taken in the frame after the question for its path, which would else be in it.
    pub(super) fn picture(&mut self, ctx: &Context, state: &mut WindowState) {
        let wake = waker(ctx);
        match &mut self.shot {
            None => {}
            Some(Shot { taken: Some(taken), path }) => {
                let Ok(image) = taken.try_recv() else { return };
                let part = image.region(&self.diagram, Some(ctx.pixels_per_point()));
                say(state, export::png(path, &part), "notice-exported", &path.clone());
                self.shot = None;
            }
            Some(Shot { taken, .. }) => {
                let (sender, receiver) = channel();
                *taken = Some(receiver);
                ctx.request_screenshot(move |image| {
                    // The window may have been closed meanwhile.
                    sender.send(image).ok();
                    wake();
                });
            }
        }
    }

    pub(super) fn browse(&mut self, ctx: &Context, ask: Ask, state: &WindowState, path: &str) {
        let (sender, receiver) = channel();
        self.asked = Some(receiver);
        let wake = waker(ctx);
        let words = state.words();
        let dialog = rfd::FileDialog::new().set_title(words.say(ask.key()));
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // The dialog runs its own loop, so it has its own thread.
        std::thread::spawn(move || {
            let chosen = match ask {
                Ask::Open => dialog.add_filter("dockwalk", &["ndjson", "json"]).pick_file(),
                Ask::Save => dialog.add_filter("dockwalk", &["ndjson"]).set_file_name(name).save_file(),
                Ask::Export => dialog.add_filter("SVG, PNG", &["svg", "png"]).set_file_name(name).save_file(),
                Ask::Load => dialog.add_filter("tar", &["tar", "gz", "tgz", "zst"]).pick_file(),
                Ask::SaveImage => dialog.add_filter("tar", &["tar"]).set_file_name(name).save_file(),
                Ask::ExportVolume => {
                    dialog.add_filter("tar, gzip", &["tar", "gz", "tgz"]).set_file_name(name).save_file()
                }
                Ask::ImportVolume => dialog.add_filter("tar", &["tar", "gz", "tgz", "zst"]).pick_file(),
                Ask::Packet => dialog.add_filter("pcapng", &["pcapng"]).set_file_name(name).save_file(),
                Ask::ExportFiles => dialog.add_filter("JSON", &["json"]).set_file_name(name).save_file(),
            };
            sender.send(chosen.map(|path| PathCommand::Chosen(ask, path).into())).ok();
            wake();
        });
    }

    pub(super) fn export(&mut self, ctx: &Context, state: &mut WindowState, path: PathBuf) {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            self.shot = Some(Shot { path, taken: None });
            ctx.request_repaint();
            return;
        }
        let theme = if state.dark { Theme::DARK } else { Theme::LIGHT };
        let (storage, prune) = (state.storage, state.pruning());
        let look = crate::ui::diagrams::Look { reach: &state.looked_at(), storage, prune, ..Default::default() };
        let result = export::svg(&path, state.tab, state.world(), look, &state.words(), &theme);
        say(state, result, "notice-exported", &path);
    }
}

/// The packet that is looked at, as a file.
pub(super) fn save_packet(state: &mut WindowState, path: &Path) {
    let Some(walk) = state.looked_at().walk(state.world()) else { return };
    let result = export::pcap(path, walk);
    say(state, result, "notice-packet-saved", path);
}

/// What stands in the field at first.
pub(super) fn suggestion(ask: Ask, state: &WindowState) -> String {
    let home = directories::UserDirs::new();
    let dir = home
        .as_ref()
        .map_or_else(std::env::temp_dir, |dirs| dirs.document_dir().unwrap_or_else(|| dirs.home_dir()).to_owned());
    let name = match ask {
        Ask::Open | Ask::Load | Ask::ImportVolume => return String::new(),
        Ask::Save => "dockwalk.ndjson".to_owned(),
        Ask::Export => format!("dockwalk-{:?}.svg", state.tab).to_lowercase(),
        Ask::Packet => "dockwalk.pcapng".to_owned(),
        Ask::SaveImage => format!("{}.tar", file_name(state)),
        Ask::ExportVolume => format!("{}.tar.gz", state.files.volume.as_deref().unwrap_or("volume")),
        Ask::ExportFiles => format!("{}.json", file_name(state)),
    };
    dir.join(name).display().to_string()
}

/// A name for a file that is about what the inspector shows.
fn file_name(state: &WindowState) -> String {
    let title = state.files.subject.as_ref().map_or_else(String::new, |subject| subject.title(state.world()));
    title.replace(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-'), "-")
}
