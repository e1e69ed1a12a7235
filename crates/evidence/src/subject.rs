//! Who somebody is: an issuer and the claims that, together, never change hands.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// OIDC Core §2: `sub` is at most 255 ASCII characters.
const MAX_SUB: usize = 255;

/// A person at an identity provider. Two subjects are the same person only if all of it is equal, octet by octet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    /// The issuer, exactly as it writes itself.
    pub iss: String,
    /// The claims that identify the person there: `sub`, or for example `tid` and `oid`.
    pub claims: BTreeMap<String, String>,
}

impl Subject {
    /// Takes the named claims out of verified ID token claims. `None` if one is absent, empty or not a string.
    pub fn from_claims(iss: &str, names: &[String], claims: &Map<String, Value>) -> Option<Self> {
        let claims = names
            .iter()
            .map(|name| match claims.get(name) {
                Some(Value::String(value)) if acceptable(name, value) => {
                    Some((name.clone(), value.clone()))
                }
                _ => None,
            })
            .collect::<Option<BTreeMap<_, _>>>()?;
        (!claims.is_empty()).then(|| Self {
            iss: iss.to_owned(),
            claims,
        })
    }
}

/// Whether a value can identify anybody.
pub(crate) fn acceptable(name: &str, value: &str) -> bool {
    !value.is_empty() && value.len() <= MAX_SUB && (name != "sub" || value.is_ascii())
}
