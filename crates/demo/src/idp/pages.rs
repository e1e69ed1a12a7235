//! The pages. Plain HTML, no script, DEMO in bold on each. Tests find fields by their labels.

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{ACCOUNTS, Account, parameters::ProtocolError};

const STYLE: &str = include_str!("pages.css");

/// What a page says first.
#[derive(Debug, Clone, Copy)]
pub(super) enum Notice {
    WrongPassword,
    WrongCode,
    OtherAccountDemanded,
}

impl Notice {
    fn text(self) -> &'static str {
        match self {
            Self::WrongPassword => "User name or password is not right.",
            Self::WrongCode => "The one-time code is not right.",
            Self::OtherAccountDemanded => "This application asks for another account.",
        }
    }
}

pub(super) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE)
}

pub(super) async fn home() -> Response {
    page(
        "Clinic sign-in",
        StatusCode::OK,
        "<p>Applications send you here to sign in.</p>",
    )
}

pub(super) fn password(id: &str, hint: &str, notice: Option<Notice>) -> Response {
    let accounts: Vec<String> = ACCOUNTS
        .iter()
        .map(|account| format!("{} / {}", account.username, account.password))
        .collect();
    let hint = escape(hint);
    // Whoever is already named only has to type the password.
    let (on_name, on_password) = if hint.is_empty() {
        (" autofocus", "")
    } else {
        ("", " autofocus")
    };
    let body = format!(
        r#"{notice}
<form method="post" action="/sign-in/{id}">
<label for="username">User name</label>
<input id="username" name="username" value="{hint}" autocomplete="username" autocapitalize="none" spellcheck="false" required{on_name}>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required{on_password}>
<button type="submit">Sign in</button>
</form>
{cancel}
<p class="accounts"><strong>DEMO:</strong> {accounts}</p>"#,
        notice = notice_line(notice),
        cancel = cancel_form(id),
        accounts = accounts.join(", "),
    );
    page("Sign in", StatusCode::OK, &body)
}

pub(super) fn one_time_code(
    id: &str,
    account: &Account,
    code: &str,
    notice: Option<Notice>,
) -> Response {
    let body = format!(
        r#"{notice}
<p>Signing in as <strong>{name}</strong>.</p>
<form method="post" action="/sign-in/{id}">
<label for="code">One-time code</label>
<input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="6" required autofocus>
<button type="submit">Sign in</button>
</form>
{cancel}
<p class="accounts"><strong>DEMO:</strong> your phone would show <output id="demo-code">{code}</output></p>"#,
        notice = notice_line(notice),
        name = escape(account.name),
        cancel = cancel_form(id),
    );
    page("Second factor", StatusCode::OK, &body)
}

pub(super) fn confirm_logout(query: &[(String, String)]) -> Response {
    let kept: Vec<String> = query
        .iter()
        .map(|(name, value)| {
            let (name, value) = (escape(name), escape(value));
            format!(r#"<input type="hidden" name="{name}" value="{value}">"#)
        })
        .collect();
    let kept = kept.join("\n");
    let body = format!(
        r#"<p>Sign out here?</p>
<form method="post" action="/logout">{kept}
<input type="hidden" name="confirmed" value="yes">
<button type="submit">Sign out</button>
</form>"#
    );
    page("Sign out", StatusCode::OK, &body)
}

pub(super) fn signed_out() -> Response {
    page(
        "Signed out",
        StatusCode::OK,
        "<p>You are signed out. You may close this window.</p>",
    )
}

pub(super) fn error(error: ProtocolError) -> Response {
    let body = format!(
        r#"<p role="alert" class="notice">This request cannot be answered: {}.</p><p><code>{}</code></p>"#,
        escape(error.description),
        escape(error.code)
    );
    page("Not possible", StatusCode::BAD_REQUEST, &body)
}

fn notice_line(notice: Option<Notice>) -> String {
    notice
        .map(|notice| format!(r#"<p role="alert" class="notice">{}</p>"#, notice.text()))
        .unwrap_or_default()
}

fn cancel_form(id: &str) -> String {
    format!(
        r#"<form method="post" action="/sign-in/{id}/cancel"><button type="submit" class="quiet">Cancel</button></form>"#
    )
}

fn page(heading: &str, status: StatusCode, body: &str) -> Response {
    let html = format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{heading}: DEMO identity provider</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<header><p><strong>DEMO</strong> identity provider: no real accounts, no real records</p></header>
<main>
<h1>{heading}</h1>
{body}
</main>
</body>
</html>
"#
    );
    (status, Html(html)).into_response()
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_sends_cannot_become_markup() {
        assert_eq!(
            escape(r#""><script>'&"#),
            "&quot;&gt;&lt;script&gt;&#39;&amp;"
        );
    }
}
