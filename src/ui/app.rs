//! The eframe application: one frame is news in, painting, commands out.

use super::{Options, StartError, style};

/// Opens the window and runs until it is closed.
pub(super) fn run(options: Options) -> Result<(), StartError> {
    if cfg!(target_os = "linux") && !has_display() {
        return Err(StartError::NoDisplay);
    }
    let native = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        viewport: egui::ViewportBuilder::default()
            .with_title("dockwalk")
            .with_app_id("dockwalk")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([960.0, 640.0]),
        ..Default::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |creation| Ok(Box::new(App::new(creation, options))));
    eframe::run_native("dockwalk", native, create).map_err(|error| StartError::Window(error.to_string()))
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].iter().any(|v| std::env::var_os(v).is_some_and(|v| !v.is_empty()))
}

/// The window.
#[derive(Debug)]
pub struct App {
    options: Options,
}

impl App {
    /// A window that is about to open.
    pub fn new(creation: &eframe::CreationContext<'_>, options: Options) -> Self {
        style::install(&creation.egui_ctx);
        Self { options }
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        egui::CentralPanel::default().show(ui, |ui| ui.label(format!("{:?}", self.options.open)));
    }
}
