//! Above the table of who reaches whom: what is asked, and the way to have it asked for real.

use super::PanelContext;
use crate::reach::{self, IpVersion, Question};
use crate::ui::command::{Ask, PathCommand, ReachingCommand};
use crate::ui::widgets::{self, Loudness};
use egui::{DragValue, Frame, Margin, RichText, Ui};

/// What is asked first of a port.
const HTTP: u16 = 80;
const DNS: u16 = 53;

/// Shows it, as wide as there is room.
pub fn bar(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    Frame::new().inner_margin(Margin::symmetric(12, 4)).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 4.0;
            let views =
                [("reach-bar-table", "reach-bar-table-why", false), ("reach-bar-packet", "reach-bar-packet-why", true)];
            for (key, why, packet) in views {
                let chosen = state.reaching.packet == packet;
                let label = ui.selectable_label(chosen, RichText::new(cx.say(key)).size(13.0));
                if label.on_hover_text(cx.say(why)).clicked() && !chosen {
                    cx.want(ReachingCommand::Packet(packet));
                }
            }
            ui.separator();
            versions(ui, cx);
            questions(ui, cx);
            ui.add_space(6.0);
            if state.is_live() {
                prove(ui, cx);
                follow(ui, cx);
            } else {
                ui.label(RichText::new(cx.say("reach-bar-recorded")).size(12.5).color(cx.theme.weak));
            }
            if state.reaching.packet && state.looked_at().walk(state.world()).is_some() {
                let label = cx.say("reach-bar-save");
                if widgets::text_button(ui, &label, Loudness::Quiet).clicked() {
                    cx.want(PathCommand::Ask(Ask::Packet));
                }
            }
        });
    });
}

fn prove(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    if state.reaching.packet {
        return;
    }
    let all = state.proves_all();
    let proving = state.is_proving();
    let label = cx.say(match (proving, all) {
        (true, _) => "reach-bar-proving",
        (false, true) => "reach-bar-prove",
        (false, false) => "reach-bar-prove-pair",
    });
    let can = !proving && !state.must_predict() && state.answers() && (all || state.pair().is_some());
    let button = ui.add_enabled_ui(can, |ui| widgets::text_button(ui, &label, Loudness::Plain)).inner;
    let first = cx.say(if state.must_predict() { "reach-bar-predict-first" } else { "reach-bar-prove-why" });
    if button.on_hover_text(&first).on_disabled_hover_text(&first).clicked() {
        cx.want(ReachingCommand::Prove);
    }
}

fn follow(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let state = cx.state;
    let following = state.is_following();
    let label = cx.say(if following { "reach-bar-following" } else { "reach-bar-follow" });
    let can = !following && !state.must_predict() && state.answers() && state.can_follow();
    let button = ui.add_enabled_ui(can, |ui| widgets::text_button(ui, &label, Loudness::Plain)).inner;
    let why = match (can, state.must_predict()) {
        (true, _) => "reach-bar-follow-why",
        (false, true) => "reach-bar-predict-first",
        (false, false) => "reach-bar-follow-first",
    };
    if button.on_hover_text(cx.say(why)).on_disabled_hover_text(cx.say(why)).clicked() {
        cx.want(ReachingCommand::Follow);
    }
}

/// Where nobody has IPv6 there is nothing to choose.
fn versions(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let now = cx.state.reaching.version;
    if now == IpVersion::V4 && !reach::has_six(cx.state.world()) {
        return;
    }
    for version in [IpVersion::V4, IpVersion::V6] {
        let label = ui.selectable_label(version == now, RichText::new(version.name()).size(13.0));
        let why = cx.words.say_with("reach-bar-version-why", &[("version", version.name())]);
        if label.on_hover_text(why).clicked() && version != now {
            cx.want(ReachingCommand::By(version));
        }
    }
    ui.separator();
}

fn questions(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let now = cx.state.reaching.question;
    let port = match now {
        Question::Tcp(port) | Question::Udp(port) => Some(port),
        Question::Ping | Question::Name => None,
    };
    let kinds = [
        ("ping".to_owned(), Question::Ping),
        ("TCP".to_owned(), Question::Tcp(port.unwrap_or(HTTP))),
        ("UDP".to_owned(), Question::Udp(port.unwrap_or(DNS))),
        (cx.say("reach-bar-name"), Question::Name),
    ];
    for (name, question) in kinds {
        let chosen = std::mem::discriminant(&question) == std::mem::discriminant(&now);
        if ui.selectable_label(chosen, RichText::new(name).size(13.0)).clicked() && !chosen {
            cx.want(ReachingCommand::Ask(question));
        }
    }
    let Some(mut number) = port else { return };
    let label = ui.label(RichText::new(cx.say("reach-bar-port")).size(12.5).color(cx.theme.weak));
    let field = ui.add(DragValue::new(&mut number).range(1..=u16::MAX).speed(0.2)).labelled_by(label.id);
    if field.changed() {
        let question = if matches!(now, Question::Udp(_)) { Question::Udp(number) } else { Question::Tcp(number) };
        cx.want(ReachingCommand::Ask(question));
    }
}
