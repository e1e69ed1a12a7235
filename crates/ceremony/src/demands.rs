//! What is asked of the identity provider: policy and challenge together, where each may only raise the other's demands.

use policy::Policy;
use records::CallError;

use crate::ending::Failure;

/// How the signer must authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Any one of these contexts; none is demanded when empty.
    pub acr_values: Vec<String>,
    /// `max_age` as it is sent; none where policy knows that the provider cannot take it.
    pub max_age: Option<u32>,
}

/// What the records API asked for beyond its challenge (RFC 9470).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Raised {
    acr_values: Vec<String>,
    max_age: Option<u32>,
}

impl Raised {
    /// What a refused call asks for, if it is refused for that.
    pub fn by(error: &CallError) -> Option<Self> {
        match error {
            CallError::StepUp {
                acr_values,
                max_age,
            } => Some(Self {
                acr_values: acr_values.clone(),
                max_age: *max_age,
            }),
            _ => None,
        }
    }

    /// Both of these demands. Where they exclude each other, nobody can meet them.
    pub fn and(self, more: &Self) -> Result<Self, Failure> {
        Ok(Self {
            acr_values: both(&self.acr_values, &more.acr_values)?,
            max_age: lower(self.max_age, more.max_age),
        })
    }
}

impl Strength {
    /// All must be content. Where they exclude each other, nobody is sent to sign in for nothing.
    pub fn of(
        policy: &Policy,
        challenge: &records::Challenge,
        raised: &Raised,
    ) -> Result<Self, Failure> {
        let acr_values = both(&policy.signing.acr_values, &challenge.acr_values)?;
        let acr_values = both(&acr_values, &raised.acr_values)?;
        let theirs = lower(challenge.max_age, raised.max_age);
        // What policy leaves out is not sent; `auth_time` is held to this ceremony's start in any case.
        let max_age = policy
            .identity
            .max_age
            .seconds()
            .map(|ours| theirs.map_or(ours, |theirs| ours.min(theirs)));
        Ok(Self {
            acr_values,
            max_age,
        })
    }
}

/// The stricter of two ages, either of which may be absent.
fn lower(one: Option<u32>, other: Option<u32>) -> Option<u32> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// The contexts that satisfy both sides, in the order of the challenge.
fn both(ours: &[String], theirs: &[String]) -> Result<Vec<String>, Failure> {
    if ours.is_empty() {
        return Ok(theirs.to_vec());
    }
    if theirs.is_empty() {
        return Ok(ours.to_vec());
    }
    let common: Vec<_> = theirs
        .iter()
        .filter(|acr| ours.contains(acr))
        .cloned()
        .collect();
    if common.is_empty() {
        return Err(Failure::DemandsConflict);
    }
    Ok(common)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn acr(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn either_side_alone_decides_when_the_other_is_silent() {
        assert_eq!(both(&acr(&["mfa"]), &[]).unwrap(), acr(&["mfa"]));
        assert_eq!(both(&[], &acr(&["mfa"])).unwrap(), acr(&["mfa"]));
        assert!(both(&[], &[]).unwrap().is_empty());
    }

    #[test]
    fn a_challenge_cannot_lower_what_policy_demands() {
        assert_eq!(
            both(&acr(&["mfa"]), &acr(&["password", "mfa"])).unwrap(),
            acr(&["mfa"])
        );
    }

    #[test]
    fn what_was_demanded_is_raised_and_never_lowered() {
        let raised = |values: &[&str], max_age| {
            let acr_values = acr(values);
            Raised::by(&CallError::StepUp {
                acr_values,
                max_age,
            })
            .unwrap()
        };
        let first = raised(&["password", "mfa"], Some(60));
        let both = first.clone().and(&raised(&["mfa"], Some(600))).unwrap();
        assert_eq!(both, raised(&["mfa"], Some(60)));
        assert_eq!(first.clone().and(&Raised::default()).unwrap(), first);
        assert_eq!(
            first.and(&raised(&["smartcard"], None)),
            Err(Failure::DemandsConflict)
        );
        assert_eq!(Raised::by(&CallError::Unauthorised), None);
    }

    #[test]
    fn demands_that_exclude_each_other_are_named() {
        assert_eq!(
            both(&acr(&["mfa"]), &acr(&["password"])),
            Err(Failure::DemandsConflict)
        );
    }
}
