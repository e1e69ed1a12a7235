//! What the pages of the main window may ask for. Each is one line over the controller; none returns a secret.

use std::path::PathBuf;
use std::sync::Arc;

use tauri::{AppHandle, State, WebviewWindow};
use tauri_plugin_dialog::DialogExt;

use crate::app::{Controller, Saving, Visit, fault};
use crate::ipc::{
    AboutView, ActivityPage, ActivityQuery, AppState, CeremonyView, ChainView, Checks, Draft,
    Fault, OutboxView, Review, SignRequest, TextPart, Verification, Worklist,
};

/// What commands are answered from.
pub(crate) enum Shell {
    /// Everything is there.
    Working {
        /// The application.
        controller: Arc<Controller>,
        /// Where evidence goes without a dialog; for development alone.
        save_dir: Option<PathBuf>,
    },
    /// Something that IT must mend stops everything.
    Blocked(Box<AppState>),
}

impl Shell {
    pub(crate) fn controller(&self) -> Result<&Arc<Controller>, Fault> {
        match self {
            Self::Working { controller, .. } => Ok(controller),
            Self::Blocked(state) => Err(state.blocked.clone().unwrap_or_else(|| Fault {
                code: "blocked".to_owned(),
                text: String::new(),
                remedy: String::new(),
                reference: None,
            })),
        }
    }
}

#[tauri::command]
pub(crate) async fn app_state(shell: State<'_, Shell>) -> Result<AppState, Fault> {
    match shell.inner() {
        Shell::Working { controller, .. } => Ok(controller.state()),
        Shell::Blocked(state) => Ok(*state.clone()),
    }
}

#[tauri::command]
pub(crate) async fn sign_in(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.sign_in().await
}

#[tauri::command]
pub(crate) async fn cancel_sign_in(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.cancel_sign_in();
    Ok(())
}

#[tauri::command]
pub(crate) async fn sign_out(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.sign_out().await
}

#[tauri::command]
pub(crate) async fn lock(shell: State<'_, Shell>, switching: bool) -> Result<(), Fault> {
    shell.controller()?.lock(switching)
}

#[tauri::command]
pub(crate) async fn touched(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.touched();
    Ok(())
}

#[tauri::command]
pub(crate) async fn unlock(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.unlock().await
}

#[tauri::command]
pub(crate) async fn cancel_unlock(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.cancel_unlock();
    Ok(())
}

#[tauri::command]
pub(crate) async fn confirm_switch(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.confirm_switch().await
}

#[tauri::command]
pub(crate) async fn switch_user(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.switch_user().await
}

#[tauri::command]
pub(crate) async fn refuse_switch(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.refuse_switch().await;
    Ok(())
}

#[tauri::command]
pub(crate) async fn set_locale(shell: State<'_, Shell>, locale: String) -> Result<(), Fault> {
    shell.controller()?.set_locale(&locale);
    Ok(())
}

#[tauri::command]
pub(crate) async fn worklist(shell: State<'_, Shell>) -> Result<Worklist, Fault> {
    shell.controller()?.worklist().await
}

#[tauri::command]
pub(crate) async fn review(shell: State<'_, Shell>, id: String) -> Result<Review, Fault> {
    shell.controller()?.review(&id).await
}

#[tauri::command]
pub(crate) async fn text_to_sign(
    shell: State<'_, Shell>,
    id: String,
    etag: String,
    draft: Draft,
) -> Result<Vec<TextPart>, Fault> {
    shell.controller()?.text_to_sign(&id, &etag, &draft)
}

#[tauri::command]
pub(crate) async fn save_draft(
    shell: State<'_, Shell>,
    id: String,
    draft: Draft,
) -> Result<(), Fault> {
    shell.controller()?.save_draft(&id, draft)
}

#[tauri::command]
pub(crate) async fn begin_signing(
    shell: State<'_, Shell>,
    request: SignRequest,
) -> Result<(), Fault> {
    shell.controller()?.begin_signing(request)
}

#[tauri::command]
pub(crate) async fn ceremony_state(shell: State<'_, Shell>) -> Result<Option<CeremonyView>, Fault> {
    Ok(shell.controller()?.ceremony_state())
}

#[tauri::command]
pub(crate) async fn bring_forward(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.bring_forward().await;
    Ok(())
}

#[tauri::command]
pub(crate) async fn cancel_signing(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.cancel_signing();
    Ok(())
}

#[tauri::command]
pub(crate) async fn dismiss_ending(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.dismiss_ending();
    Ok(())
}

#[tauri::command]
pub(crate) async fn decline(
    shell: State<'_, Shell>,
    id: String,
    etag: String,
    reason: String,
) -> Result<(), Fault> {
    shell.controller()?.decline(&id, &etag, reason).await
}

#[tauri::command]
pub(crate) async fn save_evidence(
    app: AppHandle,
    window: WebviewWindow,
    shell: State<'_, Shell>,
    signature_id: String,
) -> Result<Option<String>, Fault> {
    let controller = shell.controller()?;
    controller.allow_files()?;
    let visit = controller.visit()?;
    let saving = controller.evidence_to_save(&signature_id).await?;
    let Some(path) = choose(&app, &window, shell.inner(), &visit, &saving, JSON).await? else {
        return Ok(None);
    };
    controller
        .save_evidence(&signature_id, &saving, &path)
        .await?;
    Ok(Some(path.display().to_string()))
}

/// Verifies a file of the person's choice; nothing when they changed their mind.
#[tauri::command]
pub(crate) async fn verify_file(
    app: AppHandle,
    window: WebviewWindow,
    shell: State<'_, Shell>,
) -> Result<Option<Verification>, Fault> {
    let controller = shell.controller()?;
    controller.allow_files()?;
    let visit = controller.visit()?;
    let (chosen, choice) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .set_parent(&window)
        .add_filter(JSON.0, JSON.1)
        // The command that waits for the choice goes only with the window.
        .pick_file(move |path| drop(chosen.send(path)));
    let path = choice.await.ok().flatten();
    controller.still(&visit)?;
    match path.and_then(|path| path.into_path().ok()) {
        Some(path) => controller.verify(&path).await.map(Some),
        None => Ok(None),
    }
}

#[tauri::command]
pub(crate) async fn save_report(
    app: AppHandle,
    window: WebviewWindow,
    shell: State<'_, Shell>,
) -> Result<Option<String>, Fault> {
    let controller = shell.controller()?;
    controller.allow_files()?;
    let visit = controller.visit()?;
    let report = controller.report_to_save()?;
    let path = save(&app, &window, shell.inner(), &visit, &report, HTML).await?;
    Ok(path.map(|path| path.display().to_string()))
}

#[tauri::command]
pub(crate) async fn activity(
    shell: State<'_, Shell>,
    query: ActivityQuery,
) -> Result<ActivityPage, Fault> {
    shell.controller()?.activity(query).await
}

#[tauri::command]
pub(crate) async fn check_chain(shell: State<'_, Shell>) -> Result<ChainView, Fault> {
    shell.controller()?.check_chain().await
}

#[tauri::command]
pub(crate) async fn save_activity(
    app: AppHandle,
    window: WebviewWindow,
    shell: State<'_, Shell>,
    query: ActivityQuery,
) -> Result<Option<String>, Fault> {
    let controller = shell.controller()?;
    controller.allow_files()?;
    let visit = controller.visit()?;
    let listed = controller.activity_to_save(query).await?;
    let path = save(&app, &window, shell.inner(), &visit, &listed, JSON).await?;
    Ok(path.map(|path| path.display().to_string()))
}

#[tauri::command]
pub(crate) async fn about(shell: State<'_, Shell>) -> Result<AboutView, Fault> {
    Ok(shell.controller()?.about())
}

#[tauri::command]
pub(crate) async fn run_checks(shell: State<'_, Shell>) -> Result<Checks, Fault> {
    Ok(shell.controller()?.run_checks().await)
}

#[tauri::command]
pub(crate) async fn save_diagnostics(
    app: AppHandle,
    window: WebviewWindow,
    shell: State<'_, Shell>,
) -> Result<Option<String>, Fault> {
    let controller = shell.controller()?;
    controller.allow_files()?;
    let visit = controller.visit()?;
    let report = controller.diagnostics_to_save().await;
    let path = save(&app, &window, shell.inner(), &visit, &report, TEXT).await?;
    Ok(path.map(|path| path.display().to_string()))
}

#[tauri::command]
pub(crate) async fn outbox(shell: State<'_, Shell>) -> Result<OutboxView, Fault> {
    shell.controller()?.outbox().await
}

#[tauri::command]
pub(crate) async fn try_delivery_now(shell: State<'_, Shell>) -> Result<(), Fault> {
    shell.controller()?.try_delivery_now().await
}

#[tauri::command]
pub(crate) async fn print_page(
    window: WebviewWindow,
    shell: State<'_, Shell>,
) -> Result<(), Fault> {
    let controller = shell.controller()?;
    controller.allow_printing()?;
    window.print().map_err(|error| {
        tracing::warn!(%error, "the page could not be printed");
        fault(
            &catalogue::Catalogue::new(controller.locale()),
            "internal",
            &[],
        )
    })
}

/// A kind of file, as the dialog names it, and its ending.
type Kind = (&'static str, &'static [&'static str]);

const JSON: Kind = ("JSON", &["json"]);
const HTML: Kind = ("HTML", &["html"]);
const TEXT: Kind = ("Text", &["txt"]);

/// Writes a file where the person wants it; nowhere when they changed their mind.
async fn save(
    app: &AppHandle,
    window: &WebviewWindow,
    shell: &Shell,
    visit: &Visit,
    saving: &Saving,
    kind: Kind,
) -> Result<Option<PathBuf>, Fault> {
    let Some(path) = choose(app, window, shell, visit, saving, kind).await? else {
        return Ok(None);
    };
    shell.controller()?.save(saving, &path).await?;
    Ok(Some(path))
}

/// Where the person wants a file; nowhere when they changed their mind, or when the screen was locked meanwhile: the dialog
/// outlives the page, and whoever answers it then is not who asked.
async fn choose(
    app: &AppHandle,
    window: &WebviewWindow,
    shell: &Shell,
    visit: &Visit,
    saving: &Saving,
    kind: Kind,
) -> Result<Option<PathBuf>, Fault> {
    let controller = shell.controller()?;
    // Also what was made ready meanwhile was for whoever asked.
    controller.still(visit)?;
    let chosen = place(app, window, shell, saving, kind).await;
    controller.still(visit)?;
    Ok(chosen)
}

async fn place(
    app: &AppHandle,
    window: &WebviewWindow,
    shell: &Shell,
    saving: &Saving,
    kind: Kind,
) -> Option<PathBuf> {
    if let Shell::Working {
        save_dir: Some(dir),
        ..
    } = shell
    {
        return Some(dir.join(&saving.file_name));
    }
    let (chosen, choice) = tokio::sync::oneshot::channel();
    app.dialog()
        .file()
        .set_parent(window)
        .set_file_name(&saving.file_name)
        .add_filter(kind.0, kind.1)
        .save_file(move |path| {
            // The command that waits for the choice goes only with the window.
            drop(chosen.send(path));
        });
    let path = choice.await.ok().flatten()?;
    path.into_path().ok()
}
