//! The report: one page that needs nothing else, to be printed or filed.
//!
//! It holds no script, loads nothing, and a policy of its own forbids both. Whatever is put into it is escaped. It names
//! no person: who signed in for the probe is nobody's business later.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use catalogue::Catalogue;
use durable::{Readers, Replacement};
use jiff::Zoned;
use maud::{DOCTYPE, Markup, PreEscaped, html};
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
    replacement: Replacement,
}

/// Makes sure that the report can be written before anybody signs in for it.
pub fn reserve(path: &Path) -> anyhow::Result<Place> {
    let replacement = Replacement::begin(path, Readers::AsUsual)
        .with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(Place {
        path: path.to_owned(),
        replacement,
    })
}

impl Place {
    /// Writes all of it, or leaves what was there.
    pub fn write(self, page: &str) -> anyhow::Result<()> {
        let written = self.replacement.finish(page.as_bytes());
        written.with_context(|| format!("{} cannot be written", self.path.display()))
    }
}

impl Report<'_> {
    /// The page.
    pub fn html(&self) -> String {
        let title = self.text("probe-title");
        let page = html! {
            (DOCTYPE)
            html lang=(self.texts.locale().tag()) {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(NOTHING_BUT_STYLE);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) }
                    // Our own constant, in which nothing is to be escaped.
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        (self.head())
                        (self.answer())
                        (self.checks())
                        (self.values())
                        (self.notes())
                    }
                }
            }
        };
        page.into_string()
    }

    fn head(&self) -> Markup {
        let version = env!("CARGO_PKG_VERSION");
        let about = self
            .texts
            .text("probe-about", &[("version", version.into())]);
        html! {
            header {
                h1 { (self.text("probe-title")) }
                p { (about) }
            }
        }
    }

    fn answer(&self) -> Markup {
        let Verdict { outcome, reference } = self.verdict;
        let identity = self.setup.map(|setup| &setup.loaded.policy.identity);
        html! {
            section class={ "answer " (outcome.name()) } {
                h2 { (self.text("probe-answer")) }
                p { (conclusion(self.texts, *outcome)) }
                dl {
                    @if let Some(identity) = identity {
                        (self.fact("probe-issuer", &identity.issuer))
                        (self.fact("probe-client", &identity.client_id))
                    }
                    @if let Some(setup) = self.setup {
                        (self.fact("probe-agent", setup.agent.name()))
                    }
                    (self.fact("probe-when", &when(&self.at)))
                    (self.fact("probe-reference-label", reference))
                }
            }
        }
    }

    fn fact(&self, label: &str, value: &str) -> Markup {
        html! { dt { (self.text(label)) } dd { (value) } }
    }

    fn checks(&self) -> Markup {
        let columns = [
            "probe-column-check",
            "probe-column-status",
            "probe-column-detail",
        ];
        let rows = html! {
            @for check in self.checks {
                tr {
                    th scope="row" {
                        (self.text(&format!("probe-check-{}", check.name.replace('_', "-"))))
                        br;
                        code { (check.name) }
                    }
                    td class=(check.status.word()) { (self.text(check.status.text_key())) }
                    td { (check.detail) }
                }
            }
        };
        self.table("probe-checks", &columns, &rows)
    }

    /// What was tried, so that the same can be tried again.
    fn values(&self) -> Markup {
        let Some(setup) = self.setup else {
            return html! {};
        };
        let tried = |key: &str| key.starts_with("identity.") || key.starts_with("signing.");
        let columns = [
            "probe-column-key",
            "probe-column-value",
            "probe-column-source",
        ];
        let rows = html! {
            @for value in setup.loaded.values.iter().filter(|value| tried(value.key)) {
                tr {
                    th scope="row" { code { (value.key) } }
                    td { (value.value) }
                    td { (source(&value.source)) }
                }
            }
        };
        self.table("probe-values", &columns, &rows)
    }

    fn notes(&self) -> Markup {
        html! {
            @if !self.notes.is_empty() {
                section {
                    h2 { (self.text("probe-notes")) }
                    ul { @for note in self.notes { li { (note) } } }
                }
            }
        }
    }

    fn table(&self, heading: &str, columns: &[&str], rows: &Markup) -> Markup {
        html! {
            section {
                h2 { (self.text(heading)) }
                table {
                    thead { tr { @for column in columns { th scope="col" { (self.text(column)) } } } }
                    tbody { (rows) }
                }
            }
        }
    }

    fn text(&self, key: &str) -> String {
        self.texts.text(key, &[])
    }
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

/// The page's own policy for whoever shows it.
const NOTHING_BUT_STYLE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

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
