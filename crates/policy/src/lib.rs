//! One policy, and where each of its values came from.
//!
//! Every field stands once, in the table of [`fields`](mod@fields); the struct, the parser, the list of [`Value`]s and the
//! documentation are made from it. Sources, strongest first: machine policy, a setting of the user where the field allows
//! it, the default. A value that is unknown or malformed is an error that names key, source and remedy; nothing is
//! silently dropped or corrected.
//! It does not defend against an administrator of the machine: who writes machine policy decides.

mod error;
pub mod fields;
mod layers;
mod machine;
mod rules;
mod types;
mod value;

use std::path::Path;

pub use error::{PolicyError, Problem};
pub use fields::{
    AuditRules, FIELDS, Field, Identity, Policy, RecordsApi, SessionRules, Signing, Updates,
};
pub use layers::{Brought, Source};
pub use machine::Machine;
pub use types::{
    AgentKind, IdleEnd, MaxAge, Meaning, Preflight, Profile, Reason, RedirectPath, Remember,
    SignInAgent, UpdateCheck,
};

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
}

impl Loaded {
    /// Every value with its row of the table: what the About page and `countersignctl policy show` are made from.
    pub fn about(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        FIELDS.iter().zip(&self.values)
    }
}

/// The policy of this machine, or of `file` where the machine has none.
pub fn load(machine: Machine, file: Option<&Path>) -> Result<Loaded, PolicyError> {
    load_with_settings(machine, file, None)
}

/// Like [`load`], with the file that holds the settings of the user.
pub fn load_with_settings(
    machine: Machine,
    file: Option<&Path>,
    settings: Option<&Path>,
) -> Result<Loaded, PolicyError> {
    examine_with_settings(machine, file, settings).map_err(first)
}

/// Like [`load`], and where the policy cannot be used, everything that is wrong with it.
pub fn examine(machine: Machine, file: Option<&Path>) -> Result<Loaded, Vec<PolicyError>> {
    examine_with_settings(machine, file, None)
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
    let layers = Layers::gather(machine, file, None, &mut problems)?;
    let layers = layers.between(above, below, &mut problems);
    assembled(&layers, problems).map_err(first)
}

fn examine_with_settings(
    machine: Machine,
    file: Option<&Path>,
    settings: Option<&Path>,
) -> Result<Loaded, Vec<PolicyError>> {
    let mut problems = Vec::new();
    let layers =
        Layers::gather(machine, file, settings, &mut problems).map_err(|error| vec![error])?;
    assembled(&layers, problems)
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
