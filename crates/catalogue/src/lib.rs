//! Every text that a person reads, in English and German.
//!
//! One Fluent catalogue (`locales/*.ftl`) serves both sides: Rust through [`Catalogue`], the pages through the same files.
//! Errors stand in it as pairs: `err-…` says what happened, `rec-…` what to do.
//! It knows no crate of the house; those that have errors give it their names as strings.

mod locale;
mod value;

pub mod intent;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use fluent_syntax::ast::Pattern;

pub use locale::Locale;
pub use value::Value;

/// The texts of one language.
pub struct Catalogue {
    locale: Locale,
    bundle: FluentBundle<FluentResource>,
}

/// What happened, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What happened: the text of `err-…`.
    pub text: String,
    /// What to do: the text of `rec-…`.
    pub remedy: String,
}

impl Catalogue {
    /// The texts in this language. The sources are part of the binary, and a test parses each of them without an error.
    pub fn new(locale: Locale) -> Self {
        let mut bundle = FluentBundle::new_concurrent(vec![locale.identifier()]);
        bundle.set_use_isolating(false);
        let (Ok(resource) | Err((resource, _))) =
            FluentResource::try_new(locale.source().to_owned());
        bundle.add_resource_overriding(resource);
        Self { locale, bundle }
    }

    /// Which language this is.
    pub fn locale(&self) -> Locale {
        self.locale
    }

    /// Whether there is a text under this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle
            .get_message(key)
            .is_some_and(|message| message.value().is_some())
    }

    /// The text under this key. A key that does not exist is shown as it stands, so that the gap is seen and reported.
    pub fn text(&self, key: &str, args: &[(&str, Value<'_>)]) -> String {
        let Some(pattern) = self
            .bundle
            .get_message(key)
            .and_then(|message| message.value())
        else {
            return key.to_owned();
        };
        self.formatted(pattern, args)
    }

    fn formatted(&self, pattern: &Pattern<&str>, args: &[(&str, Value<'_>)]) -> String {
        let args: FluentArgs = args
            .iter()
            .map(|(name, value)| (*name, value.fluent()))
            .collect();
        // A missing argument leaves `{$name}` in the text: visible, and found by the test over variables.
        self.bundle
            .format_pattern(pattern, Some(&args), &mut Vec::new())
            .into_owned()
    }

    /// The pair `err-CODE` and `rec-CODE`. Snake case is accepted: `auth_time_missing` is `err-auth-time-missing`.
    pub fn fault(&self, code: &str, args: &[(&str, Value<'_>)]) -> Fault {
        let code = code.replace('_', "-");
        Fault {
            text: self.text(&format!("err-{code}"), args),
            remedy: self.text(&format!("rec-{code}"), args),
        }
    }

    /// As [`Catalogue::fault`], worded for somebody who was signing in, where that reads differently (`.sign-in`).
    pub fn fault_at_sign_in(&self, code: &str, args: &[(&str, Value<'_>)]) -> Fault {
        let told = self.fault(code, args);
        let code = code.replace('_', "-");
        Fault {
            text: self
                .variant(&format!("err-{code}"), "sign-in", args)
                .unwrap_or(told.text),
            remedy: self
                .variant(&format!("rec-{code}"), "sign-in", args)
                .unwrap_or(told.remedy),
        }
    }

    /// An attribute of the message under this key.
    fn variant(&self, key: &str, name: &str, args: &[(&str, Value<'_>)]) -> Option<String> {
        let pattern = self.bundle.get_message(key)?.get_attribute(name)?.value();
        Some(self.formatted(pattern, args))
    }

    /// The key of the sentence that explains a meaning, by its ASTM E1762 code: `1.2.840.10065.1.12.1.15` is `meaning-15`.
    pub fn meaning_key(&self, code: &str) -> String {
        let key = format!("meaning-{}", code.rsplit('.').next().unwrap_or_default());
        if self.has(&key) {
            key
        } else {
            "meaning-other".to_owned()
        }
    }

    /// A reason in this language, or as policy words it when the catalogue does not know the code.
    pub fn reason(&self, code: &str, worded: &str) -> String {
        let key = format!("reason-{}", code.replace('_', "-"));
        if self.has(&key) {
            self.text(&key, &[])
        } else {
            worded.to_owned()
        }
    }
}

impl std::fmt::Debug for Catalogue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Catalogue")
            .field("locale", &self.locale)
            .finish_non_exhaustive()
    }
}
