//! The reference Records API as a service. TLS is the business of the proxy in front of it.

mod check;
mod end_sessions;
mod serve;

use std::process::ExitCode;

use anyhow::Context as _;
use clap::{CommandFactory as _, FromArgMatches as _};
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .init();
    let said = serve::Arguments::command()
        .subcommand(check::Arguments::command())
        .subcommand(end_sessions::Arguments::command())
        .try_get_matches()
        .unwrap_or_else(|error| misused(&error));
    match said.subcommand() {
        Some(("check", said)) => return check::check(&check::Arguments::from_arg_matches(said)?),
        Some(("end-sessions", said)) => {
            return end_sessions::end(end_sessions::Arguments::from_arg_matches(said)?);
        }
        _ => {}
    }
    let arguments = serve::Arguments::from_arg_matches(&said)?;
    let running = gateway::serve(arguments.config()?)
        .await
        .context("the gateway does not start")?;
    let stop = running.stopper();
    tokio::spawn(async move {
        match asked_to_stop().await {
            Ok(()) => stop.cancel(),
            Err(error) => tracing::error!(%error, "signals cannot be waited for"),
        }
    });
    running.ended().await.context("the gateway stopped")?;
    Ok(ExitCode::SUCCESS)
}

/// Says how it is used. A misuse is 1, since 2 is a check's finding.
fn misused(error: &clap::Error) -> ! {
    // Where this cannot be printed, the exit code says it all.
    let _ = error.print();
    std::process::exit(i32::from(error.use_stderr()))
}

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
