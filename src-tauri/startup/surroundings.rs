//! What the application finds around it: the person's language, a display, a web view.

use catalogue::{Catalogue, Locale};

use super::StartError;

pub(super) fn system_locale() -> Locale {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let tag = names
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|tag| !tag.is_empty());
    Locale::nearest(&tag.unwrap_or_default())
}

/// The toolkit would abort without a display; this says what is wrong.
#[cfg(target_os = "linux")]
pub(super) fn look_for_display(locale: Locale) -> Result<(), StartError> {
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
pub(super) fn look_for_display(_locale: Locale) -> Result<(), StartError> {
    Ok(())
}

pub(super) fn look_for_webview(locale: Locale) -> Result<(), StartError> {
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
