//! Tamper proof, measured: whatever is changed in valid evidence, it does not verify, and nothing panics.
//!
//! What is changed are published vectors, so that the counts are the same everywhere; `--nocapture` prints them, with
//! the steps that noticed. `TAMPER=all` tries all 255 other values of every byte, which takes a while.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "vectors/facts.rs"]
mod facts;

use std::collections::BTreeMap;
use std::path::Path;

use evidence::{Archive, Report, Status, Step, VerificationFailure, verify};
use facts::Facts;
use proptest::prelude::*;
use serde_json::Value;

/// The one member that may be taken out: the content is separable from the evidence.
const SEPARABLE: &str = "/presentation/octets";

fn read(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    std::fs::read(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

type Judge = Box<dyn Fn(&[u8]) -> Result<(), VerificationFailure> + Sync>;

/// Valid evidence and what it is judged by.
struct Subject {
    name: &'static str,
    octets: Vec<u8>,
    judge: Judge,
}

impl Subject {
    /// As a records API sees it before it commits.
    fn online() -> Self {
        let facts: Facts = serde_json::from_slice(&read("facts/online.json")).unwrap();
        Self {
            name: "online",
            octets: read("valid/online.json"),
            judge: Box::new(move |octets| verify::online(octets, &facts.trust()).map(drop)),
        }
    }

    /// With its receipt and a time-stamp that has to be there.
    fn offline() -> Self {
        let archive = Archive::parse(&read("archives/timestamped-as-demanded.json")).unwrap();
        Self {
            name: "offline",
            octets: read("valid/timestamped-as-demanded.json"),
            judge: Box::new(move |octets| verify::offline(octets, &archive).map(drop)),
        }
    }

    fn value(&self) -> Value {
        serde_json::from_slice(&self.octets).unwrap()
    }

    /// The step that notices a change. The report says that this step failed and that none after it was taken.
    fn notices(&self, changed: &[u8], what: impl FnOnce() -> String) -> Step {
        match (self.judge)(changed) {
            Ok(()) => panic!("{} verifies {}", self.name, what()),
            Err(VerificationFailure { step, report, .. }) => {
                assert!(says(&report, step), "{report:?}");
                step
            }
        }
    }

    fn print(&self, what: &str, noticed: &Noticed) {
        let total: usize = noticed.values().sum();
        println!("{}: {total} {what}, all noticed: {noticed:?}", self.name);
    }
}

/// How many changes each step noticed.
type Noticed = BTreeMap<Step, usize>;

fn says(report: &Report, failed: Step) -> bool {
    report.steps.iter().all(|outcome| {
        let expected: &[Status] = match outcome.name.cmp(&failed) {
            std::cmp::Ordering::Less => &[Status::Passed, Status::NotChecked],
            std::cmp::Ordering::Equal => &[Status::Failed],
            std::cmp::Ordering::Greater => &[Status::NotReached],
        };
        expected.contains(&outcome.status)
    })
}

/// Changes these bytes, each in one of three ways (two that tend to stay within base64url and hex, one that never does),
/// and some of them to all 255 other values.
fn bytes_count(subject: &Subject, positions: &[usize], all_at_every: usize) {
    let everything = std::env::var_os("TAMPER").is_some_and(|what| what == "all");
    let all: Vec<u8> = (1..=255).collect();
    let change = |position: &usize| {
        let mut noticed = Noticed::new();
        let differences = if everything || position.is_multiple_of(all_at_every) {
            &all[..]
        } else {
            &[[1], [2], [0x80]][position % 3]
        };
        for difference in differences {
            let mut changed = subject.octets.clone();
            changed[*position] ^= difference;
            let what = || format!("byte {position} changed by {difference:#x}");
            *noticed.entry(subject.notices(&changed, what)).or_default() += 1;
        }
        noticed
    };
    let halves = positions.split_at(positions.len() / 2);
    let noticed = std::thread::scope(|scope| {
        [halves.0, halves.1]
            .map(|half| scope.spawn(|| half.iter().flat_map(change).collect::<Vec<_>>()))
            .map(|half| half.join().unwrap())
    });
    let mut sum = Noticed::new();
    for (step, count) in noticed.into_iter().flatten() {
        *sum.entry(step).or_default() += count;
    }
    subject.print(&format!("changes to {} bytes", positions.len()), &sum);
}

#[test]
fn every_single_byte_of_a_bundle_counts_before_the_commit() {
    let subject = Subject::online();
    let positions: Vec<usize> = (0..subject.octets.len()).collect();

    bytes_count(&subject, &positions, 701);
}

#[test]
fn every_single_byte_of_the_receipt_and_its_time_stamp_counts_ever_after_and_so_does_the_rest() {
    let subject = Subject::offline();
    let text = String::from_utf8(subject.octets.clone()).unwrap();
    let value = subject.value();
    let added: Vec<_> = ["receipt", "timestamp"]
        .map(|name| value[name].as_str().unwrap())
        .map(|member| (text.find(member).unwrap(), member.len()))
        .to_vec();
    let is_new = |position: usize| {
        let within =
            |(start, length): &(usize, usize)| (*start..start + length).contains(&position);
        added.iter().any(within)
    };
    // Every byte of the rest is changed before the commit.
    let everything = std::env::var_os("TAMPER").is_some_and(|what| what == "all");
    let positions: Vec<usize> = (0..text.len())
        .filter(|position| everything || is_new(*position) || position % 7 == 0)
        .collect();

    bytes_count(&subject, &positions, 2039);
}

#[test]
fn every_truncation_is_refused_at_parse() {
    let subject = Subject::offline();
    let mut noticed = Noticed::new();
    for length in 0..subject.octets.len() {
        let what = || format!("the first {length} octets");
        let step = subject.notices(&subject.octets[..length], what);
        assert_eq!(step, Step::Parse);
        *noticed.entry(step).or_default() += 1;
    }
    subject.print("truncations", &noticed);
}

#[test]
fn no_member_and_no_item_can_be_taken_out() {
    for subject in [Subject::online(), Subject::offline()] {
        let mut noticed = Noticed::new();
        for place in places(&subject.value()) {
            if place.pointer() == SEPARABLE {
                continue;
            }
            let mut changed = subject.value();
            place.take_out(&mut changed);
            let step = subject.notices(&jcs(&changed), || format!("without {}", place.pointer()));
            *noticed.entry(step).or_default() += 1;
        }
        subject.print("members and items taken out", &noticed);
    }
}

#[test]
fn no_two_members_of_an_object_and_no_two_items_can_change_places() {
    for subject in [Subject::online(), Subject::offline()] {
        let mut noticed = Noticed::new();
        let places = places(&subject.value());
        for (number, one) in places.iter().enumerate() {
            for other in places[number + 1..]
                .iter()
                .filter(|other| other.parent == one.parent)
            {
                let mut changed = subject.value();
                let [first, second] = [one, other].map(|place| place.of(&changed).clone());
                if first == second {
                    continue;
                }
                *place_mut(&mut changed, &one.pointer()) = second;
                *place_mut(&mut changed, &other.pointer()) = first;
                let what = || format!("{} and {} exchanged", one.pointer(), other.pointer());
                *noticed
                    .entry(subject.notices(&jcs(&changed), what))
                    .or_default() += 1;
            }
        }
        subject.print("members and items exchanged", &noticed);
    }
}

#[test]
fn no_member_can_be_given_twice_or_put_in() {
    for subject in [Subject::online(), Subject::offline()] {
        let text = String::from_utf8(subject.octets.clone()).unwrap();
        let mut noticed = Noticed::new();
        // After every opening brace: `{"x":"",...` and the first member once more.
        for (position, _) in text.match_indices('{') {
            for put in [r#""":"","#, r#""type":"x","#] {
                let changed = [&text[..=position], put, &text[position + 1..]].concat();
                let step =
                    subject.notices(changed.as_bytes(), || format!("{put} put in at {position}"));
                *noticed.entry(step).or_default() += 1;
            }
        }
        subject.print("members put in", &noticed);
    }
}

#[test]
fn the_content_is_separable_and_what_is_left_verifies() {
    for subject in [Subject::online(), Subject::offline()] {
        let mut bare = subject.value();
        bare["presentation"]
            .as_object_mut()
            .unwrap()
            .remove("octets")
            .unwrap();

        assert!((subject.judge)(&jcs(&bare)).is_ok());
    }
}

/// A member of an object or an item of an array.
struct Place {
    parent: String,
    name: String,
}

impl Place {
    fn pointer(&self) -> String {
        format!("{}/{}", self.parent, self.name)
    }

    fn of<'a>(&self, document: &'a Value) -> &'a Value {
        document.pointer(&self.pointer()).unwrap()
    }

    fn take_out(&self, document: &mut Value) {
        match place_mut(document, &self.parent) {
            Value::Object(members) => drop(members.remove(&self.name).unwrap()),
            Value::Array(items) => drop(items.remove(self.name.parse().unwrap())),
            _ => panic!("{} holds nothing", self.parent),
        }
    }
}

fn place_mut<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(pointer).unwrap()
}

fn places(document: &Value) -> Vec<Place> {
    let mut found = Vec::new();
    collect(document, "", &mut found);
    found
}

fn collect(value: &Value, parent: &str, found: &mut Vec<Place>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), member))
            .collect(),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered
                .map(|(index, item)| (index.to_string(), item))
                .collect()
        }
        _ => Vec::new(),
    };
    for (name, member) in inside {
        let place = Place {
            parent: parent.to_owned(),
            name,
        };
        let pointer = place.pointer();
        found.push(place);
        collect(member, &pointer, found);
    }
}

fn jcs(value: &Value) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn octets_put_in_or_taken_out_are_noticed(
        start in any::<prop::sample::Index>(),
        taken in 0_usize..16,
        put in proptest::collection::vec(any::<u8>(), 0..16),
    ) {
        let subject = Subject::online();
        let start = start.index(subject.octets.len());
        let end = (start + taken).min(subject.octets.len());
        let changed = [&subject.octets[..start], &put, &subject.octets[end..]].concat();
        prop_assume!(changed != subject.octets);

        subject.notices(&changed, || format!("octets exchanged at {start}"));
    }

    #[test]
    fn pieces_that_change_places_are_noticed(
        cuts in proptest::array::uniform3(any::<prop::sample::Index>()),
    ) {
        let subject = Subject::offline();
        let mut cuts = cuts.map(|cut| cut.index(subject.octets.len()));
        cuts.sort_unstable();
        let [one, two, three] = cuts;
        let whole = &subject.octets;
        let changed = [&whole[..one], &whole[two..three], &whole[one..two], &whole[three..]].concat();
        prop_assume!(&changed != whole);

        subject.notices(&changed, || format!("pieces exchanged at {cuts:?}"));
    }

    #[test]
    fn whatever_arrives_is_refused_and_never_panics(octets in proptest::collection::vec(any::<u8>(), 0..2048)) {
        for subject in [Subject::online(), Subject::offline()] {
            prop_assert_eq!(subject.notices(&octets, || "noise".to_owned()), Step::Parse);
        }
    }
}
