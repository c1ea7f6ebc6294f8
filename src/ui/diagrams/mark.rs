/// A small sign, drawn as lines so that it needs no font. It says without colour what the colour says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// Verified, up.
    Check,
    /// Refused, down, gone.
    Cross,
    /// Used again: nothing was downloaded.
    Reuse,
    /// Waits.
    Wait,
    /// Comes in.
    Down,
    /// Copied up.
    Up,
    /// Added.
    Plus,
    /// Deleted.
    Minus,
    /// Replaced.
    Tilde,
    /// Hides all below.
    Opaque,
    /// Read-only.
    Lock,
    /// A local name.
    Tag,
    /// Broken on purpose.
    Crack,
}

impl Glyph {
    /// Its lines in the square from 0 to 1.
    pub fn lines(self) -> Vec<Vec<(f32, f32)>> {
        match self {
            Self::Check => vec![vec![(0.08, 0.55), (0.38, 0.85), (0.94, 0.18)]],
            Self::Cross => vec![vec![(0.15, 0.15), (0.85, 0.85)], vec![(0.85, 0.15), (0.15, 0.85)]],
            Self::Reuse => vec![arc(0.5, 0.5, 0.38, 0.9, 6.6), vec![(0.62, 0.62), (0.86, 0.72), (0.98, 0.46)]],
            Self::Wait => vec![arc(0.5, 0.5, 0.42, 0.0, 6.4), vec![(0.5, 0.24), (0.5, 0.54), (0.7, 0.62)]],
            Self::Down => vec![vec![(0.5, 0.05), (0.5, 0.9)], vec![(0.16, 0.56), (0.5, 0.92), (0.84, 0.56)]],
            Self::Up => vec![vec![(0.5, 0.95), (0.5, 0.1)], vec![(0.16, 0.44), (0.5, 0.08), (0.84, 0.44)]],
            Self::Plus => vec![vec![(0.5, 0.1), (0.5, 0.9)], vec![(0.1, 0.5), (0.9, 0.5)]],
            Self::Minus => vec![vec![(0.1, 0.5), (0.9, 0.5)]],
            Self::Tilde => vec![vec![(0.05, 0.6), (0.22, 0.4), (0.4, 0.42), (0.6, 0.6), (0.78, 0.6), (0.95, 0.4)]],
            Self::Opaque => vec![arc(0.5, 0.5, 0.42, 0.0, 6.4), vec![(0.2, 0.8), (0.8, 0.2)]],
            Self::Lock => vec![
                vec![(0.15, 0.48), (0.85, 0.48), (0.85, 0.95), (0.15, 0.95), (0.15, 0.48)],
                vec![(0.28, 0.48), (0.28, 0.25), (0.4, 0.1), (0.6, 0.1), (0.72, 0.25), (0.72, 0.48)],
            ],
            Self::Tag => vec![
                vec![(0.05, 0.5), (0.4, 0.12), (0.95, 0.12), (0.95, 0.88), (0.4, 0.88), (0.05, 0.5)],
                vec![(0.4, 0.44), (0.48, 0.5), (0.4, 0.56)],
            ],
            Self::Crack => vec![vec![(0.6, 0.0), (0.35, 0.42), (0.68, 0.55), (0.38, 1.0)]],
        }
    }
}

fn arc(x: f32, y: f32, radius: f32, from: f32, to: f32) -> Vec<(f32, f32)> {
    let steps = 14;
    let at = |i: i32| from + (to - from) * i as f32 / steps as f32;
    (0..=steps).map(|i| (x + radius * at(i).cos(), y + radius * at(i).sin())).collect()
}
