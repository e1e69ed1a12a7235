//! The printable copy of a signature (21 CFR 11.10(b)): one HTML page without scripts, links or foreign parts.

use catalogue::Catalogue;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{Checked, Manifestation, StepRow, Verdict};

/// Nothing is loaded from anywhere, not even by mistake.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

const STYLE: &str = include_str!("page.css");

/// The page of one file. `file` is its name; `checked` says whether what stands on the page is proven.
pub fn page(file: &str, checked: &Checked, texts: &Catalogue) -> String {
    let say = |key: &str| texts.text(key, &[]);
    let file = catalogue::intent::readable(file);
    let valid = checked.verdict == Verdict::Valid;
    html! {
        (DOCTYPE)
        html lang=(texts.locale().tag()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width";
                title { (say("manifest-title")) " · " (file) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { (say("manifest-title")) }
                    p class="file" { (say("ctl-file")) ": " (file) }
                }
                section class=(if valid { "verdict valid" } else { "verdict invalid" }) {
                    h2 { (checked.title) }
                    p { (checked.advice) }
                }
                @if let Some(says) = &checked.says {
                    (signature(says, checked, texts))
                }
                (steps(&checked.steps, texts))
            }
        }
    }
    .into_string()
}

fn signature(says: &Manifestation, checked: &Checked, texts: &Catalogue) -> Markup {
    let say = |key: &str| texts.text(key, &[]);
    let proven = checked.verdict == Verdict::Valid;
    let head = if proven {
        "signed-electronically"
    } else {
        "verify-claims"
    };
    html! {
        section class=(if proven { "signature" } else { "signature claimed" }) {
            h2 { (say(head)) }
            p class="name" { (says.name) }
            dl {
                (fact(&say("ctl-subject"), &says.identity))
                (fact(&say("signed-time"), &says.signed_at))
                (fact(&say("signed-meaning"), &format!("{} ({})", says.meaning, says.meaning_code)))
                (fact(&say("signed-reason"), &says.reason))
                @for record in &says.records {
                    (fact(&say("signed-record"), &record.full_line(texts)))
                    (fact(&say("ctl-proposed"), &record.proposed_sha256))
                }
                @if let Some(how) = &says.authenticated { (fact(&say("manifest-authenticated"), how)) }
                (fact(&say("ctl-authentication"), &says.asked))
                (fact(&say("ctl-client"), &says.client))
                @if let Some(receipt) = &says.receipt { (fact(&say("signed-receipt"), receipt)) }
                @if let Some(digest) = &checked.evidence_sha256 { (fact(&say("ctl-evidence"), digest)) }
            }
            @if let Some(shown) = &says.shown {
                h3 { (say("ctl-shown")) }
                pre { (shown) }
            }
        }
    }
}

fn steps(rows: &[StepRow], texts: &Catalogue) -> Markup {
    html! {
        section class="steps" {
            h2 { (texts.text("manifest-steps", &[])) }
            table {
                @for row in rows {
                    tr class=[row.reason.map(|_| "failed")] {
                        td class="number" { (row.step.number()) }
                        td { code { (row.step.name()) } }
                        td {
                            (row.text)
                            @if let Some(reason) = row.reason { br; code { (reason) } }
                        }
                        td { (row.ended) }
                    }
                }
            }
        }
    }
}

fn fact(label: &str, value: &str) -> Markup {
    html! { dt { (label) } dd { (value) } }
}
