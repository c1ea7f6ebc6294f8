use super::out;
use crate::client::protocol::StartFailure;
use crate::i18n::Words;
use crate::trace::Problem;

/// Says on standard error what went wrong: in the user's language, and for a program that asked for it
/// (`DOCKWALK_ERRORS=json`) as a last line of JSON.
pub fn complain(words: &Words, problem: &Problem) {
    out::complaint(format_args!("dockwalk: {}", words.problem(problem)));
    if std::env::var("DOCKWALK_ERRORS").is_ok_and(|form| form == "json") {
        let failure = StartFailure { dockwalk_problem: problem.clone() };
        out::complaint_json(&failure);
    }
}

/// Says it as docker does.
pub(super) fn as_docker(words: &Words, problem: &Problem) {
    out::complaint(format_args!("docker: {}", words.problem(problem)));
}
