//! `policy`: what applies on this computer, who set it, and whether it can be used at all.

use std::io::Write;
use std::path::PathBuf;

use catalogue::{Fault, Value};
use clap::{Args, Subcommand};
use policy::{Loaded, Machine, Overridden, PolicyError, Sources};
use serde_json::json;

use crate::Found;
use crate::screen::Screen;

#[derive(Subcommand)]
pub enum Policy {
    /// Prints every value and its source.
    Show {
        #[command(flatten)]
        which: Which,
        /// Prints with each value what it is for and what is permitted.
        #[arg(long)]
        explain: bool,
    },
    /// Says whether the policy can be used, and everything that is wrong with it.
    Check {
        /// A file to look at by itself, before it is rolled out, whatever policy this computer has.
        #[arg(value_name = "FILE", conflicts_with = "policy")]
        file: Option<PathBuf>,
        #[command(flatten)]
        which: Which,
    },
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
        match self {
            Self::Show { which, explain } => {
                let examined = Sources::of_this_system(which.policy).examine();
                let loaded = match examined {
                    Ok(loaded) => loaded,
                    Err(problems) => return refused(screen, &problems, which.json),
                };
                if which.json {
                    screen.json(&json!({ "usable": true, "values": as_json(&loaded) }))?;
                } else if explain {
                    print_explained(screen, &loaded)?;
                } else {
                    print(screen, &loaded)?;
                }
                Ok(Found::InOrder)
            }
            Self::Check { file, which } => {
                let examined = match &file {
                    Some(file) => policy::examine(Machine::Absent, Some(file)),
                    None => Sources::of_this_system(which.policy).examine(),
                };
                match examined {
                    Ok(loaded) => {
                        if which.json {
                            screen.json(&json!({ "usable": true, "values": as_json(&loaded) }))?;
                        } else {
                            screen.say("ctl-policy-usable", &[])?;
                        }
                        Ok(Found::InOrder)
                    }
                    Err(problems) => refused(screen, &problems, which.json),
                }
            }
        }
    }
}

/// Says everything that is wrong.
fn refused(
    screen: &mut Screen<impl Write>,
    problems: &[PolicyError],
    json: bool,
) -> anyhow::Result<Found> {
    if json {
        let listed: Vec<_> = problems
            .iter()
            .map(|problem| {
                let (code, detail) = (problem.code(), problem.to_string());
                let source = problem.origin.to_string();
                json!({ "code": code, "key": problem.key, "source": source, "detail": detail })
            })
            .collect();
        screen.json(&json!({ "usable": false, "problems": listed }))?;
    } else {
        let count = i64::try_from(problems.len())?;
        screen.say("ctl-policy-problems", &[("count", count.into())])?;
        for problem in problems {
            let fault = fault(screen, problem);
            screen.fault(&fault)?;
        }
    }
    let unreadable = |problem: &PolicyError| problem.code() == "policy-unreadable";
    Ok(if problems.iter().any(unreadable) {
        Found::Unchecked
    } else {
        Found::Wrong
    })
}

/// Every value, for scripts.
pub fn as_json(loaded: &Loaded) -> serde_json::Value {
    let rows = loaded.about().map(|(field, one)| {
        json!({
            "key": one.key,
            "value": one.value,
            "source": one.source.to_string(),
            "locked": one.locked,
            "overridden": one.overridden.iter().map(overridden_json).collect::<serde_json::Value>(),
            "type": field.type_name,
            "permitted": field.allowed,
            "default": (field.default)(),
            "lockable": field.lockable,
            "description": field.description,
        })
    });
    rows.collect()
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
        say_overridden(screen, &one.overridden)?;
    }
    Ok(())
}

/// What stands somewhere and does not apply.
fn say_overridden(
    screen: &mut Screen<impl Write>,
    overridden: &[Overridden],
) -> std::io::Result<()> {
    for one in overridden {
        let (value, source) = (catalogue::intent::seen(&one.value), one.source.to_string());
        let args = [("value", (&value).into()), ("source", (&source).into())];
        let said = screen.text("ctl-policy-overridden", &args);
        screen.line(&format!("    {said}"))?;
    }
    Ok(())
}

fn overridden_json(one: &Overridden) -> serde_json::Value {
    json!({ "value": one.value, "source": one.source.to_string() })
}

/// The same, with what each is for and what is permitted: the table, and what applies of it.
fn print_explained(screen: &mut Screen<impl Write>, loaded: &Loaded) -> std::io::Result<()> {
    for (field, one) in loaded.about() {
        let value = catalogue::intent::seen(&one.value);
        screen.line(&format!("{} = {value}  [{}]", one.key, one.source))?;
        say_overridden(screen, &one.overridden)?;
        screen.line(&format!("    {}", field.description))?;
        screen.line(&format!("    {}: {}", field.type_name, field.allowed))?;
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
