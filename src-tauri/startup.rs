//! From the command line to the first page: policy, log, vault, windows. What is missing is said in words, with an exit code.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use audit::{Actor, Entry, Event, Log};
use catalogue::{Catalogue, Locale, Value};
use ceremony::SharedLog;
use identity::{Agent, Client, RelyingParty};
use jiff::Timestamp;
use policy::{AgentKind, Loaded, Machine, Policy, SignInAgent};
use session::{OsKeyring, OutboxKey, Place, Vault};
use tauri::{AppHandle, Emitter, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use transport::{Rules, Transport};

use crate::agent::{self, SystemBrowser, WindowAgent};
use crate::app::{Controller, Parts, Screen, fault};
use crate::arguments::Arguments;
use crate::commands::{self, Shell};
use crate::ipc::{AppState, CeremonyView, Fault, Phase, StatusView};
use crate::{MAIN, guard};

/// Why no window opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// There is no display, or no web view.
    #[error("{text} {remedy}")]
    Missing {
        /// What happened.
        text: String,
        /// What to do.
        remedy: String,
    },
    /// The toolkit failed.
    #[error(transparent)]
    Toolkit(#[from] tauri::Error),
}

impl StartError {
    /// As `sysexits.h` has it: 69 for a service that is not there, 70 for an error of our own.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Missing { .. } => 69,
            Self::Toolkit(_) => 70,
        }
    }
}

/// Logs go to standard error, where a desktop keeps them in the person's journal. Nothing secret is ever logged.
pub(crate) fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("COUNTERSIGN_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
}

/// Runs the application until its main window is closed.
pub(crate) fn start(arguments: Arguments) -> Result<(), StartError> {
    let locale = system_locale();
    look_for_display(locale)?;
    look_for_webview(locale)?;
    agent::sweep();
    let app = builder()
        .manage(Goodbye::default())
        .setup(move |app| {
            let handle = app.handle().clone();
            let shell = tauri::async_runtime::block_on(assemble(&handle, &arguments, locale));
            let controller = shell.controller().ok().cloned();
            app.manage(shell);
            #[cfg(unix)]
            heed_signals(&handle);
            open_main_window(&handle)?;
            if let Some(controller) = controller {
                tauri::async_runtime::spawn(async move { controller.restore().await });
            }
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::CloseRequested { api, .. },
            ..
        } if label == MAIN => {
            api.prevent_close();
            close(app);
        }
        // A window manager that kills does not ask; a window that is open beside it would keep us alive.
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::Destroyed,
            ..
        } if label == MAIN => close(app),
        RunEvent::ExitRequested { api, .. } if !app.state::<Goodbye>().is_said() => {
            api.prevent_exit();
            close(app);
        }
        RunEvent::Exit if !app.state::<Goodbye>().is_said() => close_at_once(app),
        _ => {}
    });
    Ok(())
}

/// How long the desktop waits for us when it does not ask.
const AT_ONCE: Duration = Duration::from_secs(3);

/// Leaving, which is done once, whoever asks for it and how often.
#[derive(Default)]
struct Goodbye {
    begun: AtomicBool,
    said: AtomicBool,
}

impl Goodbye {
    /// Whether this is the first to ask.
    fn begin(&self) -> bool {
        !self.begun.swap(true, Ordering::SeqCst)
    }

    fn say(&self) {
        self.said.store(true, Ordering::SeqCst);
    }

    fn is_said(&self) -> bool {
        self.said.load(Ordering::SeqCst)
    }
}

fn builder() -> tauri::Builder<tauri::Wry> {
    let builder = tauri::Builder::default()
        .plugin(tauri_plugin_single_instance::init(|app, _, _| raise(app)))
        .plugin(tauri_plugin_dialog::init())
        .plugin(tauri_plugin_opener::init())
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                // Nothing of the separate window is kept, its place on the screen included.
                .with_filter(|label| label == MAIN)
                .build(),
        );
    #[cfg(feature = "webdriver")]
    let builder = builder.plugin(tauri_plugin_webdriver::init());
    let handler: Box<dyn Fn(tauri::ipc::Invoke) -> bool + Send + Sync> =
        Box::new(tauri::generate_handler![
            commands::app_state,
            commands::begin_signing,
            commands::bring_forward,
            commands::cancel_sign_in,
            commands::cancel_signing,
            commands::ceremony_state,
            commands::decline,
            commands::dismiss_ending,
            commands::print_page,
            commands::review,
            commands::save_draft,
            commands::save_evidence,
            commands::set_locale,
            commands::sign_in,
            commands::sign_out,
            commands::text_to_sign,
            commands::worklist,
        ]);
    builder.invoke_handler(move |invoke| {
        if guard::may_call(invoke.message.webview_ref().label()) {
            return handler(invoke);
        }
        invoke.resolver.reject("not permitted");
        true
    })
}

fn open_main_window(app: &AppHandle) -> tauri::Result<()> {
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Countersign")
        .inner_size(1180.0, 760.0)
        .min_inner_size(640.0, 480.0)
        .devtools(false)
        .disable_drag_drop_handler()
        .on_navigation(guard::is_our_page)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| tauri::webview::PermissionResponse::Deny)
        .build()
        .map(drop)
}

fn raise(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(MAIN)
        && let Err(error) = window
            .unminimize()
            .and_then(|()| window.show())
            .and_then(|()| window.set_focus())
    {
        tracing::warn!(%error, "the window could not be raised");
    }
}

/// A ceremony under way is ended properly before the application goes.
fn close(app: &AppHandle) {
    if !app.state::<Goodbye>().begin() {
        return;
    }
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Ok(controller) = app.state::<Shell>().controller() {
            controller.close().await;
        }
        app.state::<Goodbye>().say();
        app.exit(0);
    });
}

/// The event loop ends and nothing can hold it, as when a Mac is shut down: what can be done without windows is done.
fn close_at_once(app: &AppHandle) {
    if !app.state::<Goodbye>().begin() {
        return;
    }
    let shell = app.state::<Shell>();
    if let Ok(controller) = shell.controller() {
        let closed = tauri::async_runtime::block_on(async {
            tokio::time::timeout(AT_ONCE, controller.close()).await
        });
        if closed.is_err() {
            tracing::warn!("there was no time to end everything in good order");
        }
    }
}

/// The end of a desktop session and an administrator's `kill` are ways to quit like any other.
#[cfg(unix)]
fn heed_signals(app: &AppHandle) {
    use tokio::signal::unix::{SignalKind, signal};
    for kind in [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
    ] {
        let app = app.clone();
        tauri::async_runtime::spawn(async move {
            match signal(kind) {
                Ok(mut signals) => {
                    if signals.recv().await.is_some() {
                        close(&app);
                    }
                }
                Err(error) => tracing::warn!(%error, "a signal to quit cannot be heeded"),
            }
        });
    }
}

/// Puts the application together; what stops it is shown on its only page.
async fn assemble(app: &AppHandle, arguments: &Arguments, locale: Locale) -> Shell {
    let loaded = match policy::load(Machine::default(), arguments.policy.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!(%error, "the policy cannot be used");
            let args = error.args();
            let args: Vec<_> = args
                .iter()
                .map(|(name, value)| (*name, Value::from(value)))
                .collect();
            return blocked(locale, fault(&Catalogue::new(locale), error.code(), &args));
        }
    };
    match parts(app, loaded, locale).await {
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

async fn parts(app: &AppHandle, loaded: Loaded, locale: Locale) -> Result<Parts, &'static str> {
    let policy = Arc::new(loaded.policy.clone());
    let device = gethostname::gethostname().to_string_lossy().into_owned();
    let log = open_log(&loaded, &device)?;
    let transport = Transport::new(Rules {
        development_http: policy.identity.development_http,
        ca_file: policy.records.ca_file.clone(),
        ..Rules::default()
    })
    .map_err(|error| {
        tracing::error!(%error, "no HTTPS client");
        "policy_unreadable"
    })?;
    let vault = open_vault(&policy, &device).await?;
    let outbox = open_outbox(&policy, &device).await?;
    let records = records::Client::new(&policy.records.url, transport.clone())
        .map_err(|_| "policy_not_https")?;
    let window = Arc::new(WindowAgent::new(
        app.clone(),
        Arc::new(move |purpose| Controller::window_title(locale, purpose)),
    ));
    let signing_agent: Arc<dyn Agent> = match policy.signing.agent {
        AgentKind::Window => window.clone(),
        // They come without a window of ours, and no such agent is part of this application.
        AgentKind::Browser | AgentKind::Print => return Err("agent_unavailable"),
    };
    let sign_in_agent: Arc<dyn Agent> = match policy.session.sign_in_agent {
        SignInAgent::SystemBrowser => Arc::new(SystemBrowser::new(app.clone())),
        SignInAgent::Window => window,
    };
    Ok(Parts {
        device,
        locale,
        relying_party: RelyingParty::new(Client::from(policy.as_ref()), transport.clone()),
        transport,
        records,
        vault,
        log,
        outbox,
        sign_in_agent,
        signing_agent,
        screen: Arc::new(MainWindow(app.clone())),
        policy,
    })
}

fn open_log(loaded: &Loaded, device: &str) -> Result<SharedLog, &'static str> {
    let path = match &loaded.policy.audit.path {
        Some(path) => path.clone(),
        None => data_folder()?.join("audit.jsonl"),
    };
    let opened = Log::open(&path, Timestamp::now()).map_err(|error| {
        tracing::error!(%error, "the activity log cannot be used");
        error.code()
    })?;
    let log = SharedLog::new(opened);
    let described: Vec<String> = loaded
        .values
        .iter()
        .map(|value| format!("{}={}", value.key, value.value))
        .collect();
    let events = [
        Event::Started {
            version: env!("CARGO_PKG_VERSION").into(),
        },
        Event::PolicyRead {
            managed: u32::try_from(loaded.values.iter().filter(|value| value.locked).count())
                .unwrap_or(u32::MAX),
            sha256: audit::Digest::of(described.join("\n").as_bytes()),
        },
    ];
    for event in events {
        let entry = Entry {
            event,
            reference: None,
            actor: Actor::Device(device.into()),
        };
        log.append(&entry, Timestamp::now())
            .map_err(|error| error.code())?;
    }
    Ok(log)
}

async fn open_vault(policy: &Policy, device: &str) -> Result<Arc<Vault>, &'static str> {
    let issuer = &policy.identity.issuer;
    let place = Place {
        file: data_folder()?.join("session"),
        device: device.to_owned(),
        account: issuer.clone(),
    };
    let keyring = Arc::new(OsKeyring::new("org.countersign.desktop", issuer));
    Vault::open(place, policy.session.remember, keyring)
        .await
        .map(Arc::new)
        .map_err(|error| {
            tracing::error!(%error, "the vault cannot be opened");
            "vault_unusable"
        })
}

async fn open_outbox(
    policy: &Policy,
    device: &str,
) -> Result<Option<Arc<records::Outbox>>, &'static str> {
    if !policy.records.outbox {
        return Ok(None);
    }
    let folder = data_folder()?.join("outbox");
    let issuer = &policy.identity.issuer;
    let keyring = Arc::new(OsKeyring::new("org.countersign.desktop.outbox", issuer));
    let key = OutboxKey::open(device, issuer, keyring)
        .await
        .map_err(|error| {
            tracing::error!(%error, "the outbox has no key");
            "vault_unusable"
        })?;
    if let Some(why) = key.not_kept() {
        tracing::warn!(%why, "what waits in the outbox does not survive the end of the program");
    }
    match records::Outbox::open(&folder, Box::new(key)) {
        Ok(outbox) => Ok(Some(Arc::new(outbox))),
        Err(error) => {
            tracing::error!(%error, "the outbox cannot be opened");
            Err("outbox_unwritable")
        }
    }
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

fn blocked(locale: Locale, fault: Fault) -> Shell {
    Shell::Blocked(Box::new(AppState {
        phase: Phase::Blocked,
        ended: None,
        blocked: Some(fault),
        session: None,
        issuer_origin: String::new(),
        sign_in_agent: String::new(),
        device: gethostname::gethostname().to_string_lossy().into_owned(),
        timeout_s: 0,
        meanings: Vec::new(),
        reasons: Vec::new(),
        locale: locale.tag().to_owned(),
        signing_locked: false,
        memory_only: false,
        status: StatusView {
            records_connected: false,
            outbox: 0,
            outbox_durable: false,
            audit_chain_ok: false,
            audit_entries: 0,
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }))
}

fn system_locale() -> Locale {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let tag = names
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|tag| !tag.is_empty());
    Locale::nearest(&tag.unwrap_or_default())
}

/// The toolkit would abort without a display; this says what is wrong.
#[cfg(target_os = "linux")]
fn look_for_display(locale: Locale) -> Result<(), StartError> {
    gtk::init().map_err(|_| {
        let texts = Catalogue::new(locale).fault("no_display", &[]);
        StartError::Missing {
            text: texts.text,
            remedy: texts.remedy,
        }
    })
}

#[cfg(not(target_os = "linux"))]
#[allow(clippy::unnecessary_wraps)] // Linux can fail here.
fn look_for_display(_locale: Locale) -> Result<(), StartError> {
    Ok(())
}

fn look_for_webview(locale: Locale) -> Result<(), StartError> {
    if let Ok(version) = tauri::webview_version() {
        tracing::info!(version, "web view");
        return Ok(());
    }
    let texts = Catalogue::new(locale).fault("no_webview", &[]);
    Err(StartError::Missing {
        text: texts.text,
        remedy: texts.remedy,
    })
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
}

impl MainWindow {
    fn tell<T: serde::Serialize + Clone>(&self, event: &str, payload: &T) {
        if let Err(error) = self.0.emit_to(MAIN, event, payload) {
            tracing::warn!(%error, event, "the pages could not be told");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaving_begins_once_and_is_not_over_before_it_is_said() {
        let goodbye = Goodbye::default();
        assert!(goodbye.begin());
        assert!(!goodbye.begin());
        assert!(!goodbye.is_said());
        goodbye.say();
        assert!(goodbye.is_said());
    }
}
