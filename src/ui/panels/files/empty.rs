//! What stands where there are no files: nothing chosen, being read, failed, none there.

use super::super::PanelContext;
use super::head;
use crate::trace::Problem;
use crate::ui::command::{Ask, FilesCommand, PathCommand, SourceCommand, TerminalCommand};
use crate::ui::files::{Act, Load, Slot};
use crate::ui::fonts;
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, ProgressBar, Rect, RichText, Ui, vec2};

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let top = (ui.available_height() * 0.26).max(20.0);
    ui.vertical_centered(|ui| {
        ui.add_space(top);
        match &cx.state.files.opened {
            Load::Busy(progress) => busy(ui, cx, *progress),
            Load::Failed(problem) => failed(ui, cx, problem),
            Load::Nothing | Load::Ready(_) => nothing(ui, cx),
        }
    });
}

/// Seconds since that began to be shown; it begins anew after a frame with `going` false.
pub fn since(ui: &Ui, what: &str, going: bool) -> f64 {
    let id = egui::Id::unique(("files-since", what));
    let now = ui.input(|input| input.time);
    if !going {
        ui.ctx().data_mut(|data| data.remove_temp::<f64>(id));
        return 0.0;
    }
    let began = ui.ctx().data_mut(|data| *data.get_temp_mut_or_insert_with(id, || now));
    if now - began < 0.5 {
        ui.ctx().request_repaint_after_secs((0.51 - (now - began)) as f32);
    }
    now - began
}

/// Nothing blinks for what takes less than half a second.
fn busy(ui: &mut Ui, cx: &mut PanelContext<'_>, progress: Option<(u64, u64)>) {
    if since(ui, "files-open", true) < 0.5 {
        return;
    }
    let name = cx.state.files.subject.as_ref().map(|subject| subject.title(cx.state.world())).unwrap_or_default();
    let text = cx.words.say_with("files-opening", &[("name", name.as_str())]);
    ui.label(RichText::new(text).font(fonts::bold(18.0)));
    ui.add_space(10.0);
    match progress {
        Some((now, of)) => {
            let (now, of) = (now.to_string(), of.to_string());
            let text = cx.words.say_with("files-opening-layers", &[("now", now.as_str()), ("of", of.as_str())]);
            let share = now.parse::<f32>().unwrap_or(0.0) / of.parse::<f32>().unwrap_or(1.0).max(1.0);
            ui.add(ProgressBar::new(share).desired_width(280.0).desired_height(6.0).fill(cx.theme.accent));
            ui.add_space(4.0);
            ui.label(RichText::new(text).size(13.0).color(cx.theme.weak));
        }
        None => drop(ui.add(egui::Spinner::new().size(22.0).color(cx.theme.accent))),
    }
    ui.add_space(12.0);
    let cancel = cx.say("cancel");
    if widgets::text_button(ui, &cancel, Loudness::Plain).clicked() {
        cx.want(FilesCommand::Do(Act::Cancel(Slot::Open)));
    }
}

fn failed(ui: &mut Ui, cx: &mut PanelContext<'_>, problem: &Problem) {
    since(ui, "files-open", false);
    ui.label(RichText::new(cx.say("files-failed")).font(fonts::bold(18.0)).color(cx.theme.bad));
    ui.add_space(6.0);
    ui.allocate_ui(vec2(ui.available_width().min(560.0), 0.0), |ui| {
        ui.add(egui::Label::new(RichText::new(cx.words.problem(problem)).size(14.0)).wrap());
    });
    ui.add_space(12.0);
    let again = cx.say("files-again");
    if widgets::text_button(ui, &again, Loudness::Plain).clicked() {
        cx.want(FilesCommand::Do(Act::Again));
    }
}

fn nothing(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    since(ui, "files-open", false);
    let live = cx.state.is_live();
    let known = !crate::ui::files::subject::known(cx.state.world()).is_empty();
    let (title, text) = match (live, known) {
        (false, _) => ("files-recorded", "files-recorded-text"),
        (true, false) => ("files-no-images", "files-no-images-text"),
        (true, true) => ("files-nothing", "files-nothing-text"),
    };
    ui.label(RichText::new(cx.say(title)).font(fonts::bold(20.0)));
    ui.add_space(4.0);
    ui.label(RichText::new(cx.say(text)).color(cx.theme.weak));
    ui.add_space(14.0);
    match (live, known) {
        (false, _) => {
            let label = cx.say("start-engine");
            if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(SourceCommand::StartEngine);
            }
        }
        (true, false) => {
            ui.label(RichText::new("$ docker pull lab/shell:1").font(fonts::mono(15.0)).color(cx.theme.good));
            ui.add_space(8.0);
            let label = cx.say("files-pull");
            if widgets::text_button(ui, &label, cx.loudness()).clicked() {
                cx.want(TerminalCommand::Run("docker pull lab/shell:1".to_owned()));
            }
            ui.add_space(4.0);
            let label = cx.say("key-load");
            if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(PathCommand::Ask(Ask::Load));
            }
        }
        (true, true) => {
            if let Some(subject) = head::picker(ui, cx, "files-subject-empty", None, 320.0) {
                cx.want(FilesCommand::Do(Act::Open(subject, None)));
            }
        }
    }
}

/// A line where the rows of a tree would be.
pub fn in_tree(ui: &Ui, cx: &PanelContext<'_>, room: Rect, key: &str) {
    if key == "files-busy" && since(ui, key, true) < 0.5 {
        return;
    }
    let at = room.center_top() + vec2(0.0, (room.height() * 0.3).min(120.0));
    let text = cx.say(key);
    let rect = ui.painter().text(at, Align2::CENTER_TOP, &text, fonts::regular(14.0), cx.theme.weak);
    let response = ui.interact(rect, ui.scope_id().with(key), egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, &text));
}
