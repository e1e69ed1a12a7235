//! Tokens: first as they should be, then spoiled as the faults want it.

use std::time::Duration;

use aws_lc_rs::{
    digest::{SHA256, digest},
    error::Unspecified,
};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    ACCOUNTS, Account, Algorithm, ClientConfig, Fault, Faults,
    discovery::PUBLISHED_SECRET,
    keys::{self, Key, Keys, encode, random_text},
    state::Grant,
};

const ID_TOKEN_LIFETIME: i64 = 300;
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// The last second of the year 9999.
const YEAR_9999: i64 = 253_402_300_799;
/// How many octets a huge ID token is padded with.
const PADDING: usize = 200 * 1024;

/// All that goes into a token.
pub(super) struct Mint<'a> {
    pub issuer: &'a str,
    pub client: &'a ClientConfig,
    pub grant: &'a Grant,
    pub refreshed: bool,
    pub faults: &'a Faults,
    pub keys: &'a Keys,
    pub now: Timestamp,
}

impl Mint<'_> {
    /// RFC 9068. Faults leave access tokens alone: what is tested is what the client makes of ID tokens.
    pub fn access_token(&self, lifetime: Duration) -> Result<String, Unspecified> {
        let Grant {
            authentication: known,
            client_id,
            scope,
            resource,
            key: bound_to,
            ..
        } = self.grant;
        let now = self.now.as_second();
        let mut claims = json!({
            "iss": self.issuer,
            "sub": known.account.subject,
            "aud": resource.as_deref().unwrap_or(self.issuer),
            "client_id": client_id,
            "scope": scope,
            "jti": random_text(),
            "iat": now,
            "exp": now + i64::try_from(lifetime.as_secs()).unwrap_or(ID_TOKEN_LIFETIME),
            "auth_time": known.at.as_second(),
            "acr": known.acr(),
            "amr": known.amr(),
            "sid": self.grant.sid,
            "name": known.account.name,
            "roles": [known.account.role],
        });
        if let Some(key) = bound_to {
            claims["cnf"] = json!({ "jkt": key });
        }
        let key = self.keys.current(Algorithm::Es256);
        let header = json!({ "alg": key.alg, "typ": "at+jwt", "kid": key.kid });
        key.jws(&header, claims.to_string().as_bytes())
    }

    /// OIDC Core 2, with what the faults make of it.
    pub fn id_token(&self, access_token: &str) -> Result<String, Unspecified> {
        let mut claims = self.claims(access_token);
        for fault in self.faults.iter() {
            self.spoil(fault, &mut claims);
        }
        self.envelope(&Value::Object(claims))
    }

    fn claims(&self, access_token: &str) -> Map<String, Value> {
        let known = &self.grant.authentication;
        let now = self.now.as_second();
        let mut claims = Map::new();
        let mut put = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        put("iss", json!(self.issuer));
        put("sub", json!(known.account.subject));
        put("aud", json!(self.client.id));
        put("iat", json!(now));
        put("exp", json!(now + ID_TOKEN_LIFETIME));
        put("auth_time", json!(known.at.as_second()));
        put("acr", json!(known.acr()));
        put("amr", json!(known.amr()));
        put("at_hash", json!(half_hash(access_token)));
        put("sid", json!(self.grant.sid));
        if let Some(nonce) = self.grant.nonce.as_ref().filter(|_| !self.refreshed) {
            put("nonce", json!(nonce));
        }
        if self.grant.scope.split(' ').any(|word| word == "profile") {
            put("name", json!(known.account.name));
            put("preferred_username", json!(known.account.username));
            put("role", json!(known.account.role));
        }
        claims
    }

    /// One fault's effect on the claims; faults that strike elsewhere have none.
    fn spoil(&self, fault: Fault, claims: &mut Map<String, Value>) {
        let now = self.now.as_second();
        let other = "somebody-elses-client";
        let (name, value) = match fault {
            Fault::IssuerWrong => ("iss", json!("https://id.other.example")),
            Fault::IssuerSlash => ("iss", json!(format!("{}/", self.issuer))),
            Fault::IssuerMissing => return remove(claims, "iss"),
            Fault::AudienceOther => ("aud", json!(other)),
            Fault::AudienceMissing => return remove(claims, "aud"),
            Fault::AudienceExtra => ("aud", json!([self.client.id, other])),
            Fault::AudienceArray => ("aud", json!([self.client.id])),
            Fault::AuthorizedPartyOther => ("azp", json!(other)),
            Fault::NonceWrong => ("nonce", json!(random_text())),
            Fault::NonceMissing => return remove(claims, "nonce"),
            Fault::Expired => ("exp", json!(now - HOUR)),
            Fault::ExpiryMissing => return remove(claims, "exp"),
            Fault::ExpiryFar => ("exp", json!(YEAR_9999)),
            Fault::IssuedInFuture => ("iat", json!(now + HOUR)),
            Fault::IssuedTooOld => ("iat", json!(now - 7 * DAY)),
            Fault::IssuedMissing => return remove(claims, "iat"),
            Fault::NotYetValid => ("nbf", json!(now + HOUR)),
            Fault::SubjectMissing => return remove(claims, "sub"),
            Fault::SubjectEmpty => ("sub", json!("")),
            Fault::SubjectLong => ("sub", json!("s".repeat(300))),
            Fault::SubjectOther => (
                "sub",
                json!(somebody_else(self.grant.authentication.account).subject),
            ),
            Fault::AuthTimeMissing => return remove(claims, "auth_time"),
            Fault::AuthTimeZero => ("auth_time", json!(0)),
            Fault::AuthTimeString => ("auth_time", json!(now.to_string())),
            Fault::AuthTimeStale => ("auth_time", json!(now - DAY)),
            Fault::AuthTimeFuture => ("auth_time", json!(now + HOUR)),
            Fault::AcrLower => ("acr", json!("urn:demo:loa:0")),
            Fault::AcrMissing => return remove(claims, "acr"),
            Fault::AmrMissing => return remove(claims, "amr"),
            Fault::AmrPoor => ("amr", json!(["pwd"])),
            Fault::AtHashWrong => ("at_hash", json!(half_hash("another access token"))),
            Fault::Delegated => ("act", json!({ "sub": "u-clark" })),
            Fault::IdTokenHuge => ("padding", json!("x".repeat(PADDING))),
            _ => return,
        };
        claims.insert(name.to_owned(), value);
    }

    /// Header and signature. Of several faults that strike here the first in this list wins.
    fn envelope(&self, claims: &Value) -> Result<String, Unspecified> {
        let payload = claims.to_string();
        let payload = payload.as_bytes();
        let algorithm = self.client.algorithm;
        let key = self.keys.current(algorithm);
        let sound = header(key);
        let has = |fault| self.faults.has(fault);
        if has(Fault::AlgorithmNone) {
            return Ok(keys::unsigned(
                &json!({ "alg": "none", "typ": "JWT" }),
                payload,
            ));
        }
        if has(Fault::AlgorithmHs256) {
            let header = with(&sound, "alg", json!("HS256"));
            return Ok(keys::hmac_signed(
                &header,
                payload,
                key.public().to_string().as_bytes(),
            ));
        }
        if has(Fault::KeysSymmetric) {
            return Ok(keys::hmac_signed(
                &with(&sound, "alg", json!("HS256")),
                payload,
                PUBLISHED_SECRET,
            ));
        }
        if has(Fault::AlgorithmUnadvertised) {
            let key = self.keys.es384()?;
            return key.jws(&header(key), payload);
        }
        if has(Fault::AlgorithmOtherKeyType) {
            let other = self.keys.current(match algorithm {
                Algorithm::Es256 => Algorithm::Rs256,
                Algorithm::Rs256 => Algorithm::Es256,
            });
            return other.jws(&with(&sound, "alg", json!(other.alg)), payload);
        }
        if has(Fault::KeySmall) {
            let key = self.keys.small()?;
            return key.jws(&header(key), payload);
        }
        if has(Fault::SignatureByStranger) {
            return self.keys.stranger(algorithm)?.jws(&sound, payload);
        }
        if let Some((member, place)) = self.strangers_key() {
            let stranger = self.keys.stranger(algorithm)?;
            let value = place.unwrap_or_else(|| stranger.public().clone());
            return stranger.jws(&with(&sound, member, value), payload);
        }
        let token = key.jws(&self.odd_header(sound), payload)?;
        Ok(if has(Fault::SignatureBad) {
            with_one_bit_flipped(&token)
        } else {
            token
        })
    }

    /// The header member that recommends a stranger's key, and where it leads if it does not hold the key itself.
    fn strangers_key(&self) -> Option<(&'static str, Option<Value>)> {
        let here = |path: &str| Some(json!(format!("{}/{path}", self.issuer)));
        self.faults.iter().find_map(|fault| match fault {
            Fault::HeaderJwk => Some(("jwk", None)),
            Fault::HeaderJku => Some(("jku", here("strangers-keys"))),
            Fault::HeaderX5u => Some(("x5u", here("strangers-certificate"))),
            _ => None,
        })
    }

    /// The header under a sound signature, which faults may still spoil.
    fn odd_header(&self, sound: Value) -> Value {
        self.faults.iter().fold(sound, |header, fault| match fault {
            Fault::KidUnknown => with(&header, "kid", json!("nobody-published-this")),
            Fault::KidMissingSeveralKeys | Fault::KidMissingOneKey | Fault::KidNowhere => {
                without(header, "kid")
            }
            Fault::HeaderCritical => with(
                &with(&header, "crit", json!(["urn:demo:critical"])),
                "urn:demo:critical",
                json!(true),
            ),
            Fault::HeaderUnencoded => with(&header, "b64", json!(false)),
            Fault::HeaderTypeWrong => with(&header, "typ", json!("at+jwt")),
            _ => header,
        })
    }
}

fn header(key: &Key) -> Value {
    json!({ "alg": key.alg, "typ": "JWT", "kid": key.kid })
}

fn with(header: &Value, name: &str, value: Value) -> Value {
    let mut header = header.clone();
    header[name] = value;
    header
}

fn without(mut header: Value, name: &str) -> Value {
    if let Some(members) = header.as_object_mut() {
        members.remove(name);
    }
    header
}

fn remove(claims: &mut Map<String, Value>, name: &str) {
    claims.remove(name);
}

/// The account after this one.
pub(super) fn somebody_else(account: &Account) -> &'static Account {
    ACCOUNTS
        .iter()
        .find(|other| other.subject != account.subject)
        .unwrap_or(&ACCOUNTS[0])
}

/// OIDC Core 3.1.3.6: the left half of the hash; both algorithms hash with SHA-256.
fn half_hash(access_token: &str) -> String {
    encode(&digest(&SHA256, access_token.as_bytes()).as_ref()[..16])
}

/// Another first character of the signature is another signature of the same length.
fn with_one_bit_flipped(token: &str) -> String {
    let Some((signed, signature)) = token.rsplit_once('.') else {
        return token.to_owned();
    };
    let first = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{first}{}", signature.get(1..).unwrap_or_default())
}
