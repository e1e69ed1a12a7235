//! How a value in a file becomes a typed one, and how it reads.

use std::path::PathBuf;

use toml::Value as Toml;
use url::Url;

use crate::types::{
    AgentKind, IdleEnd, MaxAge, Meaning, Preflight, Profile, Reason, RedirectPath, Remember,
    SignInAgent, UpdateCheck,
};

/// Why a value was not taken.
pub(crate) enum Misfit {
    /// Not this type at all.
    Type,
    /// The type, but no value of it.
    Value,
}

/// A type that a field can have.
pub(crate) trait FieldValue: Sized {
    /// What a person is told to write.
    const TYPE: &'static str;

    fn from_toml(value: &Toml) -> Result<Self, Misfit>;

    /// As a person reads it.
    fn show(&self) -> String;
}

impl FieldValue for String {
    const TYPE: &'static str = "a text";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        value.as_str().map(str::to_owned).ok_or(Misfit::Type)
    }

    fn show(&self) -> String {
        self.clone()
    }
}

impl FieldValue for bool {
    const TYPE: &'static str = "true or false";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        value.as_bool().ok_or(Misfit::Type)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for u32 {
    const TYPE: &'static str = "a whole number";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        let number = value.as_integer().ok_or(Misfit::Type)?;
        Self::try_from(number).map_err(|_| Misfit::Value)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

/// An empty text says that there is none.
impl FieldValue for Option<String> {
    const TYPE: &'static str = "a text";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        String::from_toml(value).map(|text| Some(text).filter(|text| !text.is_empty()))
    }

    fn show(&self) -> String {
        self.clone().unwrap_or_default()
    }
}

/// An empty text says that there is none.
impl FieldValue for Option<PathBuf> {
    const TYPE: &'static str = "a path";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        Option::<String>::from_toml(value).map(|path| path.map(PathBuf::from))
    }

    fn show(&self) -> String {
        self.as_ref()
            .map(|path| path.display().to_string())
            .unwrap_or_default()
    }
}

impl FieldValue for Url {
    const TYPE: &'static str = "a text";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        Self::parse(value.as_str().ok_or(Misfit::Type)?).map_err(|_| Misfit::Value)
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

impl FieldValue for Vec<String> {
    const TYPE: &'static str = "a list of texts";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        list(value, String::from_toml)
    }

    fn show(&self) -> String {
        self.join(", ")
    }
}

impl FieldValue for Vec<u16> {
    const TYPE: &'static str = "a list of whole numbers";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        list(value, |item| match item {
            Toml::Integer(number) => u16::try_from(*number).map_err(|_| Misfit::Value),
            // The registry has lists of texts only.
            Toml::String(text) => text.parse().map_err(|_| Misfit::Type),
            _ => Err(Misfit::Type),
        })
    }

    fn show(&self) -> String {
        self.iter()
            .map(u16::to_string)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

impl FieldValue for MaxAge {
    const TYPE: &'static str = "0, 1 or \"omit\"";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        match value {
            Toml::Integer(0) => Ok(Self::Zero),
            Toml::Integer(1) => Ok(Self::One),
            Toml::String(word) if word == "omit" => Ok(Self::Omit),
            Toml::Integer(_) | Toml::String(_) => Err(Misfit::Value),
            _ => Err(Misfit::Type),
        }
    }

    fn show(&self) -> String {
        self.seconds()
            .map_or_else(|| "omit".to_owned(), |seconds| seconds.to_string())
    }
}

impl FieldValue for RedirectPath {
    const TYPE: &'static str = "a text";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        match value.as_str().ok_or(Misfit::Type)? {
            "random" => Ok(Self::Random),
            path => Ok(Self::Fixed(path.to_owned())),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Random => "random".to_owned(),
            Self::Fixed(path) => path.clone(),
        }
    }
}

impl FieldValue for Vec<Meaning> {
    const TYPE: &'static str = "a list of { code, display }";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        list(value, |item| {
            let (code, display) = pair(item, "display")?;
            Ok(Meaning { code, display })
        })
    }

    fn show(&self) -> String {
        self.iter()
            .map(|one| format!("{} {}", one.code, one.display))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

impl FieldValue for Vec<Reason> {
    const TYPE: &'static str = "a list of { code, text }";

    fn from_toml(value: &Toml) -> Result<Self, Misfit> {
        list(value, |item| {
            let (code, text) = pair(item, "text")?;
            Ok(Reason { code, text })
        })
    }

    fn show(&self) -> String {
        self.iter()
            .map(|one| format!("{} {}", one.code, one.text))
            .collect::<Vec<_>>()
            .join("; ")
    }
}

macro_rules! words {
    ($($choice:ident),+) => {$(
        impl FieldValue for $choice {
            const TYPE: &'static str = "a text";

            fn from_toml(value: &Toml) -> Result<Self, Misfit> {
                Self::from_word(value.as_str().ok_or(Misfit::Type)?).ok_or(Misfit::Value)
            }

            fn show(&self) -> String {
                self.word().to_owned()
            }
        }
    )+};
}
words!(
    AgentKind,
    Preflight,
    Profile,
    IdleEnd,
    SignInAgent,
    Remember,
    UpdateCheck
);

fn list<T>(value: &Toml, item: impl Fn(&Toml) -> Result<T, Misfit>) -> Result<Vec<T>, Misfit> {
    value
        .as_array()
        .ok_or(Misfit::Type)?
        .iter()
        .map(item)
        .collect()
}

/// `{ code = "…", display = "…" }`, or `code=…` where a place has no tables (the registry).
fn pair(item: &Toml, second: &str) -> Result<(String, String), Misfit> {
    match item {
        Toml::Table(table) => {
            let member = |name: &str| table.get(name).and_then(Toml::as_str).map(str::to_owned);
            match (member("code"), member(second)) {
                (Some(code), Some(other)) if table.len() == 2 => Ok((code, other)),
                _ => Err(Misfit::Value),
            }
        }
        Toml::String(line) => {
            let (code, other) = line.split_once('=').ok_or(Misfit::Value)?;
            Ok((code.trim().to_owned(), other.trim().to_owned()))
        }
        _ => Err(Misfit::Type),
    }
}
