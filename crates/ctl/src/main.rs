//! `countersignctl`: what an auditor, a tester or IT does without the application.
//!
//! Exit codes: 0 valid, complete or in order; 2 not valid, broken or wrong; 1 could not be checked. A command line
//! that cannot be understood is 1 as well, so that 2 always means that something was found.

mod archive;
mod audit_log;
mod doctor;
mod export;
mod policy_values;
mod probe;
mod screen;
mod verify;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use screen::Screen;

/// Verifies signatures, reads logs and policies, and says what this computer has.
#[derive(Parser)]
#[command(name = "countersignctl", version)]
struct Arguments {
    /// The language of what is printed: `en` or `de`. That of the environment unless given.
    #[arg(long, global = true, value_name = "TAG")]
    lang: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Verifies signatures, one or hundreds: who signed what, when, with what meaning, and whether that holds.
    ///
    /// With --archive, offline and completely. With --issuer, by the identity provider's keys of today alone: that can
    /// find a file invalid, but not valid. Exit codes: 0 all valid, 2 at least one invalid, 1 something could not be
    /// checked.
    Verify(verify::Verify),
    /// Makes the printable copy of a signature, with what its verification found.
    ///
    /// Exit codes: 0 valid, 2 not valid (the page then says so, and calls what the file says a claim), 1 no page.
    Export(export::Export),
    /// Fetches what offline verification needs from a records service.
    Archive(archive::Fetch),
    /// Reads the activity log.
    #[command(subcommand)]
    Audit(audit_log::Audit),
    /// Reads the policy.
    #[command(subcommand)]
    Policy(policy_values::Policy),
    /// Says whether an identity provider can support signatures under 21 CFR Part 11.
    Probe(probe::Probe),
    /// Says what this computer has of what the application needs.
    Doctor(doctor::Doctor),
}

/// How a command ended, when it could do its work.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// Everything is as it should be.
    InOrder,
    /// Something is not.
    Wrong,
    /// Something could not be looked at; it was said what.
    Unchecked,
}

impl From<Found> for ExitCode {
    fn from(found: Found) -> Self {
        match found {
            Found::InOrder => Self::SUCCESS,
            Found::Unchecked => Self::from(1),
            Found::Wrong => Self::from(2),
        }
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(usage) => {
            let asked_for = !usage.use_stderr();
            // With neither stdout nor stderr there is nobody to tell.
            let told = usage.print().is_ok();
            return ExitCode::from(u8::from(!(asked_for && told)));
        }
    };
    let mut screen = Screen::new(arguments.lang.as_deref(), io::stdout().lock());
    match run(arguments.command, &mut screen) {
        Ok(found) => found.into(),
        Err(error) => {
            let code = ExitCode::from(Found::Unchecked);
            match writeln!(io::stderr(), "countersignctl: {error:#}") {
                // Where even that cannot be written, the exit code alone has to say it.
                Ok(()) | Err(_) => code,
            }
        }
    }
}

fn run(command: Command, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
    match command {
        Command::Verify(command) => command.run(screen),
        Command::Export(command) => command.run(screen),
        Command::Archive(command) => command.run(screen),
        Command::Audit(command) => command.run(screen),
        Command::Policy(command) => command.run(screen),
        Command::Probe(command) => command.run(screen),
        Command::Doctor(command) => command.run(screen),
    }
}
