//! Tables as docker prints them: upper-case heads, three spaces between columns, no rules.

use crate::spec::visible;

/// Prints it; a column is as wide as its widest cell, and with what is between columns ten at least. On a terminal a cell is cut that is wider than all of it.
pub fn table(heads: &[&str], rows: &[Vec<String>]) {
    let widest = super::size().map(|(_, columns)| usize::from(columns).max(LEAST));
    super::print(&laid_out(heads, rows, widest));
}

/// No terminal is taken for narrower: an id and a name must have room.
const LEAST: usize = 40;

/// Docker's tables (Go's `text/tabwriter`) have columns of ten, three of them between two.
const NARROWEST: usize = 7;

fn laid_out(heads: &[&str], rows: &[Vec<String>], widest: Option<usize>) -> String {
    let cell = |text: &String| {
        let seen = visible::line(text);
        visible::cut(&seen, widest.unwrap_or(usize::MAX)).into_owned()
    };
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| visible::width(cell));
        let least = if column + 1 < heads.len() { NARROWEST } else { 0 };
        cells.chain([heads[column].len(), least]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let mut text = String::new();
    let mut line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(cell, width)| {
            let room = width - visible::width(cell);
            format!("{cell}{:room$}", "")
        });
        text.push_str(padded.collect::<Vec<_>>().join("   ").trim_end());
        text.push('\n');
    };
    line(&mut heads.iter().copied());
    rows.iter().for_each(|row| line(&mut row.iter().map(String::as_str)));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[[&str; 2]], widest: Option<usize>, lines: &[&str]) {
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        assert_eq!(laid_out(&["NAME", "TAG"], &rows, widest).lines().collect::<Vec<_>>(), lines);
    }

    #[test]
    fn columns_stand_below_one_another_in_korean_too() {
        check(&[["한글", "1"], ["plain", "2"]], None, &["NAME      TAG", "한글      1", "plain     2"]);
    }

    #[test]
    fn columns_are_as_wide_as_what_is_shown() {
        check(&[["a\x1b[2K\nb", "1"], ["c", "2"]], None, &["NAME          TAG", r"a\x1b[2K\nb   1", "c             2"]);
    }

    #[test]
    fn a_cell_wider_than_the_terminal_is_cut() {
        let long = "한".repeat(5000);
        let cut = format!("{}…", "한".repeat(9));
        let head = format!("NAME{}TAG", " ".repeat(18));
        check(&[[&long, "1"]], Some(19), &[&head, &format!("{cut}   1")]);
    }
}
