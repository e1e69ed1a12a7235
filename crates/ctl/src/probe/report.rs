//! The report: one page that needs nothing else, to be printed or filed.
//!
//! It holds no script, loads nothing, and a policy of its own forbids both. Whatever is put into it is escaped. It names
//! no person: who signed in for the probe is nobody's business later.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::Catalogue;
use jiff::Zoned;
use policy::Source;

use super::findings::Check;
use super::setup::Setup;
use super::{Verdict, conclusion};

/// What the report is made of.
pub struct Report<'a> {
    pub texts: &'a Catalogue,
    pub verdict: &'a Verdict,
    pub checks: &'a [Check],
    /// None when the policy could not be used.
    pub setup: Option<&'a Setup>,
    pub notes: &'a [String],
    pub at: Zoned,
}

/// A place that can be written to.
pub struct Place {
    path: PathBuf,
    partial: PathBuf,
    file: File,
}

/// Makes sure that the report can be written before anybody signs in for it.
pub fn reserve(path: &Path) -> anyhow::Result<Place> {
    let partial = path.with_added_extension("part");
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    let file = options
        .open(&partial)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(Place {
        path: path.to_owned(),
        partial,
        file,
    })
}

impl Place {
    /// Writes all of it, or leaves what was there.
    pub fn write(mut self, page: &str) -> anyhow::Result<()> {
        let written = self
            .file
            .write_all(page.as_bytes())
            .and_then(|()| self.file.sync_all())
            .and_then(|()| fs::rename(&self.partial, &self.path));
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

impl Report<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let language = escape(self.texts.locale().tag());
        let title = self.text("probe-title");
        let body = [
            self.head(),
            self.answer(),
            self.checks(),
            self.values(),
            self.notes(),
        ]
        .concat();
        format!(
            "<!doctype html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{body}</main>\n</body>\n</html>\n"
        )
    }

    fn head(&self) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let about = escape(
            &self
                .texts
                .text("probe-about", &[("version", version.into())]),
        );
        format!(
            "<header>\n<h1>{}</h1>\n<p>{about}</p>\n</header>\n",
            self.text("probe-title")
        )
    }

    fn answer(&self) -> String {
        let Verdict { outcome, reference } = self.verdict;
        let name = outcome.name();
        let mut facts = vec![
            ("probe-when", when(&self.at)),
            ("probe-reference-label", reference.clone()),
        ];
        if let Some(setup) = self.setup {
            let identity = &setup.loaded.policy.identity;
            facts.splice(
                0..0,
                [
                    ("probe-issuer", identity.issuer.clone()),
                    ("probe-client", identity.client_id.clone()),
                    ("probe-agent", setup.agent.name().to_owned()),
                ],
            );
        }
        let facts = facts
            .iter()
            .map(|(label, value)| {
                let (label, value) = (self.text(label), escape(value));
                format!("<dt>{label}</dt><dd>{value}</dd>\n")
            })
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<section class=\"answer {name}\">\n<h2>{}</h2>\n<p>{}</p>\n<dl>\n{facts}</dl>\n</section>\n",
            self.text("probe-answer"),
            escape(&conclusion(self.texts, *outcome)),
        )
    }

    fn checks(&self) -> String {
        let mut rows = String::new();
        for check in self.checks {
            let word = check.status.word();
            let title = self.text(&format!("probe-check-{}", check.name.replace('_', "-")));
            row(
                &mut rows,
                &format!(
                    "<th scope=\"row\">{title}<br><code>{}</code></th><td class=\"{word}\">{}</td><td>{}</td>",
                    escape(check.name),
                    self.text(check.status.text_key()),
                    escape(&check.detail),
                ),
            );
        }
        let columns = [
            "probe-column-check",
            "probe-column-status",
            "probe-column-detail",
        ];
        self.table("probe-checks", &columns, &rows)
    }

    /// What was tried, so that the same can be tried again.
    fn values(&self) -> String {
        let Some(setup) = self.setup else {
            return String::new();
        };
        let mut rows = String::new();
        let tried = |key: &str| key.starts_with("identity.") || key.starts_with("signing.");
        for value in setup.loaded.values.iter().filter(|value| tried(value.key)) {
            row(
                &mut rows,
                &format!(
                    "<th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}</td>",
                    escape(value.key),
                    escape(&value.value),
                    escape(&source(&value.source)),
                ),
            );
        }
        let columns = [
            "probe-column-key",
            "probe-column-value",
            "probe-column-source",
        ];
        self.table("probe-values", &columns, &rows)
    }

    fn notes(&self) -> String {
        if self.notes.is_empty() {
            return String::new();
        }
        let items = self
            .notes
            .iter()
            .map(|note| format!("<li>{}</li>\n", escape(note)))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<section>\n<h2>{}</h2>\n<ul>\n{items}</ul>\n</section>\n",
            self.text("probe-notes")
        )
    }

    fn table(&self, heading: &str, columns: &[&str], rows: &str) -> String {
        let columns = columns
            .iter()
            .map(|column| format!("<th scope=\"col\">{}</th>", self.text(column)))
            .collect::<Vec<_>>()
            .concat();
        format!(
            "<section>\n<h2>{}</h2>\n<table>\n<thead><tr>{columns}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</section>\n",
            self.text(heading)
        )
    }

    /// A text of the catalogue, escaped.
    fn text(&self, key: &str) -> String {
        escape(&self.texts.text(key, &[]))
    }
}

fn row(rows: &mut String, cells: &str) {
    // Writing to a string cannot fail.
    let _written = writeln!(rows, "<tr>{cells}</tr>");
}

fn when(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S %:z").to_string()
}

/// A report goes to others: where a policy lies on somebody's disk is nothing to them.
fn source(source: &Source) -> String {
    let named = match source {
        Source::File(path) => path.file_name().map(|name| Source::File(name.into())),
        _ => None,
    };
    named.as_ref().unwrap_or(source).to_string()
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

/// Plain on paper: the status is a word, colour only repeats it.
const STYLE: &str = "\
body { font: 11pt/1.45 system-ui, sans-serif; color: #111; background: #fff; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { border-bottom: 1px solid #bbb; padding: .35rem .5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
tbody th { font-weight: 600; width: 28%; } code { font-size: .85em; font-weight: 400; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; } dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
.answer { border: 2px solid #555; padding: 0 1rem 1rem; } .answer.accepted { border-color: #1a6b34; } .answer.refused { border-color: #a01c1c; }
thead th, td.ok, td.warn, td.fail, td.skipped { overflow-wrap: normal; min-width: 6rem; } td.ok { color: #1a6b34; } td.warn { color: #7a4b00; } td.fail { color: #a01c1c; font-weight: 700; } td.skipped { color: #555; }
@media print { body { margin: 0; max-width: none; } @page { margin: 18mm; } }
";

#[cfg(test)]
mod tests;
