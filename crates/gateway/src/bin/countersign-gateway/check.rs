//! `countersign-gateway check`: whether a store still holds what was put into it.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use gateway::Store;
use records::wire::ReceiptHead;

/// Checks that a store holds what was put into it: receipts and their chain, evidence, records, trail.
///
/// Writes what it found as JSON. Exit code 0: all is well; 2: something was removed, altered or moved; 1: it could not be
/// checked.
#[derive(Parser)]
#[command(name = "check")]
pub struct Arguments {
    /// The SQLite file with the records. It may be in use, and is not changed.
    #[arg(long)]
    store: PathBuf,
    /// Where the chain of receipts ended at some time, as NUMBER:SHA256. Only this shows what was cut off its end
    /// together with everything that tells of it.
    #[arg(long, value_parser = known_head)]
    head: Option<ReceiptHead>,
}

/// Checks, and says what it found.
pub fn check(asked: &Arguments) -> anyhow::Result<ExitCode> {
    let found = Store::check_file(&asked.store, asked.head.as_ref())
        .with_context(|| format!("{} cannot be checked", asked.store.display()))?;
    let mut out = std::io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &found)?;
    writeln!(out)?;
    Ok(if found.faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(2)
    })
}

fn known_head(text: &str) -> Result<ReceiptHead, &'static str> {
    const FORM: &str = "a head is a number, a colon and 64 hexadecimal digits";
    let (sequence, sha256) = text.split_once(':').ok_or(FORM)?;
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|octet| octet.is_ascii_hexdigit());
    let sequence = sequence.parse().ok().filter(|number| *number > 0);
    Ok(ReceiptHead {
        sequence: sequence.ok_or(FORM)?,
        sha256: Some(is_digest.then(|| sha256.to_ascii_lowercase()).ok_or(FORM)?),
    })
}
