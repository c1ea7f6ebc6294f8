//! The study notes' claims that lessons prove, refine or correct, by the ids that lessons cite.

/// What the machine shows about a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is so.
    Confirmed,
    /// It is so, and there is more to it.
    Refined,
    /// It is otherwise.
    Corrected,
    /// It depends on the machine, and is measured on this one.
    Measured,
    /// The notes ask, and the machine shows the answer.
    Answered,
}

impl Verdict {
    /// Its Fluent message.
    pub fn key(self) -> &'static str {
        match self {
            Self::Confirmed => "verdict-confirmed",
            Self::Refined => "verdict-refined",
            Self::Corrected => "verdict-corrected",
            Self::Measured => "verdict-measured",
            Self::Answered => "verdict-answered",
        }
    }
}

const C: &[Verdict] = &[Verdict::Confirmed];
const R: &[Verdict] = &[Verdict::Refined];
const X: &[Verdict] = &[Verdict::Corrected];
const CR: &[Verdict] = &[Verdict::Confirmed, Verdict::Refined];
const M: &[Verdict] = &[Verdict::Measured];
const A: &[Verdict] = &[Verdict::Answered];

#[rustfmt::skip]
const CLAIMS: &[(&str, &[Verdict])] = &[
    // image
    ("A1", R), ("A2", C), ("A3", CR), ("A4", C), ("A5", CR), ("B1", C), ("B5", X), ("B6", R),
    // container
    ("B2", C), ("B3", C), ("B7a", C), ("B7b", C), ("B7c", CR), ("B7d", X), ("B7e", C),
    ("A18", C), ("A19", C), ("A20", C), ("B16", X),
    // network
    ("A6", C), ("B8", C), ("A7", C), ("A8", R), ("A9", C), ("A12", C), ("B12", C), ("A10", C), ("A11", R), ("B11", R),
    ("A14", X), ("B9", C), ("B10", X), ("A13", C), ("A17", C), ("A15", C), ("A16", CR), ("B13", C), ("B14", C), ("B15", R),
    // storage
    ("A21", C), ("B17", C), ("A22", C), ("A24", C), ("A25", C), ("A26", C), ("A27", C), ("A28", CR), ("A29", C),
    ("A30", C), ("A31", R), ("A32", M), ("A34", C), ("B18", C), ("B19", C), ("B20", C),
    // compose
    ("B4", C), ("B7f", C),
    // the learners' own questions
    ("Q1", A), ("Q2", A), ("Q3", A), ("Q4", A),
];

/// What the machine shows about this claim; none when the notes make no claim of that id.
pub fn verdicts_of(claim: &str) -> Option<&'static [Verdict]> {
    CLAIMS.iter().find(|(id, _)| *id == claim).map(|(_, verdicts)| *verdicts)
}

/// Where a claim stands in the notes: the notebook, the number, the part of it.
pub(super) fn place_of(claim: &str) -> (String, u32, String) {
    let digits = claim.find(|c: char| c.is_ascii_digit()).unwrap_or(claim.len());
    let (book, rest) = claim.split_at(digits);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (book.to_owned(), rest[..end].parse().unwrap_or(0), rest[end..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_claim_is_listed_twice() {
        let ids: BTreeSet<_> = CLAIMS.iter().map(|(id, _)| id).collect();
        assert_eq!(ids.len(), CLAIMS.len());
        assert_eq!(verdicts_of("A11"), Some(R));
        assert_eq!(verdicts_of("Z9"), None);
        let asked = |id: &str| id.starts_with('Q');
        for (id, verdicts) in CLAIMS {
            assert_eq!(
                verdicts.contains(&Verdict::Answered),
                asked(id),
                "{id}: a question is answered, a claim is judged"
            );
        }
    }

    #[test]
    fn claims_are_in_the_order_of_the_notes() {
        let mut ids = ["Q1", "B11", "A14", "B7b", "A3", "B7a", "B5"];
        ids.sort_by_key(|id| place_of(id));
        assert_eq!(ids, ["A3", "A14", "B5", "B7a", "B7b", "B11", "Q1"]);
    }
}
