//! What a frame costs with an image of 200,000 files open in the layer inspector. Run: `cargo bench --bench inspector`.
//!
//! The whole window, in no window of the system's: 1440×900, laid out, painted and tessellated. Printed is the CPU time of the
//! thread that paints (CLOCK_THREAD_CPUTIME_ID) per frame, so that what else runs on the machine does not count. Ends with an
//! error when a frame takes more than 16 ms, or when the process came to need more than 300 MB.
#![allow(clippy::unwrap_used, reason = "a measurement ends where something is not as it should be")]

use dockwalk::tree::{Kind, Layer, LayerEntry, PathChange, Query, Stack};
use dockwalk::ui::app::App;
use dockwalk::ui::command::{Command, FilesCommand};
use dockwalk::ui::files::{Act, Against, Done, LayerInfo, Load, Made, Motion, Opened, Page, Subject};
use dockwalk::ui::source::News;
use dockwalk::ui::{Options, files};
use egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, RawInput, Rect, TouchPhase, pos2, vec2};
use nix::time::{ClockId, clock_gettime};
use std::sync::Arc;
use std::time::Duration;

const FILES: usize = 200_000;
const FRAME: Duration = Duration::from_millis(16);
const MOST: u64 = 300_000_000;

fn main() {
    let image = Arc::new(image());
    println!(
        "image: {} layers, {} paths, {} MB of model",
        image.layers.len(),
        image.stack.len(),
        memory(&image) / 1_000_000
    );
    let mut bench = Bench::new();
    bench.open(Arc::clone(&image));
    bench.frames("at rest", 60, |_, _| vec![]);
    bench.wait("expand all", Act::All(true));
    println!("rows: {}", rows(&bench));
    bench.frames("scroll", 400, |_, n| vec![wheel(if n < 200 { -9_000.0 } else { 7_000.0 })]);
    for (name, motion) in [
        ("one line down", Motion::Lines(1)),
        ("a page down", Motion::Lines(25)),
        ("last", Motion::Last),
        ("first", Motion::First),
    ] {
        let times = if matches!(motion, Motion::Lines(_)) { 120 } else { 10 };
        bench.each(name, (0..times).map(|_| Act::Move(motion)));
    }
    let paths: Vec<_> = (0..80u32).map(|n| image.stack.path(n * 2477 % image.stack.len() as u32)).collect();
    bench.each("go to a path", paths.into_iter().map(Act::GoTo));
    bench.each("close and open /usr", (0..12).map(|_| Act::Toggle(1)));
    for text in ["l", "li", "lib", "libf", "libfo", "libfoo", "libfoo1", "/usr/", "*.so"] {
        let query = Query { text: text.into(), ..Query::default() };
        bench.wait(&format!("search {text}"), Act::Search(query));
    }
    bench.frames("scroll what was found", 100, |_, _| vec![wheel(-5_000.0)]);
    let marks = Query { marks: [PathChange::Changed, PathChange::Deleted].into(), ..Query::default() };
    bench.wait("search by mark", Act::Search(marks));
    bench.wait("end the search", Act::Search(Query::default()));
    for layer in (0..image.layers.len()).rev() {
        bench.wait(&format!("layer {}", layer + 1), Act::Layer(layer));
        bench.wait("this layer only", Act::Only(true));
        bench.wait("up to this layer", Act::Only(false));
    }
    bench.wait("top layer", Act::Layer(image.layers.len() - 1));
    bench.wait("collapse all", Act::All(false));
    bench.wait("waste", Act::Page(Page::Waste));
    bench.frames("scroll waste", 100, |_, _| vec![wheel(-3_000.0)]);
    bench.wait("compare", Act::Page(Page::Compare));
    let subject = image.subject.clone();
    bench.wait("compare with the lowest layer", Act::Compare(Against { subject, layer: Some(0) }));
    bench.frames("scroll differences", 100, |_, _| vec![wheel(-3_000.0)]);
    bench.end();
}

fn rows(bench: &Bench) -> usize {
    bench.app.state.files.tree.view.as_ref().map_or(0, dockwalk::tree::View::len)
}

fn memory(image: &Opened) -> usize {
    image.stack.memory() + image.stack.layers().iter().map(|layer| layer.memory()).sum::<usize>()
}

fn wheel(y: f32) -> Event {
    Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, y),
        phase: TouchPhase::Move,
        source: MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    }
}

/// 200,000 files in a thousand directories; on top of them layers that change, delete, hide and add some.
fn image() -> Opened {
    let file = |path: String, size: u64| LayerEntry { kind: Kind::File { size }, ..LayerEntry::directory(&path) };
    let path = |n: usize| format!("usr/lib/part{:02}/dir{:03}/libfoo{n}.so", n % 20, n / 20 % 50);
    let mut layers: Vec<Vec<LayerEntry>> = vec![(0..FILES).map(|n| file(path(n), n as u64 % 90_000)).collect()];
    layers.push((0..FILES / 20).map(|n| file(path(n * 20), 7 + n as u64)).collect());
    layers.push(
        (0..FILES / 40)
            .map(|n| LayerEntry { kind: Kind::Whiteout, ..LayerEntry::directory(&path(n * 40 + 3)) })
            .collect(),
    );
    layers.push(vec![LayerEntry { kind: Kind::Opaque, ..LayerEntry::directory("usr/lib/part07/dir007") }]);
    layers.push((0..5_000).map(|n| file(format!("srv/data{:02}/file{n}", n % 50), 1_000)).collect());
    let trees: Vec<_> = layers.into_iter().map(|entries| Arc::new(Layer::build(entries))).collect();
    let info = |(n, tree): (usize, &Arc<Layer>)| LayerInfo {
        chain: Some(format!("sha256:{:064x}", n + 1).parse().unwrap()),
        size: 1_000_000 * (9 - n as u64),
        entries: tree.len(),
        made_by: format!("RUN make layer {n}"),
        ..LayerInfo::default()
    };
    let layers: Vec<_> = trees.iter().enumerate().map(info).collect();
    let history = (0..layers.len()).map(|n| Made { text: layers[n].made_by.clone(), layer: Some(n) }).collect();
    Opened { subject: Subject::Image("bench/large:1".into()), layers, history, stack: Arc::new(Stack::new(trees)) }
}

struct Bench {
    ctx: egui::Context,
    app: App,
    time: f64,
    worst: Duration,
}

impl Bench {
    fn new() -> Self {
        let ctx = egui::Context::default();
        let mut app = App::with(&ctx, Options { lang: Some(dockwalk::i18n::Lang::Ko), ..Options::default() });
        app.state.receive(News::Connected { socket: "/nowhere/dockwalk.sock".into() });
        Self { ctx, app, time: 0.0, worst: Duration::ZERO }
    }

    /// As if the engine had answered.
    fn open(&mut self, image: Arc<Opened>) {
        let orders = self.app.state.files.apply(Act::Open(image.subject.clone(), None));
        let (ticket, _) = orders.into_iter().next().unwrap();
        let orders = self.app.state.files.receive(ticket, Done::Opened(image));
        let mut bench = files::work::Bench::default();
        bench.begin(orders, None, || ());
        while !matches!(self.app.state.files.listing, Load::Ready(())) {
            for (ticket, done) in bench.done() {
                drop(self.app.state.files.receive(ticket, done));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        // The first frames load fonts and fill the glyph atlas, as those of every window do.
        for _ in 0..30 {
            self.frame(vec![], None);
        }
    }

    /// One frame, with what is done before it, in CPU time of this thread.
    fn frame(&mut self, events: Vec<Event>, command: Option<Command>) -> Duration {
        self.time += 1.0 / 60.0;
        let mut all = vec![Event::PointerMoved(pos2(640.0, 420.0))];
        all.extend(events);
        let screen = Rect::from_min_size(pos2(0.0, 0.0), vec2(1440.0, 900.0));
        let input = RawInput { screen_rect: Some(screen), time: Some(self.time), events: all, ..RawInput::default() };
        let begun = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
        let ctx = self.ctx.clone();
        if let Some(command) = command {
            self.app.command(&ctx, command);
        }
        let output = ctx.run_ui(input, |ui| self.app.show(ui));
        let meshes = ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        std::hint::black_box(&meshes);
        let ended = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).unwrap();
        output.drop_without_applying_deltas();
        Duration::from(ended) - Duration::from(begun)
    }

    fn frames(&mut self, name: &str, count: usize, events: impl Fn(&Self, usize) -> Vec<Event>) {
        let times = (0..count).map(|n| {
            let events = events(self, n);
            self.frame(events, None)
        });
        let times = times.collect();
        self.say(name, times);
    }

    /// An act in each frame.
    fn each(&mut self, name: &str, acts: impl Iterator<Item = Act>) {
        let times = acts.map(|act| self.frame(vec![], Some(FilesCommand::Do(act).into()))).collect();
        self.say(name, times);
    }

    /// An act, and frames until what it began has come, and some more.
    fn wait(&mut self, name: &str, act: Act) {
        let mut times = vec![self.frame(vec![], Some(FilesCommand::Do(act).into()))];
        let mut quiet = 0;
        while quiet < 12 && times.len() < 5_000 {
            let files = &self.app.state.files;
            let searching = files.shown_tree().is_searched() && files.shown_tree().hits.is_none();
            let busy = files.listing.is_busy() || files.waste.is_busy() || files.comparing.is_busy() || searching;
            quiet = if busy { 0 } else { quiet + 1 };
            std::thread::sleep(Duration::from_millis(4));
            times.push(self.frame(vec![], None));
        }
        self.say(name, times);
    }

    fn say(&mut self, name: &str, mut times: Vec<Duration>) {
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
        println!(
            "{name:32} {:5} frames   p50 {:6.2} ms   p99 {:6.2} ms   max {:6.2} ms",
            times.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
        self.worst = self.worst.max(*times.last().unwrap());
    }

    fn end(self) {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024;
        println!(
            "longest frame {:.2} ms of CPU; peak memory {} MB (with both copies of the entries while they were built)",
            self.worst.as_secs_f64() * 1e3,
            peak / 1_000_000
        );
        if self.worst > FRAME || peak > MOST {
            println!("over the limit of 16 ms or 300 MB");
            std::process::exit(1);
        }
    }
}
