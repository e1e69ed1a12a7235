//! `countersign-gateway end-sessions`: an administrator ends the sessions of a person.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use evidence::Subject;
use gateway::Store;
use jiff::Timestamp;

/// Ends all sessions of a person. Gateways on this store tell the clients within a second, and refuse their next calls.
///
/// It takes no tokens back: that is the identity provider's. Whoever is to be kept out has to be locked out there.
#[derive(Parser)]
#[command(name = "end-sessions")]
pub struct Arguments {
    /// The SQLite file with the records. It may be in use.
    #[arg(long)]
    store: PathBuf,
    /// The identity provider's issuer identifier.
    #[arg(long)]
    issuer: String,
    /// A claim that names the person, as NAME=VALUE; all of the configured ones.
    #[arg(long = "subject", required = true, value_parser = claim)]
    claims: Vec<(String, String)>,
}

/// Ends them, and says how many there were.
pub fn end(asked: Arguments) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        asked.store.exists(),
        "{} is not there",
        asked.store.display()
    );
    let store = Store::open(&asked.store)
        .with_context(|| format!("{} cannot be opened", asked.store.display()))?;
    let subject = Subject {
        iss: asked.issuer,
        claims: asked.claims.into_iter().collect(),
    };
    let ended = store.end_sessions(&subject, Timestamp::now())?;
    writeln!(std::io::stdout(), "{ended}")?;
    Ok(ExitCode::SUCCESS)
}

fn claim(text: &str) -> Result<(String, String), &'static str> {
    let (name, value) = text.split_once('=').ok_or("a claim is NAME=VALUE")?;
    Ok((name.to_owned(), value.to_owned()))
}
