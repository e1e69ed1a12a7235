//! `policy`: what applies on this computer, who set it, and whether it can be used at all.

use std::io::Write;
use std::path::PathBuf;

use catalogue::{Fault, Value};
use clap::{Args, Subcommand};
use policy::{Loaded, Machine, PolicyError};
use serde_json::json;

use crate::Found;
use crate::screen::Screen;

#[derive(Subcommand)]
pub enum Policy {
    /// Prints every value and its source.
    Show(Which),
    /// Says whether the policy can be used.
    Check(Which),
}

#[derive(Args)]
pub struct Which {
    /// A policy file. Refused on a computer that has a machine policy.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Prints one JSON object.
    #[arg(long)]
    json: bool,
}

impl Policy {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let (which, values) = match self {
            Self::Show(which) => (which, true),
            Self::Check(which) => (which, false),
        };
        let loaded = policy::load(Machine::ThisSystem, which.policy.as_deref());
        match loaded {
            Ok(loaded) => {
                if which.json {
                    screen.json(&json!({ "usable": true, "values": as_json(&loaded) }))?;
                } else if values {
                    print(screen, &loaded)?;
                } else {
                    screen.say("ctl-policy-usable", &[])?;
                }
                Ok(Found::InOrder)
            }
            Err(error) => {
                if which.json {
                    let (code, detail) = (error.code(), error.to_string());
                    screen.json(&json!({ "usable": false, "code": code, "key": error.key, "detail": detail }))?;
                } else {
                    let fault = fault(screen, &error);
                    screen.fault(&fault)?;
                }
                let unreadable = error.code() == "policy-unreadable";
                Ok(if unreadable {
                    Found::Unchecked
                } else {
                    Found::Wrong
                })
            }
        }
    }
}

/// Every value, for scripts.
pub fn as_json(loaded: &Loaded) -> serde_json::Value {
    let values = loaded.values.iter();
    values.map(|one| json!({ "key": one.key, "value": one.value, "source": one.source.to_string(), "locked": one.locked })).collect()
}

/// Every value, for a person.
pub fn print(screen: &mut Screen<impl Write>, loaded: &Loaded) -> std::io::Result<()> {
    for one in &loaded.values {
        screen.line(&format!(
            "  {:<28} {}  [{}]",
            one.key,
            catalogue::intent::seen(&one.value),
            one.source
        ))?;
    }
    Ok(())
}

/// What is wrong with the policy, and what to do.
pub fn fault(screen: &Screen<impl Write>, error: &PolicyError) -> Fault {
    let args = error.args();
    let args: Vec<(&str, Value<'_>)> = args
        .iter()
        .map(|(name, value)| (*name, value.into()))
        .collect();
    screen.texts().fault(error.code(), &args)
}
