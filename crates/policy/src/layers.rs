//! Where values come from, strongest source first.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use toml::Table;

use crate::error::{PolicyError, Problem};
use crate::fields::{FIELDS, Field};
use crate::{Sources, machine};

/// Policies are small; whatever is larger is not one.
const MAX_BYTES: u64 = 256 * 1024;

/// Who set a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// IT, in the place of this operating system (a path or a registry key).
    Machine(String),
    /// The file named on the command line.
    File(PathBuf),
    /// The person, in their settings.
    User(PathBuf),
    /// The program itself, which says what it goes by: options of its command line, or what it presumes.
    Program(&'static str),
    /// Nobody.
    Default,
}

impl Source {
    /// What kind of source it is, as the activity log names it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Machine(_) => "machine",
            Self::File(_) => "file",
            Self::User(_) => "user",
            Self::Program(_) => "program",
            Self::Default => "default",
        }
    }

    /// Where the value stands: a path, a registry key, what a program calls it. Nothing for a default.
    pub fn place(&self) -> String {
        match self {
            Self::Machine(place) => place.clone(),
            Self::File(path) | Self::User(path) => path.display().to_string(),
            Self::Program(by) => (*by).to_owned(),
            Self::Default => String::new(),
        }
    }
}

/// Values that a program brings along.
#[derive(Clone, Debug, PartialEq)]
pub struct Brought {
    /// What they are called where sources are shown.
    pub by: &'static str,
    /// The values, in sections as in a policy file.
    pub values: Table,
}

impl fmt::Display for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(place) => write!(formatter, "machine policy ({place})"),
            Self::File(path) => write!(formatter, "policy file ({})", path.display()),
            Self::User(path) => write!(formatter, "your setting ({})", path.display()),
            Self::Program(by) => formatter.write_str(by),
            Self::Default => formatter.write_str("default"),
        }
    }
}

/// What one source says.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub source: Source,
    pub table: Table,
}

/// All sources, strongest first; every key in them is a known one.
#[derive(Debug)]
pub(crate) struct Layers(Vec<Layer>);

impl Layers {
    /// Reads all sources. One that cannot be read is an error by itself, since nothing can be said of what stands there; what
    /// is wrong in those that can be read is added to the problems.
    pub fn gather(sources: &Sources, problems: &mut Vec<PolicyError>) -> Result<Self, PolicyError> {
        let managed = machine::read(&sources.machine)?;
        let mut layers = Vec::new();
        if let Some(path) = &sources.file {
            let source = Source::File(path.to_owned());
            if managed.is_some() {
                return Err(PolicyError::of_source(&source, Problem::FileRefused));
            }
            layers.push(read_required(path, source)?);
        }
        layers.extend(managed);
        if let Some(path) = &sources.settings {
            layers.extend(read_file(path, Source::User(path.to_owned()))?);
        }

        for layer in &layers {
            find_unknown_keys(layer, problems);
        }
        let mut layers = Self(layers);
        if layers.is_kiosk() {
            layers.0.push(kiosk_defaults());
        }
        Ok(layers)
    }

    /// The same, below and above values that a program brings along.
    pub fn between(
        mut self,
        above: Brought,
        below: Brought,
        problems: &mut Vec<PolicyError>,
    ) -> Self {
        for (place, brought) in [(0, above), (self.0.len() + 1, below)] {
            let layer = Layer {
                source: Source::Program(brought.by),
                table: brought.values,
            };
            find_unknown_keys(&layer, problems);
            self.0.insert(place, layer);
        }
        self
    }

    /// What the sources say about a field, strongest first.
    pub fn each(&self, field: &Field) -> impl Iterator<Item = (&toml::Value, &Source)> {
        self.0.iter().filter_map(|layer| {
            let value = layer.table.get(field.section)?.get(field.name)?;
            Some((value, &layer.source))
        })
    }

    fn is_kiosk(&self) -> bool {
        let profile = self
            .0
            .iter()
            .find_map(|layer| layer.table.get("session")?.get("profile"));
        profile.and_then(toml::Value::as_str) == Some("kiosk")
    }
}

/// The file's content, or nothing when there is no such file.
pub(crate) fn read_file(path: &Path, source: Source) -> Result<Option<Layer>, PolicyError> {
    let unreadable =
        |detail: String| PolicyError::of_source(&source, Problem::Unreadable { detail });
    let failed = |error: io::Error| unreadable(error.to_string());
    if !is_there(path).map_err(failed)? {
        return Ok(None);
    }
    // Opening a pipe would wait for somebody who writes to it.
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(unreadable("it is no file".to_owned()));
    }
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES + 1).read_to_string(&mut text))
        .map_err(failed)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(unreadable(format!("more than {MAX_BYTES} bytes")));
    }
    let table = parse(&text, &source)?;
    Ok(Some(Layer { source, table }))
}

/// Whether something stands there. A link that leads nowhere does, and so does what lies behind one: otherwise whoever can
/// make the target of a link vanish would do away with the policy.
fn is_there(path: &Path) -> io::Result<bool> {
    for place in path.ancestors() {
        match fs::symlink_metadata(place) {
            Ok(_) if place == path => return Ok(true),
            Ok(_) => return fs::metadata(place).map(|_| false),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(false)
}

fn read_required(path: &Path, source: Source) -> Result<Layer, PolicyError> {
    let missing = PolicyError::of_source(
        &source,
        Problem::Unreadable {
            detail: "there is no such file".to_owned(),
        },
    );
    read_file(path, source)?.ok_or(missing)
}

fn parse(text: &str, source: &Source) -> Result<Table, PolicyError> {
    text.parse::<Table>().map_err(|error| {
        let before = error
            .span()
            .and_then(|span| text.get(..span.start))
            .unwrap_or_default();
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        PolicyError::of_source(
            source,
            Problem::Syntax {
                line,
                detail: error.message().to_owned(),
            },
        )
    })
}

fn find_unknown_keys(layer: &Layer, problems: &mut Vec<PolicyError>) {
    for (section, content) in &layer.table {
        let fields: Vec<_> = FIELDS
            .iter()
            .filter(|field| field.section == section)
            .collect();
        if fields.is_empty() {
            let mut known: Vec<_> = FIELDS.iter().map(|field| field.section).collect();
            known.dedup();
            problems.push(unknown(section.clone(), layer, &known));
            continue;
        }
        let Some(content) = content.as_table() else {
            let problem = Problem::WrongType {
                expected: "a section",
                found: content.type_str(),
            };
            problems.push(PolicyError::of_key(section, &layer.source, problem));
            continue;
        };
        for name in content.keys() {
            let key = format!("{section}.{name}");
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                let known: Vec<_> = fields.iter().map(|field| field.name).collect();
                problems.push(unknown(key, layer, &known));
                continue;
            };
            if matches!(layer.source, Source::User(_)) && !field.lockable {
                let problem = Problem::NotForUsers;
                problems.push(PolicyError::of_key(key, &layer.source, problem));
            }
        }
    }
}

fn unknown(key: String, layer: &Layer, known: &[&str]) -> PolicyError {
    PolicyError::of_key(
        key,
        &layer.source,
        Problem::UnknownKey {
            known: known.join(", "),
        },
    )
}

/// What a shared device does where policy says nothing. What policy says against it is refused by the rules.
fn kiosk_defaults() -> Layer {
    let session = Table::from_iter([
        ("idle_lock_s".to_owned(), toml::Value::Integer(120)),
        (
            "idle_end".to_owned(),
            toml::Value::String("sign_out".to_owned()),
        ),
        (
            "remember".to_owned(),
            toml::Value::String("memory".to_owned()),
        ),
        (
            "sign_in_agent".to_owned(),
            toml::Value::String("window".to_owned()),
        ),
    ]);
    let table = Table::from_iter([("session".to_owned(), toml::Value::Table(session))]);
    Layer {
        source: Source::Default,
        table,
    }
}
