//! The right panel: what was done is summed up before it is spelled out, what nobody observed is said to be so, and what has the keys is
//! seen.

use crate::common::{Window, app, app_mut, click, press, tell};
use crate::lesson::{LESSONS, lesson_in};
use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Entity, Level};
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use egui::Key;
use egui_kittest::kittest::{NodeT, Queryable};

fn labels(window: &Window) -> Vec<(String, egui::Rect)> {
    let nodes = window.root().children_recursive();
    nodes
        .filter(|node| node.accesskit_node().bounding_box().is_some())
        .flat_map(|node| {
            let rect = node.rect();
            let node = node.accesskit_node();
            [node.label(), node.value()].into_iter().flatten().map(move |text| (text, rect)).collect::<Vec<_>>()
        })
        .collect()
}

#[test]
fn a_long_answer_is_folded_and_what_changed_comes_first() {
    for (lang, rest, fold) in [(Lang::Ko, "나머지 ", "접기"), (Lang::En, "Show the other ", "Fold")] {
        let words = Words::new(lang);
        let mut window = lesson_in(LESSONS[0], lang, (1440.0, 900.0));
        app_mut(&mut window).state.course = None;
        tell(&mut window, PlaybackCommand::Home);
        let (mut folded, mut first) = (0, 0);
        for _ in 0..40 {
            tell(&mut window, PlaybackCommand::Step);
            tell(&mut window, ViewCommand::Select(None));
            let all = labels(&window);
            let card = all.iter().find(|(text, _)| text.contains("  ·  #")).map(|(_, rect)| rect.top());
            let changed =
                all.iter().find(|(text, _)| *text == words.say("inspector-changed")).map(|(_, rect)| rect.top());
            if let (Some(card), Some(changed)) = (card, changed) {
                assert!(changed < card, "{lang:?}");
                first += 1;
            }
            let Some((label, _)) = all.iter().find(|(text, _)| text.starts_with(rest)).cloned() else { continue };
            folded += 1;
            if folded == 1 {
                // No answer is a wall.
                let wells =
                    all.iter().filter(|(text, rect)| text.lines().count() > 1 && rect.height() > 7.0 * 18.0 + 2.0);
                assert_eq!(wells.filter(|(_, rect)| rect.left() > 1000.0).count(), 0, "{lang:?}");
                let link = window.query_all_by_label(&label).next().unwrap();
                link.click();
                drop(all);
                window.run_steps(3);
                assert!(window.query_all_by_label(fold).next().is_some(), "{lang:?}");
                window.query_all_by_label(fold).next().unwrap().click();
                window.run_steps(3);
                assert!(window.query_all_by_label(&label).next().is_some(), "{lang:?}");
            }
        }
        assert!(folded > 0 && first > 3, "{lang:?}: {folded} {first}");
    }
}

#[test]
fn where_nothing_was_observed_that_is_said() {
    for lang in Lang::ALL {
        let words = Words::new(lang);
        let mut window = lesson_in(LESSONS[0], lang, (1440.0, 900.0));
        // Without the lesson nothing holds what is stepped.
        app_mut(&mut window).state.course = None;
        tell(&mut window, PlaybackCommand::Home);
        tell(&mut window, PlaybackCommand::Level(Level::Kernel));
        let none = [words.say("lately-unanswered"), words.say_with("lately-unanswered-in", &[("step", "§")])];
        let begins: Vec<&str> =
            none.iter().map(|text| text.split('§').next().unwrap().trim_end_matches('\u{2068}')).collect();
        let (mut said, mut cards) = (0, 0);
        for _ in 0..45 {
            if app(&window).state.at_end() {
                break;
            }
            tell(&mut window, PlaybackCommand::Step);
            tell(&mut window, ViewCommand::Select(None));
            if app(&window).state.last().is_none() {
                continue;
            }
            let all = labels(&window);
            let card = all.iter().any(|(text, _)| text.contains("  ·  #"));
            let told = all.iter().any(|(text, _)| begins.iter().any(|begin| text.starts_with(begin)));
            assert!(card != told, "{lang:?}: evidence, or word that there is none: {card} {told}");
            said += usize::from(told);
            cards += usize::from(card);
        }
        assert!(cards > 5, "{lang:?}: {said} {cards}");
        // A thing that was told along with another.
        tell(&mut window, PlaybackCommand::End);
        let state = &app(&window).state;
        let alone = state.world().namespaces.keys().map(|inode| Entity::Namespace(*inode)).find(|entity| {
            state.trace.touches(entity, u64::MAX) == 0
                && dockwalk::ui::facts::of(entity, state.world(), &words).is_some()
        });
        if let Some(entity) = alone {
            tell(&mut window, ViewCommand::Select(Some(entity)));
            window.get_by_label(&words.say("inspector-evidence-none"));
        }
    }
}

#[test]
fn wherever_tab_leads_is_seen() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, (1280.0, 720.0));
    tell(&mut window, PlaybackCommand::End);
    let container = app(&window).state.trace.head().containers.keys().next().cloned();
    let entity = container.map(Entity::Container).unwrap_or(Entity::Host);
    tell(&mut window, ViewCommand::Select(Some(entity)));
    let mut panel = 0;
    for _ in 0..70 {
        press(&mut window, Key::Tab);
        window.run_steps(4);
        let Some(id) = window.ctx.memory(egui::Memory::focused) else { continue };
        let response = window.ctx.read_response(id).unwrap();
        assert!(response.interact_rect.is_positive(), "{id:?} has the keys and is not seen: {:?}", response.rect);
        panel += usize::from(response.rect.left() > 1000.0);
    }
    assert!(panel > 2, "{panel}");
}

#[test]
fn the_link_back_is_there() {
    let mut window = lesson_in(LESSONS[0], Lang::Ko, (1440.0, 900.0));
    tell(&mut window, PlaybackCommand::End);
    tell(&mut window, ViewCommand::Select(Some(Entity::Host)));
    click(&mut window, "← 방금 한 일");
    assert_eq!(app(&window).state.selection, None);
}
