//! One policy, and where each of its values came from.
//!
//! Every field stands once, in the table of [`fields`](mod@fields); the struct, the parser, the list of [`Value`]s and the
//! documentation are made from it. Sources, strongest first: machine policy, a setting of the user where the field allows
//! it, the default. A value that is unknown or malformed is an error that names key, source and remedy; nothing is
//! silently dropped or corrected, also where a stronger source overrides it. [`Watched`] tells when a policy that was read is
//! not the policy any more.
//! It does not defend against an administrator of the machine: who writes machine policy decides.

mod error;
pub mod fields;
mod layers;
mod machine;
mod page;
mod rules;
mod types;
mod value;
mod watch;

use std::path::{Path, PathBuf};

pub use error::{PolicyError, Problem};
pub use fields::{
    AuditRules, FIELDS, Field, Identity, Policy, RecordsApi, SessionRules, Signing, Updates,
};
pub use layers::{Brought, Source};
pub use machine::Machine;
pub use page::documentation;
pub use types::{
    AgentKind, IdleEnd, MaxAge, Meaning, Preflight, Profile, Reason, RedirectPath, Remember,
    SignInAgent, UpdateCheck,
};
pub use watch::{Departure, Watched};

use layers::Layers;

/// A policy, and the origin of each of its values.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// What applies.
    pub policy: Policy,
    /// Every field in the order of the table, for the About page and `doctor`.
    pub values: Vec<Value>,
}

impl Identity {
    /// Scheme, host and port of the issuer, as a window's title shows them. The rules have refused an issuer that is no
    /// address.
    pub fn issuer_origin(&self) -> String {
        url::Url::parse(&self.issuer)
            .map(|issuer| issuer.origin().ascii_serialization())
            .unwrap_or_default()
    }
}

/// One value that applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// `identity.issuer`.
    pub key: &'static str,
    /// As a person reads it.
    pub value: String,
    /// Who set it.
    pub source: Source,
    /// Whether machine policy set it, so that it cannot be changed here.
    pub locked: bool,
    /// What weaker sources say, strongest first: it stands there, and does not apply.
    pub overridden: Vec<Overridden>,
}

/// What a weaker source says about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overridden {
    /// As a person reads it.
    pub value: String,
    /// Who says it.
    pub source: Source,
}

impl Loaded {
    /// Every value with its row of the table: what the About page and `countersignctl policy show` are made from.
    pub fn about(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        FIELDS.iter().zip(&self.values)
    }
}

/// Where a policy is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// What IT sets.
    pub machine: Machine,
    /// The file that was named on the command line.
    pub file: Option<PathBuf>,
    /// The settings of the user.
    pub settings: Option<PathBuf>,
}

impl Sources {
    /// Everything that counts for this person on this computer.
    pub fn of_this_system(file: Option<PathBuf>) -> Self {
        let folder = dirs::config_dir();
        Self {
            machine: Machine::ThisSystem,
            file,
            settings: folder.map(|folder| folder.join("countersign").join("settings.toml")),
        }
    }

    /// The policy that they make.
    pub fn load(&self) -> Result<Loaded, PolicyError> {
        self.examine().map_err(first)
    }

    /// The policy that they make, or everything that is wrong with it.
    pub fn examine(&self) -> Result<Loaded, Vec<PolicyError>> {
        let mut problems = Vec::new();
        let layers = Layers::gather(self, &mut problems).map_err(|error| vec![error])?;
        assembled(&layers, problems)
    }
}

/// The policy of this machine, or of `file` where the machine has none, whatever the user set.
pub fn load(machine: Machine, file: Option<&Path>) -> Result<Loaded, PolicyError> {
    only(machine, file).load()
}

/// Like [`load`], and where the policy cannot be used, everything that is wrong with it.
pub fn examine(machine: Machine, file: Option<&Path>) -> Result<Loaded, Vec<PolicyError>> {
    only(machine, file).examine()
}

/// Like [`load`], for a program that applies no policy but tries one: `above` is stronger than every source, `below` stands
/// where none says anything.
pub fn load_to_try(
    machine: Machine,
    file: Option<&Path>,
    above: Brought,
    below: Brought,
) -> Result<Loaded, PolicyError> {
    let mut problems = Vec::new();
    let layers = Layers::gather(&only(machine, file), &mut problems)?;
    let layers = layers.between(above, below, &mut problems);
    assembled(&layers, problems).map_err(first)
}

fn only(machine: Machine, file: Option<&Path>) -> Sources {
    Sources {
        machine,
        file: file.map(Path::to_owned),
        settings: None,
    }
}

fn assembled(layers: &Layers, mut problems: Vec<PolicyError>) -> Result<Loaded, Vec<PolicyError>> {
    let loaded = fields::assemble(layers, &mut problems);
    if let Some(loaded) = &loaded {
        rules::hold_together(loaded, &mut problems);
    }
    match loaded {
        Some(loaded) if problems.is_empty() => Ok(loaded),
        _ => Err(problems),
    }
}

/// The first problem. Without a policy there is one.
fn first(problems: Vec<PolicyError>) -> PolicyError {
    let mut problems = problems.into_iter();
    match problems.next() {
        Some(problem) => problem,
        None => unreachable!("a policy that cannot be used has a problem"),
    }
}
