//! What the callback says: a code, or why there is none. One reading for whoever caught it, agent or listener.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use url::Url;

use crate::reply::printable_code;
use crate::{Pending, Refusal};

/// Longer than a code has reason to be.
const MAX_ADDRESS: usize = 8 * 1024;

/// An authorization code that came with the right state from the right issuer. Good for one redemption.
pub struct Code {
    pub(crate) value: SecretString,
    iss: Option<String>,
}

impl Code {
    /// The `iss` parameter that came with it (RFC 9207).
    pub fn iss(&self) -> Option<&str> {
        self.iss.as_deref()
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

/// Why a callback brought no code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Declined {
    /// Nobody is signed in at the provider, and it was told not to ask (OIDC Core 3.1.2.6).
    LoginRequired,
    /// The provider would have to ask something, and it was told not to.
    InteractionRequired,
    /// Somebody is signed in at the provider, and would have to choose or to consent (OIDC Core 3.1.2.6).
    SignedIn,
    /// The person or the provider said no.
    AccessDenied,
    /// Another OAuth error.
    Other {
        /// Its code.
        error: String,
    },
    /// The callback itself is not accepted.
    Refused(Refusal),
}

impl Pending {
    /// Reads a callback. It is only believed if it came to this request's address with this request's state from
    /// this request's issuer; an `error` is held to the same.
    pub fn receive(&self, callback: &Url) -> Result<Code, Declined> {
        let parameters = self.parameters_of(callback).map_err(Declined::Refused)?;
        self.check_state(parameters.state.as_deref())?;
        self.check_issuer(parameters.iss.as_deref())?;
        match (parameters.code, parameters.error) {
            (Some(code), None) if !code.is_empty() => Ok(Code {
                value: SecretString::from(code),
                iss: parameters.iss,
            }),
            (None, Some(error)) => Err(declined(&error)),
            _ => Err(Declined::Refused(Refusal::CallbackMalformed)),
        }
    }

    fn parameters_of(&self, callback: &Url) -> Result<Parameters, Refusal> {
        let mut here = callback.clone();
        here.set_query(None);
        if here != self.redirect_uri || callback.as_str().len() > MAX_ADDRESS {
            return Err(Refusal::CallbackMalformed);
        }
        let mut parameters = Parameters::default();
        for (name, value) in callback.query_pairs() {
            let slot = match name.as_ref() {
                "code" => &mut parameters.code,
                "state" => &mut parameters.state,
                "iss" => &mut parameters.iss,
                "error" => &mut parameters.error,
                // Tokens do not belong here (OAuth 2.0 Security BCP, RFC 9700, 2.1.2).
                "access_token" | "id_token" | "response" => return Err(Refusal::CallbackMalformed),
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(Refusal::CallbackMalformed);
            }
        }
        Ok(parameters)
    }

    /// Whether the callback bears this request's state, however it reads otherwise: only the provider and the agent know it.
    pub(crate) fn is_meant_by(&self, callback: &Url) -> bool {
        let mut parameters = callback.query_pairs();
        parameters.any(|(name, value)| name == "state" && self.is_state(&value))
    }

    fn check_state(&self, state: Option<&str>) -> Result<(), Declined> {
        match state {
            Some(theirs) if self.is_state(theirs) => Ok(()),
            _ => Err(Declined::Refused(Refusal::StateMismatch)),
        }
    }

    fn is_state(&self, theirs: &str) -> bool {
        let ours = self.state.expose_secret().as_bytes();
        theirs.as_bytes().ct_eq(ours).into()
    }

    fn check_issuer(&self, iss: Option<&str>) -> Result<(), Declined> {
        match iss {
            Some(iss) if iss != self.issuer => {
                Err(Declined::Refused(Refusal::ResponseIssuerMismatch))
            }
            None if self.answers_with_issuer => {
                Err(Declined::Refused(Refusal::ResponseIssuerMissing))
            }
            _ => Ok(()),
        }
    }
}

#[derive(Default)]
struct Parameters {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

fn declined(error: &str) -> Declined {
    match error {
        "login_required" => Declined::LoginRequired,
        "interaction_required" => Declined::InteractionRequired,
        "consent_required" | "account_selection_required" => Declined::SignedIn,
        "access_denied" => Declined::AccessDenied,
        other => Declined::Other {
            error: printable_code(other),
        },
    }
}

#[cfg(test)]
mod tests;
