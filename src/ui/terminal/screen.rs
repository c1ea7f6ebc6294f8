//! A terminal's screen: what vt100 makes of the bytes, and how it is painted. Hangul is two cells wide.

use crate::lesson::words;
use crate::spec::visible;
use crate::ui::fonts;
use crate::ui::theme::Theme;
use egui::{Color32, EventFilter, Pos2, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};
use std::num::NonZeroU16;
use std::ops::Range;

const SIZE: f32 = 13.5;
const SCROLLBACK: usize = 4000;
/// How much of its colours a screen keeps whose program has ended.
const DEAD: f32 = 0.55;
/// Above and below the rows.
pub const MARGIN: f32 = 8.0;

/// How large a character's cell is.
pub fn cell(ctx: &egui::Context) -> egui::Vec2 {
    let font = fonts::mono(SIZE);
    ctx.fonts_mut(|fonts| vec2(fonts.glyph_width(&font, 'M'), (fonts.row_height(&font) * 1.12).round()))
}

/// What a terminal shows.
pub struct Screen {
    parser: vt100::Parser,
    /// What the input method is composing, shown at the cursor.
    pub preedit: String,
    selection: Option<(Cell, Cell)>,
    scrolled: f32,
    /// Words that the eye is led to wherever they stand.
    pointed: Vec<String>,
    sought: Sought,
    /// Rows that speak of what is pointed at in the picture.
    marked: Vec<u16>,
    /// The row that is pointed at.
    hovered: Option<u16>,
    /// The first row of the line that has the keys.
    read: Option<u16>,
    /// Where it was painted last.
    grid: Option<Grid>,
}

/// A line as it was printed, and the rows that it takes: one that is too long for one goes on in the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Of what is in view.
    pub rows: Range<u16>,
    /// Without its colours.
    pub text: String,
}

/// Whether what is pointed at has to be brought into view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sought {
    /// It was, or nothing is: what is in view is the reader's to scroll.
    No,
    Now,
    /// Not all of it has been printed yet.
    WithMore,
}

/// What a screen is to who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// A program runs in it and reads what is typed.
    Runs,
    /// Its program has ended: nobody reads what is typed, and it looks like that.
    Ended,
    /// It is shown as it was.
    Past,
}

/// Row and column.
type Cell = (u16, u16);

/// What came of showing a screen.
#[derive(Debug)]
pub struct Shown {
    /// Its response.
    pub response: Response,
    /// How many rows and columns there is room for.
    pub room: (u16, u16),
    /// It has the keys.
    pub focused: bool,
}

impl Screen {
    /// An empty one.
    pub fn new(rows: u16, columns: u16) -> Self {
        let parser = vt100::Parser::new(at_least_one(rows), at_least_one(columns), SCROLLBACK);
        Self {
            parser,
            preedit: String::new(),
            selection: None,
            scrolled: 0.0,
            pointed: Vec::new(),
            sought: Sought::No,
            marked: Vec::new(),
            hovered: None,
            read: None,
            grid: None,
        }
    }

    /// The program printed this.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.sought == Sought::WithMore {
            self.sought = Sought::Now;
        }
        self.parser.process(bytes);
    }

    /// Rows and columns.
    pub fn size(&self) -> (u16, u16) {
        let (rows, columns) = self.parser.screen().size();
        (rows.get(), columns.get())
    }

    /// True when it was another size before.
    pub fn resize(&mut self, rows: u16, columns: u16) -> bool {
        let (rows, columns) = (at_least_one(rows), at_least_one(columns));
        let other = self.parser.screen().size() != (rows, columns);
        if other {
            self.parser.set_size(rows, columns);
            self.selection = None;
            self.seek_when(!self.pointed.is_empty());
        }
        other
    }

    /// How many rows are in use: to the last one with anything on it, or with the cursor. All, once there was more, or a
    /// program takes the whole screen for itself.
    pub fn used(&self) -> u16 {
        let screen = self.parser.screen();
        let rows = self.size().0;
        if screen.alternate_screen() || screen.scrollback_len() > 0 {
            return rows;
        }
        let text = u16::try_from(screen.contents().lines().count()).unwrap_or(rows);
        // Where the cursor rests at the beginning of a line, that line has nothing on it yet.
        let (row, column) = screen.cursor_position();
        text.max(if column > 0 { row + 1 } else { row }).min(rows)
    }

    /// All text on it, without what was scrolled away.
    pub fn text(&self) -> String {
        self.parser.screen().contents()
    }

    /// The lines in view.
    pub fn lines(&self) -> Vec<Line> {
        let (screen, (rows, columns)) = (self.parser.screen(), self.size());
        let mut lines: Vec<Line> = Vec::new();
        let mut goes_on = false;
        for (row, text) in (0..rows).zip(screen.rows(0, columns)) {
            match lines.last_mut().filter(|_| goes_on) {
                Some(line) => {
                    line.text.push_str(&text);
                    line.rows.end = row + 1;
                }
                None => lines.push(Line { rows: row..row + 1, text }),
            }
            goes_on = screen.row_wrapped(row);
        }
        lines
    }

    /// Marks these rows, and no others.
    pub fn mark(&mut self, rows: impl IntoIterator<Item = u16>) {
        self.marked = rows.into_iter().collect();
    }

    /// The rows that are marked.
    pub fn marked(&self) -> &[u16] {
        &self.marked
    }

    /// The row that was pointed at when it was shown last.
    pub fn hovered(&self) -> Option<u16> {
        self.hovered
    }

    /// The first row of the line that has the keys, as the last frame left it.
    pub fn read(&self) -> Option<u16> {
        self.read
    }

    /// The keys are on the line that begins there, or on none.
    pub fn read_at(&mut self, row: Option<u16>) {
        self.read = row;
    }

    /// Where these rows were painted last; none before they were.
    pub fn place_of(&self, rows: &Range<u16>) -> Option<Rect> {
        let grid = self.grid.as_ref()?;
        let columns = self.size().1;
        Some(rows.clone().map(|row| grid.rect((row, 0), columns)).fold(Rect::NOTHING, Rect::union))
    }

    /// Scrolls back by a line, or forth. False where there is none.
    pub fn scroll_line(&mut self, back: bool) -> bool {
        let screen = self.parser.screen_mut();
        let now = screen.scrollback();
        let then = if back { (now + 1).min(screen.scrollback_len()) } else { now.saturating_sub(1) };
        screen.set_scrollback(then);
        then != now
    }

    /// Leads the eye to these words: they are marked, and brought into view when they are others than before.
    pub fn point_at(&mut self, words: Vec<String>) {
        if words != self.pointed {
            self.seek_when(!words.is_empty());
            self.pointed = words;
        }
    }

    fn seek_when(&mut self, any: bool) {
        self.sought = if any { Sought::Now } else { Sought::No };
    }

    /// Scrolls back as far as the words need that are pointed at, if they are all there.
    fn seek(&mut self) {
        if self.sought != Sought::Now {
            return;
        }
        let ((rows, columns), screen) = (self.size(), self.parser.screen_mut());
        let (held, was) = (screen.scrollback_len(), screen.scrollback());
        let mut lines = Vec::with_capacity(held + usize::from(rows));
        for offset in (0..=held).rev().step_by(usize::from(rows)).chain([0]) {
            screen.set_scrollback(offset);
            lines.truncate(held - offset);
            lines.extend(screen.rows(0, columns));
        }
        let latest = |word: &String| lines.iter().rposition(|line| words(line, word).next().is_some());
        let found: Option<Vec<usize>> = self.pointed.iter().map(latest).collect();
        let Some(first) = found.and_then(|lines| lines.into_iter().min()) else {
            screen.set_scrollback(was);
            self.sought = Sought::WithMore;
            return;
        };
        // The line before it says what it is about, as `eth0` does above its address.
        screen.set_scrollback(held.saturating_sub(first.saturating_sub(1)));
        (self.sought, self.scrolled) = (Sought::No, 0.0);
    }

    /// The columns of a row in which what is pointed at stands.
    fn pointed_in(&self, row: u16) -> Vec<Range<u16>> {
        if self.pointed.is_empty() {
            return Vec::new();
        }
        let (screen, columns) = (self.parser.screen(), self.size().1);
        let (mut text, mut starts) = (String::new(), Vec::new());
        for column in 0..columns {
            let Some(cell) = screen.cell(row, column).filter(|cell| !cell.is_wide_continuation()) else { continue };
            let shown = if cell.has_contents() { cell.contents() } else { " " };
            starts.extend(shown.bytes().map(|_| column));
            text.push_str(shown);
        }
        let place = |word: &str, at: usize| starts[at]..starts[at + word.len() - 1] + 1;
        let all = self.pointed.iter().flat_map(|word| words(&text, word).map(|at| place(word, at)));
        all.collect()
    }

    /// Shows what was printed first.
    pub fn scroll_to_start(&mut self) {
        let screen = self.parser.screen_mut();
        screen.set_scrollback(screen.scrollback_len());
        self.scrolled = 0.0;
    }

    /// Shows the latest.
    pub fn scroll_to_end(&mut self) {
        self.parser.screen_mut().set_scrollback(0);
        self.scrolled = 0.0;
    }

    /// Arrow keys are sent in application form.
    pub fn application_cursor(&self) -> bool {
        self.parser.screen().application_cursor()
    }

    /// A paste is marked as such.
    pub fn bracketed_paste(&self) -> bool {
        self.parser.screen().bracketed_paste()
    }

    /// What is selected.
    pub fn selected_text(&self) -> Option<String> {
        let (from, to) = self.selected()?;
        let columns = self.size().1;
        Some(self.parser.screen().contents_between(from.0, from.1, to.0, (to.1 + 1).min(columns)))
    }

    /// Nothing is selected any more.
    pub fn unselect(&mut self) {
        self.selection = None;
    }

    fn selected(&self) -> Option<(Cell, Cell)> {
        self.selection.filter(|(a, b)| a != b).map(|(a, b)| (a.min(b), a.max(b)))
    }

    /// Shows it in all the room there is. `label` is its accessible name.
    pub fn show(&mut self, ui: &mut Ui, label: &str, life: Life) -> Shown {
        let theme = Theme::of(ui.ctx());
        let cell = cell(ui.ctx());
        let (rect, response) = ui.allocate_exact_size(ui.available_size(), Sense::click_and_drag());
        let inner = rect.shrink2(vec2(10.0, MARGIN));
        let room =
            ((inner.height() / cell.y).floor().max(1.0) as u16, (inner.width() / cell.x).floor().max(2.0) as u16);
        self.seek();
        let label = fonts::shown(label);
        response.widget_info(|| WidgetInfo::labeled(Role::Terminal, true, &label));
        // Who types sees the line that is typed.
        let typing = life == Life::Runs && response.has_focus();
        let below = (self.parser.screen().cursor_position().0 + 1).saturating_sub(room.0);
        let above = if typing { f32::from(below) * cell.y } else { 0.0 };
        let grid = Grid { origin: inner.min - vec2(0.0, above), cell };
        self.pointer(ui, &response, &grid);
        self.grid = Some(grid);
        let at = response.hover_pos().filter(|at| inner.contains(*at));
        self.hovered = at.map(|at| grid.cell_at(at, self.size()).0);
        let focused = life != Life::Past && self.focus(ui, &response, &grid, life);
        if ui.is_rect_visible(rect) {
            ui.painter().rect_filled(rect, 0.0, theme.well);
            if focused {
                let line = if life == Life::Runs { theme.accent } else { theme.weak };
                ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, line), StrokeKind::Inside);
            }
            // Rows are whole or not there.
            let rows = Rect::from_min_size(inner.min, vec2(inner.width() + 10.0, f32::from(room.0) * cell.y));
            let mut painter = ui.painter_at(rows.expand2(vec2(2.0, 0.0)));
            if life == Life::Ended {
                painter.set_opacity(DEAD);
            }
            self.paint(&painter, &grid, &theme, (life != Life::Ended).then_some(focused));
        }
        Shown { response, room, focused }
    }

    fn pointer(&mut self, ui: &Ui, response: &Response, grid: &Grid) {
        if let Some(at) = response.interact_pointer_pos() {
            let cell = grid.cell_at(at, self.size());
            if response.drag_started() || response.is_pointer_button_down_on() && self.selection.is_none() {
                self.selection = Some((cell, cell));
            } else if response.dragged()
                && let Some((_, to)) = &mut self.selection
            {
                *to = cell;
            }
        }
        if response.clicked() {
            self.selection = None;
        }
        if response.contains_pointer() {
            self.scrolled += ui.input(|input| input.smooth_scroll_delta.y) / grid.cell.y;
            let whole = self.scrolled.trunc();
            if whole != 0.0 {
                self.scrolled -= whole;
                let now = self.parser.screen().scrollback() as f32;
                self.parser.screen_mut().set_scrollback((now + whole).max(0.0) as usize);
            }
        }
    }

    /// Holds the keys while it has the focus: Tab, arrows and Escape are the program's. Once that has ended, Tab and Escape leave.
    fn focus(&self, ui: &Ui, response: &Response, grid: &Grid, life: Life) -> bool {
        if response.clicked() || response.drag_started() {
            response.request_focus();
        }
        let focused = response.has_focus();
        if focused {
            let runs = life == Life::Runs;
            let filter = EventFilter { tab: runs, horizontal_arrows: true, vertical_arrows: true, escape: runs };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
            if !runs {
                return focused;
            }
            let cursor = grid.rect(self.parser.screen().cursor_position(), 1);
            ui.output_mut(|output| {
                output.ime = Some(egui::output::IMEOutput {
                    purpose: egui::IMEPurpose::Terminal,
                    rect: response.rect,
                    cursor_rect: cursor,
                    should_interrupt_composition: false,
                });
            });
        }
        focused
    }

    /// `cursor`: whether the cursor has the keys; none where there is no cursor.
    fn paint(&self, painter: &egui::Painter, grid: &Grid, theme: &Theme, cursor: Option<bool>) {
        let screen = self.parser.screen();
        let (rows, columns) = self.size();
        for row in 0..rows {
            if self.marked.contains(&row) {
                let place = grid.rect((row, 0), columns);
                let line = Rect::from_min_size(place.min - vec2(7.0, 0.0), vec2(3.0, place.height()));
                painter.rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, theme.accent.gamma_multiply(0.16));
                painter.rect_filled(line, 1.0, theme.accent);
            }
            for columns in self.pointed_in(row) {
                let place = grid.rect((row, columns.start), columns.end - columns.start);
                painter.rect_filled(place.expand2(vec2(2.0, 0.0)), 3.0, theme.accent.gamma_multiply(0.3));
            }
            for column in 0..columns {
                let Some(cell) = screen.cell(row, column) else { continue };
                if cell.is_wide_continuation() {
                    continue;
                }
                self.paint_cell(painter, grid, theme, (row, column), cell);
            }
        }
        if let Some(focused) = cursor
            && screen.scrollback() == 0
            && !screen.hide_cursor()
        {
            self.paint_cursor(painter, grid, theme, focused);
        }
    }

    fn paint_cell(&self, painter: &egui::Painter, grid: &Grid, theme: &Theme, at: Cell, cell: &vt100::Cell) {
        let rect = grid.rect(at, if cell.is_wide() { 2 } else { 1 });
        let (mut ink, mut paper) = (color(cell.fgcolor(), theme, cell.bold()), background(cell.bgcolor(), theme));
        if cell.inverse() {
            (ink, paper) = (paper.unwrap_or(theme.well), Some(ink));
        }
        if self.selected().is_some_and(|(from, to)| from <= at && at <= to) {
            paper = Some(theme.accent.gamma_multiply(0.4));
        }
        if let Some(paper) = paper {
            painter.rect_filled(rect, 0.0, paper);
        }
        if !cell.has_contents() {
            return;
        }
        let ink = if cell.dim() { ink.gamma_multiply(0.65) } else { ink };
        // What has no shape is not drawn, and is no part of what is.
        let text = visible::shapes(cell.contents());
        let text = fonts::composed(&text);
        if text.trim().is_empty() {
            return;
        }
        let galley = painter.layout_no_wrap(text.into_owned(), fonts::mono(SIZE), ink);
        let top = rect.center().y - galley.size().y / 2.0;
        painter.galley(pos2(rect.left(), top), std::sync::Arc::clone(&galley), ink);
        if cell.bold() {
            // The face has no bold: it is struck twice, as a typewriter does it.
            painter.galley(pos2(rect.left() + 0.6, top), galley, ink);
        }
        if cell.underline() {
            painter.hline(rect.x_range(), rect.bottom() - 1.5, Stroke::new(1.0, ink));
        }
    }

    fn paint_cursor(&self, painter: &egui::Painter, grid: &Grid, theme: &Theme, focused: bool) {
        let screen = self.parser.screen();
        let at = screen.cursor_position();
        let wide = screen.cell(at.0, at.1).is_some_and(vt100::Cell::is_wide);
        let rect = grid.rect(at, if wide { 2 } else { 1 });
        if !self.preedit.is_empty() {
            let text = fonts::composed(&self.preedit).into_owned();
            let galley = painter.layout_no_wrap(text, fonts::mono(SIZE), theme.on_accent);
            let back = Rect::from_min_size(rect.min, vec2(galley.size().x, rect.height()));
            painter.rect_filled(back, 0.0, theme.accent);
            painter.galley(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley, theme.on_accent);
        } else if focused {
            painter.rect_filled(rect, 1.0, theme.text.gamma_multiply(0.55));
        } else {
            painter.rect_stroke(rect, 1.0, Stroke::new(1.0, theme.weak), StrokeKind::Inside);
        }
    }
}

impl std::fmt::Debug for Screen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Screen").field("text", &self.text()).finish_non_exhaustive()
    }
}

#[derive(Debug, Clone, Copy)]
struct Grid {
    origin: Pos2,
    cell: egui::Vec2,
}

impl Grid {
    fn rect(&self, (row, column): Cell, width: u16) -> Rect {
        let min = self.origin + vec2(f32::from(column) * self.cell.x, f32::from(row) * self.cell.y);
        Rect::from_min_size(min, vec2(self.cell.x * f32::from(width), self.cell.y))
    }

    fn cell_at(&self, at: Pos2, (rows, columns): Cell) -> Cell {
        let offset = (at - self.origin) / self.cell;
        let place = |value: f32, limit: u16| (value.floor().max(0.0) as u16).min(limit.saturating_sub(1));
        (place(offset.y, rows), place(offset.x, columns))
    }
}

fn at_least_one(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

fn background(color_of: vt100::Color, theme: &Theme) -> Option<Color32> {
    (color_of != vt100::Color::Default).then(|| color(color_of, theme, false))
}

fn color(color: vt100::Color, theme: &Theme, bold: bool) -> Color32 {
    match color {
        vt100::Color::Default => theme.text,
        // Bold makes the eight colours bright, as terminals have done since they had colours.
        vt100::Color::Idx(index @ 0..=7) if bold => theme.terminal(index + 8),
        vt100::Color::Idx(index) => theme.terminal(index),
        vt100::Color::Rgb(r, g, b) => theme.rgb(r, g, b),
    }
}
