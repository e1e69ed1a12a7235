//! The table as a page of documentation.

use crate::fields::FIELDS;

/// The table as a page of documentation (Markdown).
pub fn documentation() -> String {
    let mut page = String::from(PREFACE);
    let mut section = "";
    for field in FIELDS {
        if field.section != section {
            section = field.section;
            page.push_str("\n## `[");
            page.push_str(section);
            page.push_str("]`\n\n| key | what it is for | type | permitted | default |\n|---|---|---|---|---|\n");
        }
        let default = match (field.default)() {
            None => "none: must be set".to_owned(),
            Some(text) if text.is_empty() => "empty".to_owned(),
            Some(text) => format!("`{text}`"),
        };
        let user = if field.lockable {
            " A user may set it where IT does not."
        } else {
            ""
        };
        let row = [
            field.name,
            field.description,
            user,
            field.type_name,
            field.allowed,
            &default,
        ];
        let [name, description, user, type_name, allowed, default] = row;
        page.extend([
            "| `",
            name,
            "` | ",
            description,
            user,
            " | ",
            type_name,
            " | ",
            allowed,
            " | ",
        ]);
        page.extend([default, " |\n"]);
    }
    page
}

const PREFACE: &str = "\
# Policy

This page is made from the table in `crates/policy/src/fields.rs`; a test keeps it up to date.

Sources, strongest first:

1. machine policy: `/etc/countersign/policy.toml` (Linux), `HKLM\\SOFTWARE\\Policies\\Countersign` with a subkey for each
   section (Windows), managed preferences of `org.countersign.desktop` with a dictionary for each section (macOS, forced values only);
2. a setting of the user, where the table says so: `countersign/settings.toml` in `~/.config` or `$XDG_CONFIG_HOME` (Linux),
   `%APPDATA%` (Windows), `~/Library/Application Support` (macOS);
3. the default.

`--policy FILE` is honoured only where there is no machine policy. A link that leads nowhere, or a file that cannot be read,
is no absence: it stops signing. An unknown key, a wrong type or a value that is not permitted stops signing too, in whichever
source it stands and even if a stronger source overrides it, with a message that names key, source and remedy. For a kiosk the
defaults of `[session]` are `idle_lock_s = 120`, `idle_end = \"sign_out\"`, `remember = \"memory\"` and `sign_in_agent = \"window\"`.

The application reads all sources when it starts, looks at them again about once a minute and before each signature, and stops
signing when they say something else or cannot be used any more: until they say what applies again, or until it is started anew.
What a policy refers to, such as the certificates in `records.ca_file`, is read at the start alone.
";
