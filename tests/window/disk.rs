//! The disk in the window: chosen beside picture and table, measured by a click, and before a prune what that would take away.

use crate::common::{Window, app, app_mut, click, open};
use crate::sample::{ROOT, Sample, digest, id, shell_layers};
use dockwalk::client::GateView;
use dockwalk::client::protocol::Caller;
use dockwalk::i18n::Lang;
use dockwalk::trace::*;
use dockwalk::ui::Options;
use dockwalk::ui::command::ViewCommand;
use dockwalk::ui::diagrams::{StorageView, Tab};
use dockwalk::ui::source::News;
use dockwalk::ui::state::Effect;
use egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use std::sync::Arc;

fn measured() -> Sample {
    let mut s = Sample::default();
    s.engine_start();
    s.pull("shell", &shell_layers());
    s.create("box", "shell", "none");
    s.saw(Change::VolumeSeen(Volume { name: "notes".into(), path: "/v/notes".into(), anonymous: false }));
    s.op(OpKind::DiskMeasure, ROOT, |s| {
        s.step(StepKind::MeasureDisk, ROOT, |s| {
            let upper = DiskPlace::Upper { container: id("box") };
            s.saw(Change::BytesCounted(Counted { place: upper, bytes: Some(500_000), users: Vec::new() }));
            let place = DiskPlace::Volume { name: "notes".into() };
            s.saw(Change::BytesCounted(Counted { place, bytes: Some(70_000), users: vec![id("box")] }));
            let images = vec![KeptImage { id: digest("shell/config"), parent: None, digests: Vec::new() }];
            let (path, room, left, stored) = (ROOT.into(), (9 << 30, 4 << 30), LeftOver::default(), s.world.stored);
            s.saw(Change::DiskSeen(Disk { path, room, blobs: 1 << 20, images, left, holders: Vec::new(), stored }));
        });
    });
    s
}

fn receive(window: &mut Window, news: News) {
    app_mut(window).state.receive(news);
    window.run_steps(2);
}

fn live(sample: &Sample) -> Window {
    let mut window = open(Options { lang: Some(Lang::Ko), ..Options::default() }, (1280.0, 720.0));
    receive(&mut window, News::Connected { socket: "/nowhere/dockwalk.sock".into() });
    receive(&mut window, News::Events(sample.events.iter().cloned().map(Arc::new).collect()));
    window
}

fn is_there(window: &Window, label: &str) -> bool {
    window.query_all_by_label_contains(label).next().is_some()
}

/// What is said of the picture as a whole.
fn spoken(window: &Window) -> String {
    window.get_by_role(Role::Figure).accesskit_node().description().unwrap_or_default()
}

#[test]
fn what_was_measured_is_shown_and_a_prune_is_chosen_to_see_what_goes() {
    let mut window = live(&measured());
    assert_eq!((app(&window).state.tab, app(&window).state.storage), (Tab::Storage, StorageView::Disk), "it follows");
    assert!(is_there(&window, "컨테이너, box: 500.0 kB · 만들어짐") && !is_there(&window, "사라짐"));
    window.get_by_label("docker container prune").click();
    window.run_steps(2);
    assert!(
        is_there(&window, "컨테이너, box: 500.0 kB · 만들어짐 · 사라짐") && spoken(&window).contains("500.0 kB 비움")
    );
    window.get_by_label("docker container prune").click();
    window.run_steps(2);
    assert!(!is_there(&window, "사라짐"), "pressed again it is gone");
    window.get_by_label_contains("컨테이너, box: 500.0 kB").click();
    window.run_steps(2);
    assert_eq!(app(&window).state.selection, Some(Entity::Container(id("box"))));
    assert!(is_there(&window, "센 바이트"), "its facts say what was counted");
    let state = &mut app_mut(&mut window).state;
    assert!(matches!(state.apply(ViewCommand::MeasureDisk.into()), Some(Effect::MeasureDisk)));
    click(&mut window, "그림");
    window.run_steps(2);
    assert_eq!(app(&window).state.storage, StorageView::Picture);
    assert!(!is_there(&window, "docker container prune"));
}

/// A prune of several requests has begun, and waits before its first step.
fn prunes(window: &mut Window, sample: &mut Sample, words: &[&str]) {
    let (id, request) = (900, "POST /v1.43/containers/prune".to_owned());
    let (from, subject) = (sample.events.len(), "box".to_owned());
    sample.push(Body::OpBegan { op: Op { id, kind: OpKind::ContainerRemove, subject, request } });
    let step = Step { id: 9000, op: id, parent: None, plan: Plan::new(StepKind::RemoveContainer, "box") };
    sample.push(Body::StepAnnounced { step: step.clone() });
    receive(window, News::Events(sample.events[from..].iter().cloned().map(Arc::new).collect()));
    let caller = Caller { pid: 7, program: "docker".into(), words: words.iter().map(ToString::to_string).collect() };
    let gate = GateView {
        held: true,
        open: false,
        passing: false,
        level: Level::Stage,
        breakpoints: Default::default(),
        waiting: vec![step],
        callers: [(id, caller)].into(),
    };
    receive(window, News::Gate(Box::new(gate)));
}

#[test]
fn before_a_prune_it_is_that_one() {
    let mut sample = measured();
    let mut window = live(&sample);
    prunes(&mut window, &mut sample, &["docker", "system", "prune", "-af", "--volumes"]);
    assert_eq!(app(&window).state.storage, StorageView::Disk);
    assert!(spoken(&window).contains("docker system prune -a --volumes: "), "{}", spoken(&window));
    for told in ["컨테이너, box: 500.0 kB · 만들어짐 · 사라짐", "이미지, lab/shell:1"] {
        assert!(is_there(&window, told), "{told}");
    }
    // Another may be looked at meanwhile.
    window.get_by_label("docker volume prune").click();
    window.run_steps(2);
    assert!(spoken(&window).contains("docker volume prune: 지울 것이 없음"), "{}", spoken(&window));
}
