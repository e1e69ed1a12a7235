//! What a browser shows after the callback: one static page without script, style or image.

/// The texts of the page, in the person's language.
#[derive(Debug, Clone)]
pub struct Page {
    /// The language tag of the texts.
    pub language: String,
    /// The title and heading.
    pub title: String,
    /// What to do now.
    pub text: String,
}

impl Page {
    pub(super) fn render(&self) -> String {
        let (language, title, text) = (
            escape(&self.language),
            escape(&self.title),
            escape(&self.text),
        );
        respond(
            "200 OK",
            &format!(
                "<!doctype html><html lang=\"{language}\"><meta charset=\"utf-8\"><title>{title}</title>\
                 <main><h1>{title}</h1><p>{text}</p></main></html>"
            ),
        )
    }
}

/// The answer to whatever is not the callback. It says nothing about what is here.
pub(super) fn refusal(status: u16) -> String {
    let line = match status {
        403 => "403 Forbidden",
        404 => "404 Not Found",
        405 => "405 Method Not Allowed\r\nallow: GET",
        409 => "409 Conflict",
        421 => "421 Misdirected Request",
        431 => "431 Request Header Fields Too Large",
        _ => "400 Bad Request",
    };
    respond(line, "")
}

fn respond(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\n\
         content-type: text/html; charset=utf-8\r\n\
         content-length: {}\r\n\
         content-security-policy: default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n\
         cache-control: no-store\r\n\
         referrer-policy: no-referrer\r\n\
         x-content-type-options: nosniff\r\n\
         cross-origin-resource-policy: same-origin\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    )
}

fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
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
