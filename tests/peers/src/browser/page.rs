//! A page and its forms, as far as somebody who signs in looks at them.

use dom_query::{Document, Selection};
use url::Url;

use crate::Account;

/// A page as it came.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it came from.
    pub url: Url,
    /// The HTTP status.
    pub status: u16,
    /// The whole document.
    pub html: String,
}

/// One form.
pub(super) struct Form {
    action: String,
    fields: Vec<Field>,
    buttons: Vec<Button>,
    /// A script of the page submits it without asking.
    submits_itself: bool,
}

struct Field {
    kind: Kind,
    name: String,
    value: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Hidden,
    Username,
    Password,
    Code,
    /// Something that nobody has to touch.
    Left,
}

#[derive(Clone)]
struct Button {
    name: String,
    value: String,
}

/// What a form is filled in with.
pub(super) enum Filling<'a> {
    /// Nothing but what stands there.
    AsItStands,
    /// A person's credentials, and the first button.
    Of(&'a Account),
    /// A button.
    Pressing(&'a str),
}

impl Page {
    /// What stands in the title, for saying where one is.
    pub fn title(&self) -> String {
        let document = Document::from(self.html.as_str());
        format!("{} ({})", document.select("title").text(), self.status)
    }

    /// The form that asks for a password.
    pub(super) fn sign_in_form(&self) -> Option<Form> {
        self.forms().into_iter().find(Form::asks_for_password)
    }

    /// A form that asks for nothing and only wants to be confirmed.
    pub(super) fn go_on_form(&self) -> Option<Form> {
        self.forms().into_iter().find(Form::asks_for_nothing)
    }

    pub(super) fn form_with_button(&self, name: &str) -> Option<Form> {
        let has = |form: &Form| form.buttons.iter().any(|button| button.name == name);
        self.forms().into_iter().find(has)
    }

    pub(super) fn form_that_submits_itself(&self) -> Option<Form> {
        self.forms().into_iter().find(|form| form.submits_itself)
    }

    fn forms(&self) -> Vec<Form> {
        let document = Document::from(self.html.as_str());
        let scripts = document.select("script").text();
        let submitted = scripts.contains("forms[0].submit()");
        let forms = document.select("form");
        let forms = forms.iter().enumerate().map(|(nth, form)| {
            let id = attribute(&form, "id");
            // A button may stand outside of its form and name it.
            let outside = document.select("button[form]");
            let outside: Vec<_> = outside
                .iter()
                .filter(|button| !id.is_empty() && attribute(button, "form") == id)
                .map(|button| Button::of(&button))
                .collect();
            Form {
                action: attribute(&form, "action"),
                fields: form
                    .select("input")
                    .iter()
                    .filter_map(|input| Field::of(&input))
                    .collect(),
                buttons: form
                    .select("button")
                    .iter()
                    .filter(|button| attribute(button, "type") != "button")
                    .map(|button| Button::of(&button))
                    .chain(outside)
                    .collect(),
                submits_itself: submitted && nth == 0,
            }
        });
        forms.collect()
    }
}

impl Form {
    pub fn asks_for_password(&self) -> bool {
        self.has(Kind::Password)
    }

    fn asks_for_nothing(&self) -> bool {
        let asks = [Kind::Username, Kind::Password, Kind::Code];
        !self.buttons.is_empty()
            && self.fields.iter().any(|field| field.kind == Kind::Hidden)
            && !asks.into_iter().any(|kind| self.has(kind))
    }

    fn has(&self, kind: Kind) -> bool {
        self.fields.iter().any(|field| field.kind == kind)
    }

    /// Where it is sent. `#` and nothing mean the page's own address.
    pub fn target(&self, page: &Url) -> Result<Url, url::ParseError> {
        let mut target = page.join(&self.action)?;
        target.set_fragment(None);
        Ok(target)
    }

    /// The body that a browser would send.
    pub fn filled(&self, filling: &Filling<'_>) -> String {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        for field in &self.fields {
            let typed = match (field.kind, filling) {
                (Kind::Left, _) => continue,
                (Kind::Username, Filling::Of(account)) => account.username,
                (Kind::Password, Filling::Of(account)) => account.password,
                (Kind::Code, Filling::Of(account)) => account.code.unwrap_or_default(),
                _ => field.value.as_str(),
            };
            body.append_pair(&field.name, typed);
        }
        let pressed = match filling {
            Filling::AsItStands => None,
            Filling::Of(_) => self.buttons.first(),
            Filling::Pressing(name) => self.buttons.iter().find(|button| button.name == *name),
        };
        if let Some(button) = pressed.filter(|button| !button.name.is_empty()) {
            body.append_pair(&button.name, &button.value);
        }
        body.finish()
    }
}

impl Field {
    fn of(input: &Selection<'_>) -> Option<Self> {
        let name = attribute(input, "name");
        let kind = match attribute(input, "type").as_str() {
            "hidden" => Kind::Hidden,
            "password" => Kind::Password,
            _ if attribute(input, "autocomplete") == "one-time-code" => Kind::Code,
            "" | "text" | "email" => Kind::Username,
            _ => Kind::Left,
        };
        let value = attribute(input, "value");
        (!name.is_empty()).then_some(Self { kind, name, value })
    }
}

impl Button {
    fn of(button: &Selection<'_>) -> Self {
        Self {
            name: attribute(button, "name"),
            value: attribute(button, "value"),
        }
    }
}

fn attribute(element: &Selection<'_>, name: &str) -> String {
    element.attr(name).unwrap_or_default().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYBODY: Account = Account {
        username: "any",
        password: "p&w",
        code: Some("123"),
        subject: "s",
        name: "Any Body",
    };

    fn page(html: &str) -> Page {
        Page {
            url: Url::parse("http://127.0.0.1:1/in?x=1").unwrap(),
            status: 200,
            html: html.to_owned(),
        }
    }

    #[test]
    fn a_sign_in_form_is_filled_in_as_a_person_would() {
        let page = page(
            r##"<form action="#" method="post"><input type="hidden" name="token" value="a=b">
            <input name="user" value="old"><input type="password" name="pw"><input type="checkbox" name="remember">
            <input name="otp" autocomplete="one-time-code"><button name="go" value="1">Sign in</button></form>"##,
        );
        let form = page.sign_in_form().unwrap();
        assert_eq!(
            form.target(&page.url).unwrap().as_str(),
            "http://127.0.0.1:1/in?x=1"
        );
        assert_eq!(
            form.filled(&Filling::Of(&ANYBODY)),
            "token=a%3Db&user=any&pw=p%26w&otp=123&go=1"
        );
        assert!(page.go_on_form().is_none());
    }

    #[test]
    fn a_button_outside_of_its_form_is_found() {
        let page = page(
            r#"<form id="f" action="/out"><input type="hidden" name="x" value="1"></form>
            <button form="f" name="logout" value="yes">Yes</button>"#,
        );
        let form = page.form_with_button("logout").unwrap();
        assert_eq!(form.filled(&Filling::Pressing("logout")), "x=1&logout=yes");
    }

    #[test]
    fn only_a_form_that_a_script_submits_submits_itself() {
        let form = r#"<form action="/on"><input type="hidden" name="x" value="1"></form>"#;
        let script = "<script>document.forms[0].submit()</script>";
        assert!(page(form).form_that_submits_itself().is_none());
        let with_script = page(&format!("{form}{script}"));
        assert!(with_script.form_that_submits_itself().is_some());
    }
}
