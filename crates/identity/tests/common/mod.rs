//! A clinic for the tests: a demo identity provider, a relying party for it, and somebody at the keyboard.
#![allow(clippy::unwrap_used, clippy::expect_used, dead_code)]

pub mod attempt;

use std::time::Duration;

use demo::idp::{ACR_TWO_FACTORS, Account, CLIENT_ID, Endpoint, Faults, Idp, IdpConfig, RESOURCE};
use demo::robot::Browser;
use identity::{
    Authenticated, Client, Declined, Demands, Expectations, IdentityError, Obstacle, Page, Pending,
    Prompt, ProofKey, Provider, RelyingParty, Subject,
};
use jiff::{SignedDuration, Timestamp};
use transport::{Rules, Transport};
use url::Url;

/// Longer than any answer takes that comes at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// When whoever waits for a token answer that does not come gives up. The house's own limit is 15 s.
const HURRY: Duration = Duration::from_secs(2);

pub struct Clinic {
    pub idp: Idp,
    pub party: RelyingParty,
    /// Redeems codes in place of the party, where the token answer is what is slow.
    hurried: Option<RelyingParty>,
}

/// Why nobody was authenticated.
#[derive(Debug)]
pub enum Failed {
    Declined(Declined),
    Identity(IdentityError),
}

impl From<IdentityError> for Failed {
    fn from(error: IdentityError) -> Self {
        Self::Identity(error)
    }
}

impl Failed {
    pub fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Declined(Declined::Refused(refusal)) => Some(refusal.name()),
            Self::Declined(_) => None,
            Self::Identity(error) => error.refusal().map(identity::Refusal::name),
        }
    }

    pub fn obstacle(&self) -> Option<Obstacle> {
        match self {
            Self::Declined(Declined::Other { .. }) => Some(Obstacle::ProviderError),
            Self::Declined(_) => None,
            Self::Identity(error) => error.obstacle(),
        }
    }
}

impl Clinic {
    pub async fn open() -> Self {
        Self::with(Faults::none()).await
    }

    /// The same with a client that is registered for another signature algorithm.
    pub async fn for_client(client_id: &str, faults: Faults) -> Self {
        let mut clinic = Self::with(faults).await;
        let mut client = client(clinic.idp.issuer());
        client_id.clone_into(&mut client.client_id);
        clinic.party = RelyingParty::new(client, transport_with(PATIENCE));
        clinic
    }

    pub async fn with(faults: Faults) -> Self {
        let config = IdpConfig {
            faults,
            ..IdpConfig::default()
        };
        Self::at(config).await
    }

    /// The same for a provider that is set up in another way.
    pub async fn at(config: IdpConfig) -> Self {
        let idp = Idp::start(config).await.unwrap();
        let party = RelyingParty::new(client(idp.issuer()), transport_with(PATIENCE));
        Self {
            idp,
            party,
            hurried: None,
        }
    }

    /// The same where the token answer does not come: all else may take its time.
    pub async fn hurried_at_the_token(faults: Faults) -> Self {
        let mut clinic = Self::with(faults).await;
        let client = client(clinic.idp.issuer());
        clinic.hurried = Some(RelyingParty::new(client, transport_with(HURRY)));
        clinic
    }

    /// Who redeems codes here.
    pub fn redeemer(&self) -> &RelyingParty {
        self.hurried.as_ref().unwrap_or(&self.party)
    }

    /// One forced authentication with two factors, from discovery to tokens.
    pub async fn authenticate(&self, account: &Account) -> Result<Authenticated, Failed> {
        let mut provider = self.party.discover(Timestamp::now()).await?;
        self.authenticate_at(&mut provider, account, &strict())
            .await
    }

    pub async fn authenticate_at(
        &self,
        provider: &mut Provider,
        account: &Account,
        expectations: &Expectations,
    ) -> Result<Authenticated, Failed> {
        let pending = self.request(provider, &forced()).await?;
        let callback = Browser::new()
            .sign_in(&pending.url, account, true)
            .await
            .expect("the demo provider shows its pages");
        let code = pending.receive(&callback).map_err(Failed::Declined)?;
        let now = Timestamp::now();
        let redeemed = self
            .redeemer()
            .redeem(provider, pending, code, expectations, now)
            .await;
        Ok(redeemed?)
    }

    /// Somebody's session: the provider's configuration, what was granted, and when.
    pub async fn session_of(&self, account: &Account) -> (Provider, Authenticated, Timestamp) {
        let now = Timestamp::now();
        let mut provider = self.party.discover(now).await.unwrap();
        let demands = Demands {
            scopes: vec!["profile".to_owned(), "offline_access".to_owned()],
            ..Demands::default()
        };
        let pending = self.request(&provider, &demands).await.unwrap();
        let callback = Browser::new()
            .sign_in(&pending.url, account, true)
            .await
            .unwrap();
        let code = pending.receive(&callback).unwrap();
        let redeemed = self
            .party
            .redeem(&mut provider, pending, code, &Expectations::default(), now)
            .await
            .unwrap();
        (provider, redeemed, now)
    }

    pub async fn request(
        &self,
        provider: &Provider,
        demands: &Demands,
    ) -> Result<Pending, IdentityError> {
        self.party
            .request(provider, demands, &redirect_uri(), Timestamp::now())
            .await
    }

    /// What was asked of the provider, in order.
    pub fn asked(&self) -> Vec<Endpoint> {
        self.idp.requests().iter().map(|r| r.endpoint).collect()
    }

    /// What was asked of the provider after it was first asked there, more of the same included.
    pub fn asked_after(&self, endpoint: Endpoint) -> Vec<Endpoint> {
        let mut asked = self.asked();
        let first = asked.iter().position(|at| *at == endpoint);
        asked.split_off(first.expect("it was asked") + 1)
    }

    /// What was asked of the provider after the last of its pages, of which a sign-in takes several.
    pub fn asked_after_the_pages(&self) -> Vec<Endpoint> {
        let asked = self.asked_after(Endpoint::SignIn).into_iter();
        asked.skip_while(|at| *at == Endpoint::SignIn).collect()
    }

    /// What was asked of the provider after the code was redeemed; a second redemption would be among it.
    pub fn asked_after_the_token(&self) -> Vec<Endpoint> {
        self.asked_after(Endpoint::Token)
    }
}

pub fn client(issuer: &str) -> Client {
    Client {
        issuer: issuer.to_owned(),
        client_id: CLIENT_ID.to_owned(),
        algorithms: ["ES256", "ES384", "RS256", "PS256", "EdDSA"]
            .map(str::to_owned)
            .to_vec(),
        subject_claims: vec!["sub".to_owned()],
        resource: Some(RESOURCE.to_owned()),
        logout_return: None,
        clock_skew: SignedDuration::from_secs(60),
        require_s256: true,
        development_http: true,
    }
}

pub fn transport() -> Transport {
    transport_with(PATIENCE)
}

pub fn transport_with(total_timeout: Duration) -> Transport {
    Transport::new(Rules {
        development_http: true,
        total_timeout,
        ..Rules::default()
    })
    .unwrap()
}

pub fn redirect_uri() -> Url {
    "http://127.0.0.1:49999/callback".parse().unwrap()
}

/// What a ceremony demands.
pub fn forced() -> Demands {
    Demands {
        scopes: vec!["profile".to_owned(), "records:sign".to_owned()],
        prompt: Some(Prompt::Login),
        max_age: Some(0),
        acr_values: vec![ACR_TWO_FACTORS.to_owned()],
        nonce: Some("y6ZVbriRKcqLqdj71dtiyYhbJwUnRnrvrxcuvy1AQdM".to_owned()),
        essential_auth_time: true,
        proof_key: Some(proof_key()),
        ..Demands::default()
    }
}

pub fn proof_key() -> ProofKey {
    dpop::Seed::draw().unwrap().1
}

/// What a ceremony expects.
pub fn strict() -> Expectations {
    Expectations {
        not_before: Some(Timestamp::now()),
        acr_values: vec![ACR_TWO_FACTORS.to_owned()],
        required_amr: vec!["pwd".to_owned(), "otp".to_owned()],
        subject: None,
    }
}

pub fn subject(issuer: &str, account: &Account) -> Subject {
    Subject {
        iss: issuer.to_owned(),
        claims: [("sub".to_owned(), account.subject.to_owned())].into(),
    }
}

pub fn page() -> Page {
    Page {
        language: "en".to_owned(),
        title: "Back to <Countersign>".to_owned(),
        text: "You can close this page.".to_owned(),
    }
}
