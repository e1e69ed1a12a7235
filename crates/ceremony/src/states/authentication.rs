//! From the authorization request to the person: is it the one of the session?

use evidence::Authorization;
use identity::{Authenticated, Code, Demands, Expectations, Pending, Prompt};
use url::Url;

use super::{
    AwaitingSigner, Ceremony, Challenged, CodeReceived, Exchange, IdentityVerified, Plan,
    Preflighted,
};
use crate::ending::Ending;

impl Ceremony<Preflighted> {
    /// Step 6: what the signer's authentication is asked for with.
    pub fn demands(&self) -> Demands {
        let Plan {
            request, policy, ..
        } = &self.plan;
        let Challenged {
            strength,
            committed,
            proof_key,
            ..
        } = &self.state.0.challenged;
        let subject = request.signer.subject.get("sub");
        Demands {
            scopes: policy.identity.signing_scopes.clone(),
            prompt: Some(Prompt::Login),
            max_age: strength.max_age,
            acr_values: strength.acr_values.clone(),
            login_hint: request.login_hint.clone(),
            request_subject: subject.filter(|_| policy.signing.request_subject).cloned(),
            nonce: Some(committed.nonce().to_owned()),
            essential_auth_time: true,
            proof_key: Some(proof_key.clone()),
        }
    }

    /// Where the provider is to send the agent.
    pub fn redirect_uri(&self) -> &Url {
        &self.state.0.redirect_uri
    }

    /// Step 6, done: the page is shown.
    pub fn awaiting(self, pending: Pending) -> Ceremony<AwaitingSigner> {
        let Self { plan, state } = self;
        plan.with(AwaitingSigner {
            challenged: state.0.challenged,
            pending,
        })
    }
}

impl Ceremony<AwaitingSigner> {
    /// The request that waits for its answer.
    pub fn pending(&self) -> &Pending {
        &self.state.pending
    }

    /// Step 7: the one callback brought a code.
    pub fn code(self, code: Code) -> (Ceremony<CodeReceived>, Exchange) {
        let Self { plan, state } = self;
        let AwaitingSigner {
            challenged,
            pending,
        } = state;
        let authorization = Authorization {
            parameters: pending.parameters.clone(),
            callback_iss: code.iss().map(str::to_owned),
        };
        let expectations = Expectations {
            not_before: Some(plan.started_at),
            acr_values: challenged.strength.acr_values.clone(),
            required_amr: plan.policy.signing.required_amr.clone(),
            subject: None,
        };
        let received = plan.with(CodeReceived {
            challenged,
            authorization,
        });
        let exchange = Exchange {
            pending,
            code,
            expectations,
        };
        (received, exchange)
    }
}

impl Ceremony<CodeReceived> {
    /// Step 8: is it the person of the session?
    pub fn authenticated(
        self,
        authenticated: &Authenticated,
    ) -> Result<Ceremony<IdentityVerified>, Ending> {
        let Self { plan, state } = self;
        if authenticated.subject != plan.request.signer.as_subject() {
            return Err(Ending::SignerMismatch);
        }
        Ok(plan.with(IdentityVerified {
            challenged: state.challenged,
            authorization: state.authorization,
            id_token: authenticated.id_token.clone(),
        }))
    }
}
