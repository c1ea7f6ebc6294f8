//! What `--log-opt labels=…` and `env=…` say of a container before each line of `docker logs --details` (moby
//! `daemon/logger/loginfo.go`, `api/server/httputils/write_log_stream.go`).

use crate::spec::url::encode;
use std::collections::BTreeMap;

/// Options that name what is said.
pub const NAMED: &[&str] = &["labels", "env"];

/// `name=value,other=value` of those labels and variables that there are, by their names.
pub fn details(config: &BTreeMap<String, String>, labels: &BTreeMap<String, String>, env: &[String]) -> String {
    let variables: BTreeMap<&str, &str> = env.iter().filter_map(|entry| entry.split_once('=')).collect();
    let names = |option: &str| config.get(option).map(String::as_str).unwrap_or_default().split(',');
    let of_labels = names("labels").filter_map(|name| Some((name, labels.get(name)?.as_str())));
    let of_env = names("env").filter_map(|name| Some((name, *variables.get(name)?)));
    let all: BTreeMap<&str, &str> = of_labels.chain(of_env).collect();
    all.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect::<Vec<_>>().join(",")
}

/// As Go escapes what stands in a query: a space is a plus, and nothing that may mean something is left.
fn escaped(text: &str) -> String {
    encode(text).replace("%20", "+").replace('/', "%2F").replace(':', "%3A").replace('@', "%40")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_variables_are_said_by_name() {
        let map = |all: &[(&str, &str)]| all.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let labels = map(&[("tier", "db, main"), ("a", "1"), ("unasked", "x")]);
        let env = ["PATH=/bin".to_owned(), "A=b=c".to_owned(), "bare".to_owned()];
        let said = |config| details(&map(config), &labels, &env);
        assert_eq!(said(&[("labels", "tier,a,none"), ("env", "A,bare")]), "A=b%3Dc,a=1,tier=db%2C+main");
        assert_eq!(said(&[("max-size", "1m")]), "");
        assert_eq!(said(&[("env", ""), ("labels", ",")]), "");
    }
}
