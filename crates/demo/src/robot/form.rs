//! The forms of the demo provider's pages, found by label as a person would find them.
//!
//! This is no HTML parser: it reads the markup that `idp::pages` writes.

use super::{Page, RobotError};

/// One form.
pub(super) struct Form {
    pub action: String,
    fields: Vec<Field>,
}

struct Field {
    label: Option<String>,
    name: String,
    value: String,
}

impl Form {
    /// The form that has a field with this label.
    pub fn with_field(page: &Page, label: &str) -> Option<Self> {
        forms(&page.html).map(read).find(|form| {
            form.fields
                .iter()
                .any(|field| field.label.as_deref() == Some(label))
        })
    }

    /// The form that has a button with this name.
    pub fn with_button(page: &Page, button: &str) -> Option<Self> {
        forms(&page.html)
            .find(|form| form.contains(&format!(">{button}</button>")))
            .map(read)
    }

    /// The body that a browser would send.
    pub fn filled(&self, typed: &[(&'static str, &str)]) -> Result<String, RobotError> {
        if let Some((missing, _)) = typed.iter().find(|(label, _)| !self.has(label)) {
            return Err(RobotError::NoField(missing));
        }
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for field in &self.fields {
            let value = typed
                .iter()
                .find(|(label, _)| field.label.as_deref() == Some(*label));
            body.append_pair(&field.name, value.map_or(&field.value, |(_, value)| value));
        }
        Ok(body.finish())
    }

    fn has(&self, label: &str) -> bool {
        self.fields
            .iter()
            .any(|field| field.label.as_deref() == Some(label))
    }
}

/// The one-time code that the page shows.
pub(super) fn shown_code(page: &Page) -> Option<String> {
    between(&page.html, r#"<output id="demo-code">"#, "</output>").map(str::to_owned)
}

fn forms(html: &str) -> impl Iterator<Item = &str> {
    html.split("<form ")
        .skip(1)
        .filter_map(|rest| rest.split("</form>").next())
}

fn read(form: &str) -> Form {
    let fields = form
        .split("<input ")
        .skip(1)
        .filter_map(|rest| {
            let tag = rest.split('>').next()?;
            let label = attribute(tag, "id").and_then(|id| {
                between(form, &format!(r#"<label for="{id}">"#), "</label>").map(unescape)
            });
            Some(Field {
                label,
                name: attribute(tag, "name")?,
                value: attribute(tag, "value").unwrap_or_default(),
            })
        })
        .collect();
    Form {
        action: attribute(form, "action").unwrap_or_default(),
        fields,
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    // A leading space, or the start of the tag, so that `id` is not found inside another name.
    let tag = format!(" {tag}");
    between(&tag, &format!(r#" {name}=""#), "\"").map(unescape)
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.split_once(after).map(|(found, _)| found)
}

fn unescape(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}
