use crate::engine::{Fault, Result};
use crate::trace::Code;

/// What went wrong while something was taken away, which goes on all the same.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[must_use]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// One more step, that may have failed.
    pub fn note(&mut self, result: Result<()>) {
        self.0.extend(result.err());
    }

    /// Those of a part.
    pub fn note_all(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// True when nothing went wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Nothing, the one fault, or all of them as one.
    pub fn into_result(self) -> Result<()> {
        let mut faults = self.0.into_iter();
        match (faults.next(), faults.len()) {
            (None, _) => Ok(()),
            (Some(only), 0) => Err(only),
            (Some(first), others) => {
                let all = std::iter::once(&first).chain(faults.as_slice()).map(Fault::to_string);
                let reasons = all.collect::<Vec<_>>().join("; ");
                Err(Fault::new(first.kind, Code::NetworkTeardown).with("count", others + 1).with("reasons", reasons))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_all_said() {
        let mut faults = Faults::default();
        faults.note(Ok(()));
        assert!(faults.is_empty());
        assert_eq!(faults.clone().into_result(), Ok(()));
        let (one, two) =
            (Fault::failed(Code::LinkGone).with("name", "a"), Fault::failed(Code::LinkGone).with("name", "b"));
        faults.note(Err(one.clone()));
        assert_eq!(faults.clone().into_result(), Err(one));
        let mut both = Faults::default();
        both.note_all(faults);
        both.note(Err(two));
        let fault = both.into_result().unwrap_err();
        let (count, reasons) = (&fault.problem.args["count"], &fault.problem.args["reasons"]);
        assert_eq!(count, "2");
        assert!(reasons.contains("name=a") && reasons.contains("name=b"), "{reasons}");
    }
}
