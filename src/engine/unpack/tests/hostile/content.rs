use super::super::build::*;
use super::{Case, damaged, makes};

/// One path said twice, and files in the way of others.
pub fn cases() -> Vec<Case> {
    vec![
        makes("a file twice", &["f=2"], tar(&[file("f", "longer than the second"), file("f", "2")])),
        makes(
            "a directory with files becomes a file",
            &["d=2"],
            tar(&[dir("d"), dir("d/e"), file("d/e/f", "1"), file("d", "2")]),
        ),
        makes("a file becomes a directory", &["f/", "f/g=2"], tar(&[file("f", "1"), dir("f"), file("f/g", "2")])),
        makes(
            "a directory twice keeps its files",
            &["d/ 700", "d/f=1"],
            tar(&[dir("d"), file("d/f", "1"), Header::new(DIR, "d", "", 0).with(100, "0000700\0").and("")]),
        ),
        makes(
            "a directory becomes a link and a directory",
            &["d/", "d/f=1", "e/"],
            tar(&[dir("d"), file("d/old", "1"), dir("e"), symlink("d", "e"), dir("d"), file("d/f", "1")]),
        ),
        makes("a pipe becomes a file", &["p=1"], tar(&[entry(b'6', "p"), file("p", "1")])),
        makes("a file becomes a pipe", &["p fifo"], tar(&[file("p", "1"), entry(b'6', "p")])),
        damaged("a file below a file", tar(&[file("f", "1"), file("f/g", "2")])),
        damaged("a file below a pipe", tar(&[entry(b'6', "p"), file("p/g", "2")])),
        makes(
            "one path in three ways to write it",
            &["a/", "a/f=3"],
            tar(&[file("a/f", "1"), file("/a/f", "2"), file("./a//f", "3")]),
        ),
        makes(
            "a directory that comes after its files",
            &["d/ 700", "d/f=1"],
            tar(&[file("d/f", "1"), Header::new(DIR, "d", "", 0).with(100, "0000700\0").and("")]),
        ),
    ]
}
