//! Which characters have no shape of their own. From the Unicode Character Database, version 16: `General_Category=Cf`,
//! `Default_Ignorable_Code_Point`, `Zl`, `Zp` and noncharacters; without the Arabic number signs, which are `Cf` and seen.

use unicode_width::UnicodeWidthChar;

/// First and last of each run, in order.
const HIDDEN: &[(char, char)] = &[
    ('\u{ad}', '\u{ad}'),     // soft hyphen
    ('\u{34f}', '\u{34f}'),   // combining grapheme joiner
    ('\u{61c}', '\u{61c}'),   // Arabic letter mark
    ('\u{70f}', '\u{70f}'),   // Syriac abbreviation mark
    ('\u{115f}', '\u{1160}'), // Hangul fillers
    ('\u{17b4}', '\u{17b5}'), // Khmer inherent vowels
    ('\u{180b}', '\u{180f}'), // Mongolian selectors
    ('\u{200b}', '\u{200f}'), // zero width, joiners, direction marks
    ('\u{2028}', '\u{202e}'), // line and paragraph separators, direction embeddings and overrides
    ('\u{2060}', '\u{206f}'), // word joiner, invisible operators, direction isolates
    ('\u{3164}', '\u{3164}'), // Hangul filler
    ('\u{fdd0}', '\u{fdef}'), // noncharacters
    ('\u{fe00}', '\u{fe0f}'), // variation selectors
    ('\u{feff}', '\u{feff}'), // byte order mark
    ('\u{ffa0}', '\u{ffa0}'), // halfwidth Hangul filler
    ('\u{fff0}', '\u{fffb}'), // ignorable, interlinear annotation
    ('\u{13430}', '\u{1343f}'),
    ('\u{1bca0}', '\u{1bca3}'),
    ('\u{1d173}', '\u{1d17a}'),
    ('\u{e0000}', '\u{e0fff}'), // tags, variation selectors
];

/// No shape: seen only by what it does to others.
pub(super) fn is_hidden(c: char) -> bool {
    let at = HIDDEN.partition_point(|(_, last)| *last < c);
    HIDDEN.get(at).is_some_and(|(first, _)| *first <= c) || u32::from(c) & 0xfffe == 0xfffe
}

/// Takes no room: drawn onto what stands before it. Vowels and finals of jamo are such, too.
pub(super) fn is_mark(c: char) -> bool {
    c.width() == Some(0)
}

/// May be a part of an emoji of several characters.
pub(super) fn is_pictograph(c: char) -> bool {
    matches!(c, '\u{a9}' | '\u{ae}' | '\u{203c}' | '\u{2049}' | '\u{2122}' | '\u{2139}' | '\u{3030}' | '\u{303d}'
        | '\u{3297}' | '\u{3299}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{24c2}'
        | '\u{25a0}'..='\u{27bf}' | '\u{2934}'..='\u{2935}' | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}
