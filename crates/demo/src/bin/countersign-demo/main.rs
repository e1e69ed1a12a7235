//! `countersign-demo`: opens the demo clinic, and the application in it.
//!
//! It prints one line of JSON with all that a script or a person needs to know, and stays until it is told to
//! stop or the application ends. What it starts, it stops.

mod control;

use std::{io::Write as _, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::Context as _;
use clap::Parser;
use demo::{
    Clinic,
    clinic::ClinicConfig,
    idp::{ACCOUNTS, CLIENT_ID},
};
use gateway::SessionLimit;
use serde_json::{Value, json};
use tokio::{
    process::{Child, Command},
    sync::Mutex,
};

use control::Control;

/// Opens the demo clinic: an identity provider and a records API on free loopback ports, with seeded amendments.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Keeps records, keys and the policy in this folder; otherwise they go when the clinic closes.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Starts this application with `--policy`, and closes the clinic when it ends.
    #[arg(long, value_name = "APP")]
    run: Option<PathBuf>,
    /// Signatures need a one-time code too.
    #[arg(long)]
    second_factor: bool,
    /// The application runs as on a shared device.
    #[arg(long)]
    kiosk: bool,
    /// How many sessions may be open beside each other: one-per-subject, one-per-device, a number, or none.
    #[arg(long, value_name = "LIMIT", default_value = "one-per-subject")]
    session_limit: SessionLimit,
    /// Opens a control endpoint on loopback for scripted tours: look inside, switch faults, stop the gateway.
    #[arg(long)]
    control: bool,
    /// What else the application is to be started with.
    #[arg(last = true, requires = "run")]
    passed_on: Vec<String>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_env("COUNTERSIGN_LOG"))
        .with_writer(std::io::stderr)
        .init();
    let arguments = Arguments::parse();
    let config = ClinicConfig {
        directory: arguments.dir,
        second_factor: arguments.second_factor,
        session_limit: arguments.session_limit,
        kiosk: arguments.kiosk,
        ..ClinicConfig::default()
    };
    let clinic = Clinic::start(config)
        .await
        .context("the demo clinic cannot open")?;
    let policy = clinic
        .write_policy()
        .context("the policy cannot be written")?;
    let mut facts = facts(&clinic, &policy);

    let clinic = Arc::new(Mutex::new(clinic));
    let control = if arguments.control {
        let control = Control::start(Arc::clone(&clinic)).await;
        Some(control.context("the control endpoint cannot open")?)
    } else {
        None
    };
    if let Some(control) = &control {
        facts["control"] = json!({ "url": control.url(), "token": control.token() });
    }
    let mut application = arguments
        .run
        .map(|run| {
            let mut command = Command::new(&run);
            command
                .arg("--policy")
                .arg(&policy)
                .args(&arguments.passed_on)
                .kill_on_drop(true);
            // Standard output is for the line of JSON alone.
            command
                .stdout(std::io::stderr())
                .spawn()
                .with_context(|| format!("{} cannot be started", run.display()))
        })
        .transpose()?;
    if let Some(pid) = application.as_ref().and_then(Child::id) {
        facts["pids"]["application"] = json!(pid);
    }
    writeln!(std::io::stdout(), "{facts}").context("nobody reads standard output")?;

    let code = until_the_end(application.as_mut()).await?;
    if let Some(mut application) = application {
        // Fails only when it has ended already.
        let _ = application.start_kill();
        application
            .wait()
            .await
            .context("the application cannot be waited for")?;
    }
    if let Some(control) = control {
        control.stop().await;
    }
    if let Some(clinic) = Arc::into_inner(clinic) {
        clinic
            .into_inner()
            .stop()
            .await
            .context("the demo clinic cannot close")?;
    }
    Ok(code)
}

/// What a script needs to know. The passwords are published on the sign-in page too.
fn facts(clinic: &Clinic, policy: &std::path::Path) -> Value {
    let accounts: Vec<Value> = ACCOUNTS
        .iter()
        .map(|account| {
            json!({
                "username": account.username,
                "password": account.password,
                "subject": account.subject,
                "name": account.name,
                "role": account.role,
            })
        })
        .collect();
    json!({
        "issuer": clinic.idp().issuer(),
        "client_id": CLIENT_ID,
        "records": clinic.records_url(),
        "policy": policy,
        "directory": clinic.directory(),
        "audit": clinic.audit_path(),
        "accounts": accounts,
        "pids": { "demo": std::process::id() },
    })
}

/// Returns when the application ends, or when somebody asks this program to stop.
async fn until_the_end(application: Option<&mut Child>) -> anyhow::Result<ExitCode> {
    let ended = async {
        match application {
            Some(application) => application.wait().await.map(Some),
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        ended = ended => {
            let status = ended.context("the application cannot be waited for")?;
            let code = status.and_then(|status| status.code()).and_then(|code| u8::try_from(code).ok());
            Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
        }
        asked = asked_to_stop() => asked.map(|()| ExitCode::SUCCESS),
    }
}

#[cfg(unix)]
async fn asked_to_stop() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("signals cannot be heard")?;
    let mut hang_up = signal(SignalKind::hangup()).context("signals cannot be heard")?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted.context("signals cannot be heard"),
        _ = terminate.recv() => Ok(()),
        _ = hang_up.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> anyhow::Result<()> {
    tokio::signal::ctrl_c()
        .await
        .context("signals cannot be heard")
}
