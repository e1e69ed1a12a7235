//! `audit`: whether an activity log is whole.

use std::io::Write;
use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use crate::Found;
use crate::screen::Screen;

#[derive(Subcommand)]
pub enum Audit {
    /// Looks for a truncation, a reordering or an edit, and says where.
    Verify {
        /// The log.
        path: PathBuf,
        /// Prints one JSON object.
        #[arg(long)]
        json: bool,
    },
}

impl Audit {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let Self::Verify { path, json } = self;
        let report = audit::verify(&path)?;
        if json {
            let broken = report
                .broken
                .as_ref()
                .map(|broken| json!({ "line": broken.line, "fault": broken.fault.to_string() }));
            screen.json(&json!({ "entries": report.entries, "complete": report.is_complete(), "broken": broken }))?;
        } else {
            match &report.broken {
                None => screen.say(
                    "chain-complete",
                    &[("count", i64::try_from(report.entries)?.into())],
                )?,
                Some(broken) => {
                    let fault = broken.fault.to_string();
                    let args = [
                        ("line", i64::try_from(broken.line)?.into()),
                        ("fault", (&fault).into()),
                    ];
                    screen.say("chain-broken", &args)?;
                }
            }
        }
        Ok(if report.is_complete() {
            Found::InOrder
        } else {
            Found::Wrong
        })
    }
}
