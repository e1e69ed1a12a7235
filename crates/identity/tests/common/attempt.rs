//! One authentication at a provider with a fault, and what may still be asked of it afterwards.

use demo::idp::{ADAMS, Endpoint, Expected, Fault, Faults, Place};
use identity::{Authenticated, Expectations, Obstacle, Refusal};
use jiff::Timestamp;

use super::{Clinic, Failed, strict, subject};

/// One authentication as a session and a ceremony together do it, with everything that a fault may touch.
pub async fn attempt(clinic: &Clinic) -> Result<Authenticated, Failed> {
    let mut provider = clinic.party.discover(Timestamp::now()).await?;
    let expectations = Expectations {
        subject: Some(subject(clinic.idp.issuer(), &ADAMS)),
        ..strict()
    };
    let authenticated = clinic
        .authenticate_at(&mut provider, &ADAMS, &expectations)
        .await?;
    clinic
        .party
        .user_info(
            &provider,
            &authenticated.tokens.access(),
            &authenticated.id_token,
            Timestamp::now(),
        )
        .await?
        .expect("the demo provider has a userinfo endpoint");
    Ok(authenticated)
}

/// Every fault that should end in this refusal does, and nothing that was received is used for anything but revoking it.
pub async fn refused(refusal: Refusal) {
    let causes = causes(Expected::Refusal(refusal.name()));
    assert!(!causes.is_empty(), "no fault causes {refusal}");
    for fault in causes {
        let clinic = Clinic::with(Faults::only(fault)).await;
        let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
        assert_eq!(failed.refusal(), Some(refusal.name()), "{}", fault.name());
        nothing_follows(&clinic, fault, refusal);
    }
}

/// Every fault that should end at this obstacle does, and leaves no token behind.
pub async fn stopped(obstacle: Obstacle) {
    let causes = causes(Expected::Obstacle(obstacle.name()));
    assert!(!causes.is_empty(), "no fault puts {obstacle} in the way");
    for fault in causes {
        let faults = Faults::only(fault);
        let clinic = match obstacle {
            Obstacle::ReplyTooSlow => Clinic::hurried_at_the_token(faults).await,
            _ => Clinic::with(faults).await,
        };
        let failed = attempt(&clinic).await.map(|_| "accepted").unwrap_err();
        assert_eq!(failed.obstacle(), Some(obstacle), "{}", fault.name());
        assert_eq!(failed.refusal(), None, "{}", fault.name());
        let asked = clinic.asked();
        match fault.place() {
            Place::Discovery => assert_eq!(asked, [Endpoint::Discovery], "{}", fault.name()),
            Place::Keys => assert_eq!(asked, [Endpoint::Discovery, Endpoint::Keys]),
            Place::AuthorizationResponse => assert!(!asked.contains(&Endpoint::Token)),
            _ => assert!(!asked.contains(&Endpoint::Userinfo), "{}", fault.name()),
        }
    }
}

/// The faults that should end like this.
pub fn causes(expected: Expected) -> Vec<Fault> {
    let all = Fault::ALL.iter().copied();
    all.filter(|fault| fault.expected() == expected).collect()
}

fn nothing_follows(clinic: &Clinic, fault: Fault, refusal: Refusal) {
    let name = fault.name();
    match fault.place() {
        Place::AuthorizationResponse => {
            assert_eq!(clinic.asked_after_the_pages(), [], "{name}");
            assert!(clinic.idp.active_tokens().is_empty(), "{name}");
        }
        Place::Userinfo => assert_eq!(
            clinic.asked_after_the_token(),
            [Endpoint::Userinfo],
            "{name}"
        ),
        _ => {
            let asked = clinic.asked_after_the_token();
            let allowed = match refusal {
                // A key may be new: the set is fetched once more before that is known.
                Refusal::KeyNotFound => vec![Endpoint::Keys, Endpoint::Revocation],
                _ => vec![Endpoint::Revocation],
            };
            assert_eq!(asked, allowed, "{name}");
            assert!(clinic.idp.active_tokens().is_empty(), "{name}");
        }
    }
}
