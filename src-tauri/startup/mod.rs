//! From the command line to the first page. What is missing is said in words, with an exit code.
//!
//! `surroundings` looks for a display and a web view, `assembly` puts the application together from its policy, `goodbye`
//! ends it in good order.

mod assembly;
mod goodbye;
mod keeping;
mod policy_read;
mod surroundings;

use std::path::PathBuf;

use tauri::{
    AppHandle, DragDropEvent, Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent,
};
use tauri_plugin_window_state::StateFlags;

use crate::arguments::Arguments;
use crate::commands::Shell;
use crate::{MAIN, agent, commands, guard, ways_out};

use assembly::assemble;
use goodbye::{Goodbye, close, close_at_once};
use surroundings::{look_for_display, look_for_webview, system_locale};

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
            goodbye::heed_signals(&handle);
            let full_screen = controller.as_ref().is_some_and(|one| one.full_screen());
            open_main_window(&handle, full_screen)?;
            if let Some(controller) = controller {
                tauri::async_runtime::spawn(async move {
                    controller.settle_debts();
                    controller.watch_policy();
                    controller.restore().await;
                });
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
        RunEvent::WindowEvent {
            label,
            event: WindowEvent::DragDrop(DragDropEvent::Drop { paths, .. }),
            ..
        } if label == MAIN => verify(app, paths),
        RunEvent::ExitRequested { api, .. } if !app.state::<Goodbye>().is_said() => {
            api.prevent_exit();
            close(app);
        }
        RunEvent::Exit if !app.state::<Goodbye>().is_said() => close_at_once(app),
        _ => {}
    });
    Ok(())
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
            commands::about,
            commands::activity,
            commands::app_state,
            commands::begin_signing,
            commands::bring_forward,
            commands::cancel_sign_in,
            commands::cancel_signing,
            commands::cancel_unlock,
            commands::ceremony_state,
            commands::check_chain,
            commands::confirm_switch,
            commands::decline,
            commands::dismiss_ending,
            commands::lock,
            commands::outbox,
            commands::print_page,
            commands::refuse_switch,
            commands::review,
            commands::run_checks,
            commands::save_activity,
            commands::save_diagnostics,
            commands::save_draft,
            commands::save_evidence,
            commands::save_report,
            commands::set_locale,
            commands::sign_in,
            commands::sign_out,
            commands::switch_user,
            commands::text_to_sign,
            commands::touched,
            commands::try_delivery_now,
            commands::unlock,
            commands::verify_file,
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

fn open_main_window(app: &AppHandle, full_screen: bool) -> tauri::Result<()> {
    let window = WebviewWindowBuilder::new(app, MAIN, WebviewUrl::default())
        .title("Countersign")
        .inner_size(1180.0, 760.0)
        .min_inner_size(640.0, 480.0)
        .fullscreen(full_screen)
        .devtools(false)
        .on_navigation(guard::is_our_page)
        .on_new_window(|_, _| tauri::webview::NewWindowResponse::Deny)
        .on_download(|_, _| false)
        .on_permission_request(|_, _| tauri::webview::PermissionResponse::Deny)
        .build()?;
    ways_out::shut_for_our_pages(&window)
}

/// The first of the files that were dropped on the window. The shell reads it, never the page.
fn verify(app: &AppHandle, mut paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    let path = paths.swap_remove(0);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if let Ok(controller) = app.state::<Shell>().controller()
            && controller.allow_files().is_ok()
        {
            controller.verify_dropped(&path).await;
        }
    });
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
