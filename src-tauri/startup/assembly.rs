//! Puts the application together from its policy: log, vault, outbox, agents. What is unusable is said, and stops it.

use std::path::PathBuf;
use std::sync::Arc;

use audit::{Actor, AuditError, Entry, Event, Log};
use catalogue::{Catalogue, Locale};
use ceremony::SharedLog;
use identity::{Agent, Client, RelyingParty};
use jiff::Timestamp;
use policy::{AgentKind, Loaded, SignInAgent, Sources, Watched};
use reporting::{Alarms, Reporter, SettleError, Shipper};
use tauri::{AppHandle, Emitter, Manager};
use transport::{Rules, Transport};

use crate::MAIN;
use crate::agent::{self, SystemBrowser, WindowAgent};
use crate::app::{Controller, Parts, Screen, fault, policy_read, policy_rows};
use crate::arguments::Arguments;
use crate::commands::Shell;
use crate::ipc::{
    Allowed, AppState, CeremonyView, DroppedFile, Fault, IdleView, Phase, Profile, StatusView,
};
use crate::pages;

use super::keeping::{Keeping, open_keeping};
use super::policy_read::read_policy;

/// Puts the application together; what stops it is shown on its only page.
pub(super) async fn assemble(app: &AppHandle, arguments: &Arguments, locale: Locale) -> Shell {
    let sources = Sources::of_this_system(arguments.policy.clone());
    let log = data_folder().ok().map(|folder| folder.join("audit.jsonl"));
    let watched = match read_policy(sources, locale, log.as_deref(), &device_name()) {
        Ok(watched) => watched,
        Err(fault) => return blocked(locale, fault),
    };
    match parts(app, watched, locale).await {
        Ok(parts) => {
            let development = parts.policy.identity.development_http;
            Shell::Working {
                controller: Controller::new(parts),
                save_dir: arguments.save_dir.clone().filter(|_| development),
            }
        }
        Err(code) => blocked(locale, fault(&Catalogue::new(locale), code, &[])),
    }
}

async fn parts(app: &AppHandle, watched: Watched, locale: Locale) -> Result<Parts, &'static str> {
    let policy = Arc::new(watched.applied().policy.clone());
    let device = device_name();
    let alarms = open_alarms()?;
    let reporter = Reporter {
        device: device.clone(),
        issuer: policy.identity.issuer.clone(),
    };
    let log = open_log(watched.applied(), &alarms, &reporter)?;
    let transport = Transport::new(Rules {
        development_http: policy.identity.development_http,
        ca_file: policy.records.ca_file.clone(),
        ..Rules::default()
    })
    .map_err(|error| {
        tracing::error!(%error, "no HTTPS client");
        "policy_unreadable"
    })?;
    let Keeping { vault, outbox } = open_keeping(&policy, &device, &data_folder()?).await?;
    let records = records::Client::new(&policy.records.url, transport.clone())
        .map_err(|_| "policy_not_https")?;
    let window = Arc::new(WindowAgent::new(
        app.clone(),
        Arc::new(move |purpose| Controller::window_title(locale, purpose)),
    ));
    let signing_agent: Arc<dyn Agent> = match policy.signing.agent {
        AgentKind::Window => window.clone(),
        AgentKind::Browser => Arc::new(agent::throw_away_browser()?),
        // It comes without a window, and is not part of this application.
        AgentKind::Print => return Err("agent_unavailable"),
    };
    let sign_in_agent: Arc<dyn Agent> = match policy.session.sign_in_agent {
        SignInAgent::SystemBrowser => Arc::new(SystemBrowser::new(app.clone())),
        SignInAgent::Window => window,
    };
    let shipper = policy
        .audit
        .ship
        .then(|| Shipper::new(log.path(), device.clone(), Arc::new(records.clone())));
    Ok(Parts {
        values: policy_rows(watched.applied()),
        alarms,
        shipper,
        device_id: device_id(&log)?,
        device,
        locale,
        relying_party: RelyingParty::new(Client::from(policy.as_ref()), transport.clone()),
        transport,
        records,
        vault,
        log,
        outbox,
        archive: data_folder()?.join("archive.json"),
        sign_in_agent,
        signing_agent,
        input: Arc::new(|| Box::new(session::input::system())),
        screen: Arc::new(MainWindow(app.clone())),
        policy,
        watched,
    })
}

/// Opens the log, and sees first to what the runs before owe security: also when the log was altered, which stops everything
/// else.
fn open_log(
    loaded: &Loaded,
    alarms: &Alarms,
    reporter: &Reporter,
) -> Result<SharedLog, &'static str> {
    let path = match &loaded.policy.audit.path {
        Some(path) => path.clone(),
        None => data_folder()?.join("audit.jsonl"),
    };
    let now = Timestamp::now();
    let mut opened = Log::open(&path, now).map_err(|error| {
        tracing::error!(%error, "the activity log cannot be used");
        if matches!(error, AuditError::Broken(_) | AuditError::Displaced { .. }) {
            let event = reporter.altered(&error.to_string(), now);
            if let Err(error) = alarms.raise_once(&event) {
                tracing::error!(%error, "what security must hear of could not be kept");
            }
        }
        error.code()
    })?;
    reporting::settle(&mut opened, alarms, reporter, now).map_err(|error| {
        tracing::error!(%error, "what security must hear of could not be kept");
        match error {
            SettleError::Log(error) => error.code(),
            SettleError::Queue(_) => "audit_unusable",
        }
    })?;
    let log = SharedLog::new(opened);
    let events = [
        Event::Started {
            version: env!("CARGO_PKG_VERSION").into(),
        },
        policy_read(loaded),
    ];
    for event in events {
        let entry = Entry {
            event,
            reference: None,
            actor: Actor::Device(reporter.device.as_str().into()),
        };
        log.append(&entry, Timestamp::now())
            .map_err(|error| error.code())?;
    }
    Ok(log)
}

/// What tells this installation from all others, also from one whose computer has the same name: its activity log.
fn device_id(log: &SharedLog) -> Result<String, &'static str> {
    match audit::chain_id(&log.path()) {
        Ok(Some(first)) => Ok(first.to_string()),
        Ok(None) => Err("audit_unusable"),
        Err(error) => Err(error.code()),
    }
}

fn open_alarms() -> Result<Arc<Alarms>, &'static str> {
    let folder = data_folder()?.join("alarms");
    Alarms::open(&folder).map(Arc::new).map_err(|error| {
        tracing::error!(%error, "what security must hear of cannot be kept");
        "audit_unusable"
    })
}

fn device_name() -> String {
    gethostname::gethostname().to_string_lossy().into_owned()
}

/// Where this person's log, session and outbox lie.
fn data_folder() -> Result<PathBuf, &'static str> {
    let folder = dirs::data_local_dir()
        .ok_or("audit_unusable")?
        .join("countersign");
    std::fs::create_dir_all(&folder).map_err(|error| {
        tracing::error!(%error, "the data folder cannot be made");
        "audit_forbidden"
    })?;
    Ok(folder)
}

/// The only page, with what is wrong and what to do.
pub(super) fn blocked(locale: Locale, fault: Fault) -> Shell {
    Shell::Blocked(Box::new(AppState {
        phase: Phase::Blocked,
        ended: None,
        ended_detail: None,
        trouble: None,
        blocked: Some(fault),
        session: None,
        locked: None,
        switch_to: None,
        profile: Profile::Workstation,
        idle: None,
        allowed: Allowed {
            files: false,
            printing: false,
            locking: false,
        },
        issuer_origin: String::new(),
        sign_in_agent: String::new(),
        device: device_name(),
        timeout_s: 0,
        meanings: Vec::new(),
        reasons: Vec::new(),
        locale: locale.tag().to_owned(),
        signing_stopped: None,
        signing_locked: false,
        memory_only: None,
        status: StatusView {
            records_connected: false,
            outbox: 0,
            outbox_unreadable: 0,
            outbox_durable: false,
            audit_chain_ok: false,
            audit_entries: 0,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

/// Tells the pages of the main window, and no other window.
struct MainWindow(AppHandle);

impl Screen for MainWindow {
    fn app_state(&self, state: &AppState) {
        self.tell("app-state", state);
    }

    fn ceremony(&self, view: &CeremonyView) {
        self.tell("ceremony", view);
    }

    fn worklist_changed(&self) {
        self.tell("worklist-changed", &());
    }

    fn dropped(&self, file: &DroppedFile) {
        self.tell("dropped", file);
    }

    fn idle(&self, view: IdleView) {
        self.tell("idle", &view);
    }

    fn forget_pages(&self) {
        if let Some(window) = self.0.get_webview_window(MAIN) {
            pages::forget(&window);
        }
    }
}

impl MainWindow {
    fn tell<T: serde::Serialize + Clone>(&self, event: &str, payload: &T) {
        if let Err(error) = self.0.emit_to(MAIN, event, payload) {
            tracing::warn!(%error, event, "the pages could not be told");
        }
    }
}
