use super::{Detail, Stage};

/// How large things are: with all the room that they want, and where room is dear.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub margin: f32,
    /// The whole stack, and a container's part where there are several.
    pub width: f32,
    pub column: f32,
    pub gap: f32,
    /// From one storey to the next.
    pub rise: f32,
    /// The merged view: where its paths begin, how far one is from the next, and how many are shown.
    pub paths: f32,
    pub path: f32,
    pub rows: usize,
    /// An empty writable layer, and the directory beside it.
    pub upper: f32,
    pub work: f32,
    /// The heading of the stack.
    pub head: f32,
    /// A layer without its paths, how far the next is, and how many lines of paths it has.
    pub slab: f32,
    pub slab_gap: f32,
    pub file_rows: usize,
    /// Paths of a writable layer.
    pub upper_rows: usize,
    /// How many paths are not shown stands beside what the box is, not below the paths.
    pub rest_beside: bool,
}

impl Sizes {
    pub fn of(stage: &Stage<'_>) -> Self {
        let margin = stage.margin();
        let width = (stage.wide(704.0 + 2.0 * margin) - 2.0 * margin).clamp(480.0, 900.0);
        let full = Self {
            margin,
            width: 704.0,
            column: 420.0,
            gap: 24.0,
            rise: 40.0,
            paths: 66.0,
            path: 19.0,
            rows: 8,
            upper: 64.0,
            work: 96.0,
            head: 38.0,
            slab: 34.0,
            slab_gap: 10.0,
            file_rows: 2,
            upper_rows: 6,
            rest_beside: false,
        };
        match stage.detail {
            Detail::Full => full,
            Detail::Less => Self {
                width,
                column: 230.0,
                gap: 12.0,
                rise: 30.0,
                paths: 54.0,
                path: 17.0,
                rows: 5,
                upper: 46.0,
                head: 30.0,
                slab_gap: 6.0,
                file_rows: 1,
                upper_rows: 4,
                ..full
            },
            Detail::Thin => Self {
                width,
                column: 230.0,
                gap: 12.0,
                rise: 15.0,
                paths: 49.0,
                path: 15.0,
                rows: 1,
                upper: 42.0,
                head: 24.0,
                slab: 22.0,
                slab_gap: 2.0,
                file_rows: 0,
                upper_rows: 1,
                rest_beside: true,
                ..full
            },
            Detail::Least | Detail::Bare => Self {
                width,
                column: 230.0,
                gap: 12.0,
                rise: 22.0,
                paths: 48.0,
                path: 16.0,
                rows: 2,
                upper: 44.0,
                head: 28.0,
                slab: 24.0,
                slab_gap: 3.0,
                file_rows: 0,
                upper_rows: 2,
                ..full
            },
        }
    }
}
