//! What is tried: a policy, options over it, and what the probe presumes where neither says anything.
//!
//! A policy file counts here even on a computer that has a machine policy: the probe signs nothing that anybody could
//! take for a signature. It applies no rule of its own to a value; the policy crate reads all of them as the application's
//! would be read.

use std::path::PathBuf;

use clap::ValueEnum;
use identity::Subject;
use policy::{Brought, Loaded, Machine, PolicyError, Source};
use toml::{Table, Value};

use super::findings::{Finding, ok, skipped};

/// What shows the identity provider's pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AgentChoice {
    /// A throw-away profile of an installed Chromium or Edge.
    Browser,
    /// The address is printed, for whoever visits it elsewhere.
    Print,
}

impl AgentChoice {
    /// As evidence and policy write it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Browser => "browser",
            Self::Print => "print",
        }
    }
}

/// What the command line says.
#[derive(Clone, Debug)]
pub struct Options {
    pub policy: Option<PathBuf>,
    pub issuer: Option<String>,
    pub client_id: Option<String>,
    pub subject: Option<String>,
    pub redirect_port: Option<u16>,
    pub development_http: bool,
    pub agent: AgentChoice,
    /// Whether a program reads the addresses that `print` prints, and visits them at once.
    pub unattended: bool,
}

/// Why there is nothing to try.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// The policy, or an option over it, cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// One value names nobody where several claims do.
    #[error("--subject names one claim, and the policy names people by {claims}")]
    SubjectOfSeveralClaims {
        /// Which.
        claims: String,
    },
}

/// What is tried.
#[derive(Clone, Debug)]
pub struct Setup {
    pub loaded: Loaded,
    pub agent: AgentChoice,
    /// Whose session it is, when the command line says so.
    pub subject: Option<Subject>,
    /// Whether anybody said which scopes, or which resource, to ask for.
    pub says_scopes: bool,
    pub says_resource: bool,
}

impl Setup {
    /// Reads all of it.
    pub fn read(options: &Options) -> Result<Self, SetupError> {
        let machine = match options.policy {
            Some(_) => Machine::Absent,
            None => Machine::ThisSystem,
        };
        let mut loaded = policy::load_to_try(
            machine,
            options.policy.as_deref(),
            Brought {
                by: "command line",
                values: given(options),
            },
            Brought {
                by: PRESUMED,
                values: presumed(options),
            },
        )?;
        let says = |key| {
            let mut values = loaded.values.iter();
            !values.any(|value| value.key == key && value.source == Source::Program(PRESUMED))
        };
        let (says_scopes, says_resource) =
            (says("identity.signing_scopes"), says("identity.resource"));
        let subject = subject(options, &loaded)?;
        if subject.is_some() {
            ask_for_no_name(&mut loaded);
        }
        Ok(Self {
            loaded,
            agent: options.agent,
            subject,
            says_scopes,
            says_resource,
        })
    }

    /// What is asked for here, and what the application would ask for beside it.
    pub fn asked_for(&self) -> Vec<Finding> {
        let identity = &self.loaded.policy.identity;
        let scopes = identity.signing_scopes.join(" ");
        let usual = |key: &str| {
            let mut fields = policy::FIELDS.iter();
            let field = fields.find(|field| field.key == key);
            field
                .and_then(|field| (field.default)())
                .unwrap_or_default()
        };
        vec![
            if self.says_scopes {
                ok("scopes", "probe-scopes-ok")
            } else {
                skipped("scopes", "probe-scopes-skipped")
                    .own("usual", usual("identity.signing_scopes"))
            }
            .with("scopes", scopes),
            match (&identity.resource, self.says_resource) {
                (Some(resource), _) => {
                    ok("resource", "probe-resource-ok").with("resource", resource)
                }
                (None, true) => ok("resource", "probe-resource-none"),
                (None, false) => skipped("resource", "probe-resource-skipped")
                    .own("usual", usual("identity.resource")),
            },
        ]
    }

    /// Asks for no more than the provider says it has, where nobody said what to ask for. One that does not say what it has
    /// passes over what it does not know (OIDC Core 3.1.2.1).
    pub fn suit(&mut self, scopes_supported: &[String]) {
        let lacks = !scopes_supported.is_empty() && !scopes_supported.iter().any(|s| s == PROFILE);
        if !self.says_scopes && lacks {
            ask_for_no_name(&mut self.loaded);
        }
    }
}

/// What the probe presumes is called this where sources are shown.
const PRESUMED: &str = "probe";

/// The scope that brings a name (OIDC Core 5.4).
const PROFILE: &str = "profile";

fn given(options: &Options) -> Table {
    let mut identity = Table::new();
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            identity.insert(name.to_owned(), value);
        }
    };
    set("issuer", options.issuer.clone().map(Value::String));
    set("client_id", options.client_id.clone().map(Value::String));
    let port = options.redirect_port.map(i64::from).map(Value::Integer);
    set("redirect_ports", port.map(|port| Value::Array(vec![port])));
    set(
        "development_http",
        options.development_http.then_some(Value::Boolean(true)),
    );
    let mut signing = Table::new();
    if options.agent == AgentChoice::Print {
        // Its address would carry the ID token, and nobody knows what becomes of what is printed.
        signing.insert("end_idp_session".to_owned(), Value::Boolean(false));
    }
    sections([("identity", identity), ("signing", signing)])
}

/// What every provider can answer. The application's own defaults ask for more, of a records service that is not part of
/// this.
fn presumed(options: &Options) -> Table {
    let texts = |texts: &[&str]| {
        let texts = texts.iter().map(|text| Value::String((*text).to_owned()));
        Value::Array(texts.collect())
    };
    let scopes = texts(&["openid", PROFILE]);
    let mut identity = Table::new();
    identity.insert("session_scopes".to_owned(), scopes.clone());
    identity.insert("signing_scopes".to_owned(), scopes);
    identity.insert("resource".to_owned(), Value::String(String::new()));
    let mut signing = Table::new();
    if options.agent == AgentChoice::Print && !options.unattended {
        // A person who copies addresses cannot visit one out of sight, in time.
        let off = Value::String(policy::Preflight::Off.word().to_owned());
        signing.insert("ambient_preflight".to_owned(), off);
    }
    let mut records = Table::new();
    // Nobody is there (RFC 2606), and nobody is asked.
    let nowhere = Value::String("https://records.invalid/".to_owned());
    records.insert("url".to_owned(), nowhere);
    sections([
        ("identity", identity),
        ("signing", signing),
        ("records", records),
    ])
}

fn sections<const N: usize>(sections: [(&str, Table); N]) -> Table {
    sections
        .into_iter()
        .map(|(name, values)| (name.to_owned(), Value::Table(values)))
        .collect()
}

fn subject(options: &Options, loaded: &Loaded) -> Result<Option<Subject>, SetupError> {
    let Some(value) = &options.subject else {
        return Ok(None);
    };
    let identity = &loaded.policy.identity;
    let [claim] = identity.subject_claims.as_slice() else {
        let claims = identity.subject_claims.join(", ");
        return Err(SetupError::SubjectOfSeveralClaims { claims });
    };
    Ok(Some(Subject {
        iss: identity.issuer.clone(),
        claims: [(claim.clone(), value.clone())].into(),
    }))
}

/// A statement names its signer before anybody signs in, and has to agree with an ID token that names somebody too. With
/// a subject from the command line nobody has said a name yet, so none is asked for.
fn ask_for_no_name(loaded: &mut Loaded) {
    let Loaded { policy, values } = loaded;
    let identity = &mut policy.identity;
    for (key, scopes) in [
        ("identity.session_scopes", &mut identity.session_scopes),
        ("identity.signing_scopes", &mut identity.signing_scopes),
    ] {
        if !scopes.iter().any(|scope| scope == PROFILE) {
            continue;
        }
        scopes.retain(|scope| scope != PROFILE);
        for value in values.iter_mut().filter(|value| value.key == key) {
            value.value = scopes.join(", ");
            value.source = Source::Program(PRESUMED);
        }
    }
}
