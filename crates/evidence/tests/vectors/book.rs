//! All vectors with what they are judged by, as files.

use std::collections::BTreeMap;
use std::path::Path;

use evidence::{Reason, Step};
use serde_json::{Value, json};

use super::story::{Story, jcs};
use super::{invalid, valid};

/// What a vector is judged by.
#[derive(Clone)]
pub enum By {
    Archive(Value),
    Facts(Value),
}

/// The vectors, being collected.
#[derive(Default)]
pub struct Book {
    index: Vec<Value>,
    files: BTreeMap<String, Vec<u8>>,
}

impl Book {
    pub const FOLDERS: [&str; 4] = ["valid", "invalid", "archives", "facts"];

    /// All of them.
    pub fn written() -> Self {
        let mut book = Self::default();
        valid::write(&mut book);
        invalid::write(&mut book);
        let index = std::mem::take(&mut book.index);
        let mut lines = serde_json::to_vec_pretty(&sorted(&Value::Array(index))).unwrap();
        lines.push(b'\n');
        book.files.insert("index.json".to_owned(), lines);
        book
    }

    pub fn files(&self) -> &BTreeMap<String, Vec<u8>> {
        &self.files
    }

    /// Writes all of it, and takes away what is not in it any more.
    pub fn replace(&self, folder: &Path) {
        for part in Self::FOLDERS {
            let part = folder.join(part);
            if part.exists() {
                std::fs::remove_dir_all(&part).unwrap();
            }
            std::fs::create_dir_all(&part).unwrap();
        }
        for (name, octets) in &self.files {
            std::fs::write(folder.join(name), octets).unwrap();
        }
    }

    /// Evidence that holds.
    pub fn holds(&mut self, name: &str, says: &str, octets: Vec<u8>, by: By) {
        self.add(format!("valid/{name}.json"), says, octets, by, None, 0);
    }

    /// Evidence that fails at a step.
    pub fn fails(&mut self, step: Step, name: &str, reason: Reason, octets: Vec<u8>, by: By) {
        self.fails_padded(step, name, reason, octets, by, 0);
    }

    /// The same, with so many spaces after it that nobody wants them in a file.
    pub fn fails_padded(
        &mut self,
        step: Step,
        name: &str,
        reason: Reason,
        octets: Vec<u8>,
        by: By,
        spaces: usize,
    ) {
        let file = format!("invalid/{:02}-{step}-{name}.json", step.number());
        let says = name.replace('-', " ");
        self.add(file, &says, octets, by, Some((step, reason)), spaces);
    }

    /// A change of the story, judged offline after the records API was fooled into a receipt.
    pub fn told(
        &mut self,
        step: Step,
        name: &str,
        reason: Reason,
        change: impl FnOnce(&mut Story),
    ) {
        let story = Story::es256().with(change);
        let octets = jcs(&story.receipted());
        self.fails(step, name, reason, octets, By::Archive(story.archive));
    }

    /// A change of what the records API knows, judged by that.
    pub fn known(
        &mut self,
        step: Step,
        name: &str,
        reason: Reason,
        change: impl FnOnce(&mut Story),
    ) {
        let story = Story::es256().with(change);
        let octets = jcs(&story.bundle());
        self.fails(step, name, reason, octets, By::Facts(story.facts));
    }

    /// A change of a finished bundle, receipted all the same.
    pub fn tampered(
        &mut self,
        step: Step,
        name: &str,
        reason: Reason,
        change: impl FnOnce(&Story, &mut Value),
    ) {
        let story = Story::es256();
        let mut bundle = story.bundle();
        change(&story, &mut bundle);
        let octets = jcs(&story.attach(bundle, |_| {}));
        self.fails(step, name, reason, octets, By::Archive(story.archive));
    }

    fn add(
        &mut self,
        file: String,
        says: &str,
        octets: Vec<u8>,
        by: By,
        ends: Option<(Step, Reason)>,
        spaces: usize,
    ) {
        let mut line = json!({ "file": file, "says": says });
        let (member, document) = match by {
            By::Archive(archive) => ("archive", archive),
            By::Facts(facts) => ("facts", facts),
        };
        line[member] = json!(self.kept(member, &file, &document));
        if let Some((step, reason)) = ends {
            line["step"] = json!(step);
            line["reason"] = json!(reason.name());
        }
        if spaces > 0 {
            line["spaces_after"] = json!(spaces);
        }
        self.index.push(line);
        let before = self.files.insert(file, octets);
        assert!(before.is_none(), "two vectors of one name");
    }

    /// One file for what several vectors are judged by, named for the first of them.
    fn kept(&mut self, kind: &str, file: &str, document: &Value) -> String {
        let mut octets = serde_json::to_vec_pretty(&sorted(document)).unwrap();
        octets.push(b'\n');
        let folder = if kind == "archive" {
            "archives"
        } else {
            "facts"
        };
        let known = self
            .files
            .iter()
            .find(|(name, other)| name.starts_with(folder) && **other == octets);
        if let Some((name, _)) = known {
            return name.clone();
        }
        let stem = file.rsplit('/').next().unwrap();
        let name = format!("{folder}/{stem}");
        self.files.insert(name.clone(), octets);
        name
    }
}

/// Members in order, whatever a build makes of JSON objects.
fn sorted(value: &Value) -> Value {
    serde_json::from_slice(&jcs(value)).unwrap()
}
