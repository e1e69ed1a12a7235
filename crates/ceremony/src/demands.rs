//! What is asked of the identity provider: policy and challenge together, where each may only raise the other's demands.

use policy::Policy;

use crate::ending::Failure;

/// How the signer must authenticate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strength {
    /// Any one of these contexts; none is demanded when empty.
    pub acr_values: Vec<String>,
    /// `max_age` as it is sent; none where policy knows that the provider cannot take it.
    pub max_age: Option<u32>,
}

impl Strength {
    /// Both must be content. Where they exclude each other, nobody is sent to sign in for nothing.
    pub fn of(policy: &Policy, challenge: &records::Challenge) -> Result<Self, Failure> {
        let acr_values = both(&policy.signing.acr_values, &challenge.acr_values)?;
        // What policy leaves out is not sent; `auth_time` is held to this ceremony's start in any case.
        let max_age = policy
            .identity
            .max_age
            .seconds()
            .map(|ours| challenge.max_age.map_or(ours, |theirs| ours.min(theirs)));
        Ok(Self {
            acr_values,
            max_age,
        })
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
    fn demands_that_exclude_each_other_are_named() {
        assert_eq!(
            both(&acr(&["mfa"]), &acr(&["password"])),
            Err(Failure::DemandsConflict)
        );
    }
}
