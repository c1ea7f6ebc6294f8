use super::*;
use crate::trace::{Code, Problem};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::de::DeserializeOwned;
use std::fmt::Debug;

fn read<Q: DeserializeOwned>(text: &str) -> Q {
    from_query(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn refused<Q: DeserializeOwned + Debug>(text: &str) -> Problem {
    from_query::<Q>(text).unwrap_err().into()
}

#[test]
fn values_are_decoded_and_the_first_one_counts() {
    let query: CommitQuery = read("container=caf%C3%A9&container=a%2Fb+c&author=&author=x&unknown=1&comment");
    assert_eq!(query, CommitQuery { container: "café".into(), ..CommitQuery::default() });
    assert_eq!(read::<CommitQuery>("container=%zz%e").container, "%zz%e");
    assert_eq!(read::<ContainerCreateQuery>("name=&name=a"), ContainerCreateQuery::default());
    assert_eq!(read::<ImageSaveAllQuery>("names=a&names=b&names=").names, ["a", "b"]);
}

#[test]
fn all_but_dockers_words_for_false_are_true() {
    for no in ["", "0", "false", "False", "no", "none", "FALSE", "%200%20", "NONE", "No"] {
        assert!(!read::<ContainerRemoveQuery>(&format!("force={no}&force=1")).force, "{no}");
    }
    for yes in ["1", "true", "True", "yes", "2", "off", "null"] {
        assert!(read::<ContainerRemoveQuery>(&format!("force={yes}")).force, "{yes}");
    }
    let pause = |text| read::<CommitQuery>(text).pause;
    assert_eq!([pause(""), pause("pause="), pause("pause=0"), pause("pause=1")], [None, None, Some(false), Some(true)]);
}

#[test]
fn what_is_no_number_is_refused_by_its_name() {
    let check = |problem: Problem, name: &str, value: &str| {
        assert_eq!(problem, Problem::new(Code::BadNumber).with("name", name).with("value", value));
    };
    check(refused::<ContainerListQuery>("limit=x&limit=1"), "limit", "x");
    check(refused::<ContainerStopQuery>("t=1.5"), "t", "1.5");
    check(refused::<ResizeQuery>("h=4294967296"), "h", "4294967296");
    check(refused::<ResizeQuery>("h=-1"), "h", "-1");
    check(refused::<LogsQuery>("since=yesterday"), "since", "yesterday");
    check(refused::<LogsQuery>("until=1e3"), "until", "1e3");
    check(ResizeQuery { rows: Some(1), cols: None }.size().unwrap_err().into(), "w", "");
    check(ResizeQuery { rows: Some(1), cols: Some(0) }.some_size().unwrap_err().into(), "h, w", "0");
    assert_eq!(ResizeQuery { rows: Some(70_000), cols: Some(0) }.size().unwrap(), (4464, 0));
}

#[test]
fn both_forms_of_filters_are_read_and_other_json_is_refused() {
    for text in [r#"{"name":["a"]}"#, r#"{"name":{"a":true}}"#] {
        let FilterQuery { filters } = read(&format!("filters={}", encode(text)));
        assert_eq!(filters, Filters::default().with("name", "a"));
    }
    assert_eq!(read::<FilterQuery>("filters="), FilterQuery::default());
    assert_eq!(read::<FilterQuery>("filters=null"), FilterQuery::default());
    for bad in ["x", "[]", "\"x\"", r#"{"name":"a"}"#, r#"{"name":{"a":1}}"#, "{} {}"] {
        let problem = refused::<FilterQuery>(&format!("filters={}", encode(bad)));
        assert_eq!(problem, Problem::new(Code::FiltersUnreadable).with("filters", bad));
    }
}

#[test]
fn logs_are_asked_for_by_lines_and_moments() {
    let tail = |text| read::<LogsQuery>(text).tail.0;
    assert_eq!(
        [tail(""), tail("tail="), tail("tail=all"), tail("tail=-1"), tail("tail=7")],
        [None, None, None, None, Some(7)]
    );
    let query = read::<LogsQuery>("since=0&until=0.0");
    assert_eq!((query.since, query.until.map(|until| until.as_second())), (None, Some(0)));
    // Of events it is the moment that it says.
    let query = read::<EventsQuery>("since=0&until=");
    assert_eq!((query.since.map(|since| since.as_second()), query.until), (Some(0), None));
    assert_eq!(refused::<EventsQuery>("since=x").code, Code::BadNumber);
}

#[test]
fn an_image_comes_from_a_registry_or_the_body() {
    let source = |text: &str| read::<ImageCreateQuery>(text).source().map(|source| format!("{source:?}"));
    assert_eq!(source("fromImage=a&fromSrc=").as_deref(), Ok("Registry(\"a\")"));
    assert_eq!(source("fromImage=a&fromSrc=-").as_deref(), Ok("Body"));
    let problem = |text| Problem::from(source(text).unwrap_err());
    let wanted = Problem::new(Code::UnsupportedOption).with("option", "fromSrc").with("value", "http://x");
    assert_eq!(problem("fromSrc=http://x"), wanted.with("why", "other"));
    assert_eq!(problem("tag=1").code, Code::BadRequest);
}

#[test]
fn what_is_awaited_is_one_of_dockers_or_kept_as_it_came() {
    let condition = |text| read::<ContainerWaitQuery>(text).condition;
    assert_eq!(condition("condition="), None);
    assert_eq!(condition("condition=next-exit"), Some(WaitCondition::NextExit));
    assert_eq!(condition("condition=nightfall"), Some(WaitCondition::Other("nightfall".into())));
}

#[test]
fn only_what_is_asked_for_is_sent() {
    assert_eq!(with_query("/x", &()), "/x");
    assert_eq!(with_query("/x", &LogsQuery::default()), "/x");
    let tag = ImageTagQuery { repo: "reg:5000/a".into(), tag: Some(String::new()) };
    assert_eq!(with_query("/x", &tag), "/x?repo=reg:5000/a");
    let commit =
        CommitQuery { pause: Some(false), changes: vec!["A b".into(), "C&d=+".into()], ..CommitQuery::default() };
    assert_eq!(with_query("/x", &commit), "/x?changes=A%20b&changes=C%26d%3D%2B&pause=false");
    let prune = FilterQuery { filters: Filters::default().with("all", "true") };
    assert_eq!(with_query("/x", &prune), "/x?filters=%7B%22all%22:%5B%22true%22%5D%7D");
}

#[test]
fn names_of_files_are_bytes() {
    let path = with_bytes("/x", "path", b"caf\xe9 +&");
    assert_eq!(path, "/x?path=caf%E9%20%2B%26");
    assert_eq!(bytes_from_query(&path[3..], "path").as_deref(), Some(&b"caf\xe9 +&"[..]));
    assert_eq!(bytes_from_query("x=1&path=caf%E9+%2B", "path").as_deref(), Some(&b"caf\xe9 +"[..]));
    assert_eq!(bytes_from_query("x=1&path", "path"), None);
}

/// A value of each kind that a parameter may have.
const VALUES: &[&str] = &[
    "",
    "0",
    "1",
    "false",
    "removed",
    "all",
    "-3",
    "1700000000.000000005",
    "sha256:5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9",
    r#"{"a":["b","c"],"d":{"e":true}}"#,
];

/// What can be read of a type is the same when it was written and read once more, and each of its parameters is sent.
pub(crate) fn check<Q: Serialize + DeserializeOwned + Default + PartialEq + Debug>() {
    let names: Vec<String> = fields(&Q::default()).keys().cloned().collect();
    assert!(!names.is_empty());
    for name in &names {
        // A type whose values cannot be read would pass all else in silence.
        let sent = |value: &&str| from_query::<Q>(&pair(name, value)).is_ok_and(|query| query != Q::default());
        assert!(VALUES.iter().any(sent), "{name} of {}", std::any::type_name::<Q>());
    }
    // Of the type's own names, some of them twice.
    let value = prop_oneof![select(VALUES).prop_map(str::to_owned), ".*"];
    let readable = (select(names.clone()), value).prop_map(|(name, value)| pair(&name, &value));
    let readable = readable.prop_filter("a value of that type", |pair| from_query::<Q>(pair).is_ok());
    proptest!(|(pairs in vec(readable, 0..2 * names.len()))| {
        let query: Q = read(&pairs.join("&"));
        let written = with_query("", &query);
        prop_assert_eq!(read::<Q>(written.trim_start_matches('?')), query, "{}", written);
    });
}

#[test]
fn every_query_is_read_as_it_was_written() {
    check::<FilterQuery>();
    check::<ContainerListQuery>();
    check::<ContainerInspectQuery>();
    check::<EventsQuery>();
    check::<ContainerCreateQuery>();
    check::<ContainerStopQuery>();
    check::<ContainerKillQuery>();
    check::<ContainerRemoveQuery>();
    check::<ContainerStatsQuery>();
    check::<ContainerWaitQuery>();
    check::<ResizeQuery>();
    check::<AttachQuery>();
    check::<LogsQuery>();
    check::<ImageListQuery>();
    check::<ImageCreateQuery>();
    check::<ImageLoadQuery>();
    check::<ImageSaveQuery>();
    check::<ImageSaveAllQuery>();
    check::<ImageTagQuery>();
    check::<ImagePushQuery>();
    check::<ImageRemoveQuery>();
    check::<CommitQuery>();
    check::<VolumeRemoveQuery>();
}
