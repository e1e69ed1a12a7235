//! Access tokens that say nothing by themselves: their issuer is asked about them (RFC 7662), where it is configured so.
//!
//! For identity providers that issue no RFC 9068 tokens. Nothing is remembered, so a token that its issuer has taken back is
//! refused from the next call on; the price is a call to the issuer for each call here. The answer is the issuer's word: it
//! is held to the same rules as a token's claims, and proves no more than that the door may open.
//!
//! Some issuers answer about refresh tokens too. An answer must therefore not name another kind of token, and must say for
//! whom or of what kind it is: `aud` or `token_type`. `LemonLDAP::NG` says neither (but `iss`, `exp`, `sub`, `client_id`,
//! `scope`), and answers about access tokens only: an answer with neither is taken where it names its issuer. What this
//! does not defend against: an issuer that answers in just that way about its refresh tokens as well. Whoever holds one can
//! have an access token for it, so that it opens no door that is shut to its holder; but it opens it for longer.
//!
//! Anybody can cause a question, by any text for a token. Few are asked at a time, and who finds them all taken is told that
//! the issuer cannot be asked now: a flood does not pass on to the issuer, but it does shut out the tokens of this kind.

use http::{Request, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use transport::Transport;
use url::Url;

use crate::auth::{Caller, Expected, TokenRefusal, bound_to, scopes_of, seconds};
use crate::config::Issuer;
use crate::issuers::Issuers;
use evidence::Subject;

/// Longer than an answer about one token has reason to be.
const MAX_ANSWER: usize = 64 * 1024;

/// How an issuer is asked about its tokens.
#[derive(Debug, Clone)]
pub struct Introspection {
    /// Its introspection endpoint.
    pub endpoint: Url,
    /// Who this API is to the issuer.
    pub client_id: String,
    /// The secret that goes with it.
    pub client_secret: SecretString,
}

/// Asks about a token that does not say by itself whose it is; `otherwise` is why. Issuers that are not to be asked are not
/// told of it.
pub(crate) async fn ask(
    token: &str,
    issuers: &Issuers,
    expected: &Expected<'_>,
    otherwise: TokenRefusal,
) -> Result<Caller, TokenRefusal> {
    let mut askable = issuers.introspecting().peekable();
    if askable.peek().is_none() {
        return Err(otherwise);
    }
    let Ok(_one_of_few) = issuers.asking().try_acquire() else {
        tracing::warn!("too many tokens are being asked about");
        return Err(TokenRefusal::IssuerUnavailable);
    };
    let mut refusal = otherwise;
    for (issuer, introspection) in askable {
        match introspection.about(token, issuers.transport()).await {
            Ok(Some(claims)) => return judge(&claims, issuer, expected),
            Ok(None) => refusal = TokenRefusal::NotActive,
            Err(unavailable) => refusal = unavailable,
        }
    }
    Err(refusal)
}

impl Introspection {
    /// What the issuer says about a token; nothing, when it is not, or no longer, one of its own.
    async fn about(
        &self,
        token: &str,
        transport: &Transport,
    ) -> Result<Option<Map<String, Value>>, TokenRefusal> {
        // The credentials go into the body: issuers that misread a Basic header exist, others do not.
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("token", token)
            .append_pair("token_type_hint", "access_token")
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", self.client_secret.expose_secret())
            .finish();
        let request = Request::post(self.endpoint.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json")
            .body(form.into_bytes());
        let unavailable = || TokenRefusal::IssuerUnavailable;
        let request = request.map_err(|_| unavailable())?;
        let reply = transport.send_limited(request, MAX_ANSWER).await;
        let reply = reply.map_err(|error| {
            tracing::warn!(%error, "an issuer cannot be asked about a token");
            unavailable()
        })?;
        if reply.status() != StatusCode::OK {
            tracing::warn!(status = %reply.status(), "an issuer does not answer about a token");
            return Err(unavailable());
        }
        let answer: Map<String, Value> =
            serde_json::from_slice(reply.body()).map_err(|_| unavailable())?;
        let active = answer.get("active") == Some(&Value::Bool(true));
        Ok(active.then_some(answer))
    }
}

/// The rules for a token's claims, as far as an issuer makes them (RFC 7662 §2.2 leaves all but `active` to it). Whom a token
/// is for is decided by the client that it was issued to where the issuer does not say.
fn judge(
    claims: &Map<String, Value>,
    issuer: &Issuer,
    expected: &Expected<'_>,
) -> Result<Caller, TokenRefusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if claims.contains_key("iss") && text("iss") != Some(issuer.issuer.as_str()) {
        return Err(TokenRefusal::IssuerUntrusted);
    }
    let kind = kind_of(claims)?;
    let for_us = match claims.get("aud") {
        None => kind.is_some() || claims.contains_key("iss"),
        Some(Value::String(one)) => one == expected.resource,
        Some(Value::Array(several)) => several
            .iter()
            .any(|one| one.as_str() == Some(expected.resource)),
        Some(_) => false,
    };
    if !for_us {
        return Err(TokenRefusal::AudienceMismatch);
    }
    let client = text("client_id");
    if !client.is_some_and(|client| issuer.client_ids.iter().any(|known| known == client)) {
        return Err(TokenRefusal::ClientUntrusted);
    }
    if !in_time(claims, expected) {
        return Err(TokenRefusal::NotInTime);
    }
    if claims.contains_key("act") {
        return Err(TokenRefusal::Delegated);
    }
    let bound_to = bound_to(claims)?;
    if kind == Some(Kind::Proof) && bound_to.is_none() {
        // Whoever has it must not get in as a bearer, because the issuer forgot to say which key it is bound to.
        return Err(TokenRefusal::NotBound);
    }
    let subject = Subject::from_claims(&issuer.issuer, &issuer.subject_claims, claims);
    Ok(Caller {
        subject: subject.ok_or(TokenRefusal::SubjectMissing)?,
        bound_to,
        auth_time: seconds(claims, "auth_time"),
        until: seconds(claims, "exp").ok_or(TokenRefusal::NotInTime)?,
        scopes: scopes_of(claims),
    })
}

/// How an access token is presented, by its issuer's word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// RFC 6750.
    Bearer,
    /// RFC 9449.
    Proof,
}

/// The kind that the issuer names, if it does. What is no access token has none of these.
fn kind_of(claims: &Map<String, Value>) -> Result<Option<Kind>, TokenRefusal> {
    let Some(kind) = claims.get("token_type") else {
        return Ok(None);
    };
    match kind.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("bearer") => Ok(Some(Kind::Bearer)),
        Some("dpop") => Ok(Some(Kind::Proof)),
        _ => Err(TokenRefusal::WrongType),
    }
}

/// `active` is the issuer's own judgement of the time; when it ends must be said, and what else is said must agree.
fn in_time(claims: &Map<String, Value>, expected: &Expected<'_>) -> bool {
    let (now, skew) = (expected.now.as_second(), i64::from(expected.skew_s));
    let holds = |name: &str, rule: &dyn Fn(i64) -> bool| match claims.get(name) {
        None => true,
        Some(value) => value.as_i64().is_some_and(rule),
    };
    claims.contains_key("exp")
        && holds("exp", &|end| now < end.saturating_add(skew))
        && holds("iat", &|start| start <= now + skew)
        && holds("nbf", &|start| start <= now + skew)
}
