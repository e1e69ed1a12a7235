//! The table of all fields: key, type, default, what is permitted, whether a user may set it, and what it is for.
#![expect(
    clippy::doc_markdown,
    reason = "people read these sentences on the About page too"
)]

use std::path::PathBuf;

use url::Url;

use crate::error::{PolicyError, Problem};
use crate::layers::{Layers, Source};
use crate::rules;
use crate::types::{
    AgentKind, IdleEnd, MaxAge, Meaning, Preflight, Profile, Reason, RedirectPath, Remember,
    SignInAgent, UpdateCheck,
};
use crate::value::{FieldValue, Misfit};
use crate::{Loaded, Overridden, Value};

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Field {
    /// `identity.issuer`.
    pub key: &'static str,
    /// `identity`.
    pub section: &'static str,
    /// `issuer`.
    pub name: &'static str,
    /// What is written there.
    pub type_name: &'static str,
    /// Which of these values are permitted.
    pub allowed: &'static str,
    /// Whether a user may set it where IT does not.
    pub lockable: bool,
    /// What it is for.
    pub description: &'static str,
    /// As it reads when nobody sets it; none when somebody must.
    pub default: fn() -> Option<String>,
}

impl Field {
    /// Whether the field is true or false.
    pub fn is_switch(&self) -> bool {
        self.type_name == <bool as FieldValue>::TYPE
    }
}

/// Makes the structs, [`FIELDS`] and the function that fills them from one table.
macro_rules! fields {
    ($(
        $(#[doc = $section_doc:literal])+
        $section:ident: $Section:ident {$(
            $(#[doc = $doc:literal])+
            $name:ident: $type:ty = $default:expr, $allowed:expr, $permits:expr, $who:ident;
        )+}
    )+) => {
        /// Everything that IT decides.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Policy {
            $($(#[doc = $section_doc])+ pub $section: $Section,)+
        }

        $(
            $(#[doc = $section_doc])+
            #[derive(Clone, Debug, PartialEq)]
            pub struct $Section {
                $($(#[doc = $doc])+ pub $name: $type,)+
            }
        )+

        /// Every field, in the order in which they are shown and documented.
        pub const FIELDS: &[Field] = &[$($(
            Field {
                key: concat!(stringify!($section), ".", stringify!($name)),
                section: stringify!($section),
                name: stringify!($name),
                type_name: <$type as FieldValue>::TYPE,
                allowed: $allowed,
                lockable: is_lockable(stringify!($who)),
                description: concat!($($doc),+).trim_ascii(),
                default: || {
                    let default: Option<$type> = $default;
                    default.as_ref().map(FieldValue::show)
                },
            },
        )+)+];

        /// Fills every field from the strongest source that has it. Everything that is wrong is added to the problems, also in
        /// a source that a stronger one overrides; there is a policy only if nothing is.
        pub(crate) fn assemble(layers: &Layers, problems: &mut Vec<PolicyError>) -> Option<Loaded> {
            let mut rows = FIELDS.iter();
            let mut values = Vec::with_capacity(FIELDS.len());
            let mut take = Taken { layers, values: &mut values, problems };
            $(
                $(let $name = take.field::<$type>(rows.next(), $default, $permits);)+
                let $section = if let ($(Some($name),)+) = ($($name,)+) {
                    Some($Section { $($name,)+ })
                } else {
                    None
                };
            )+
            Some(Loaded { policy: Policy { $($section: $section?,)+ }, values })
        }

        /// The keys of the fields in which two policies differ, in the order of the table.
        pub(crate) fn differing(one: &Policy, other: &Policy) -> Vec<&'static str> {
            let differs = [$($(
                (
                    concat!(stringify!($section), ".", stringify!($name)),
                    one.$section.$name != other.$section.$name,
                ),
            )+)+];
            differs.into_iter().filter(|(_, differs)| *differs).map(|(key, _)| key).collect()
        }
    };
}

fields! {
    /// Who proves identities, and what is asked of them.
    identity: Identity {
        /// The OpenID Connect issuer, character by character as its discovery document writes it.
        issuer: String = None, "an https address without query or fragment", |text| rules::is_address(text), managed;
        /// The client identifier of this application at the issuer. It is a public client: there is no secret.
        client_id: String = None, "not empty", |text| !text.trim().is_empty(), managed;
        /// The scopes of the session.
        session_scopes: Vec<String> = Some(texts(&["openid", "profile", "offline_access", "records:read"])), "with openid", |scopes| rules::are_scopes(scopes), managed;
        /// The scopes of a signature. Never offline_access: a signature outlives nothing.
        signing_scopes: Vec<String> = Some(texts(&["openid", "profile", "records:sign"])), "with openid, without offline_access", |scopes| rules::are_scopes(scopes) && !scopes.iter().any(|scope| scope == "offline_access"), managed;
        /// The claims that together name one person: sub; for Entra tid and oid.
        subject_claims: Vec<String> = Some(texts(&["sub"])), "at least one, each once", |claims| rules::is_set(claims) && !claims.is_empty(), managed;
        /// The loopback ports registered at the issuer, tried in this order. Empty: any free port.
        redirect_ports: Vec<u16> = Some(vec![]), "1024 to 65535, each once", |ports| rules::are_ports(ports), managed;
        /// The path of the loopback address that is registered at the issuer. random: another one each time, for issuers that ignore the path.
        redirect_path: RedirectPath = Some(RedirectPath::Fixed("/callback".to_owned())), "random, or an absolute path of letters, digits, - . _ ~ and single /", rules::is_redirect_path, managed;
        /// Has the issuer lead back to this application after it ended a session, so that a state confirms it. The issuer must know the loopback address as a post_logout_redirect_uri.
        post_logout_redirect: bool = Some(false), "true or false", |_| true, managed;
        /// Refuses an issuer that does not advertise PKCE with S256. It is sent to every issuer.
        require_s256: bool = Some(true), "true or false", |_| true, managed;
        /// The max_age of a signing request.
        max_age: MaxAge = Some(MaxAge::Zero), "0, 1 or \"omit\"", |_| true, managed;
        /// The signature algorithms accepted from the issuer.
        algorithms: Vec<String> = Some(texts(&["ES256", "RS256", "PS256", "EdDSA"])), rules::ALGORITHMS, |names| rules::are_algorithms(names), managed;
        /// Hosts that the sign-in window may visit besides the issuer's own, for federated sign-in.
        allowed_hosts: Vec<String> = Some(vec![]), "host names, with a port where it is not 443", |hosts| hosts.iter().all(|host| rules::is_host(host)), managed;
        /// Permits http on literal loopback addresses. For demonstrations and tests only.
        development_http: bool = Some(false), "true or false", |_| true, managed;
        /// The audience of access tokens (RFC 8707). Empty: none is asked for.
        resource: Option<String> = Some(Some("urn:countersign:records".to_owned())), "an absolute URI", |uri| uri.as_ref().is_none_or(|uri| Url::parse(uri).is_ok()), managed;
    }
    /// How a signature is made.
    signing: Signing {
        /// What shows the issuer's pages while signing.
        agent: AgentKind = Some(AgentKind::Window), "window, browser or print; for a kiosk window", |_| true, managed;
        /// Seconds that one attempt may take.
        timeout_s: u32 = Some(300), "30 to 300", |seconds| (30..=300).contains(seconds), managed;
        /// The authentication context classes that are asked for, and one of which must be met.
        acr_values: Vec<String> = Some(vec![]), "each once, without spaces", |names| rules::is_set(names), managed;
        /// The authentication methods that must all have been used (RFC 8176).
        required_amr: Vec<String> = Some(vec![]), "each once, without spaces", |names| rules::is_set(names), managed;
        /// Seconds by which clocks may differ.
        clock_skew_s: u32 = Some(60), "0 to 300", |seconds| *seconds <= 300, managed;
        /// Whether the issuer is first asked, in the empty sign-in window, if it signs somebody in by itself. Where it does, the attempt ends. Without a clear answer, require ends it too; record notes that in the audit log and goes on. off: nobody asks.
        ambient_preflight: Preflight = Some(Preflight::Require), "require, record or off", |_| true, managed;
        /// Names the signer in the request, so that the issuer refuses anybody else. Their attempts then never reach the audit log.
        request_subject: bool = Some(false), "true or false", |_| true, managed;
        /// Ends the issuer's session in the sign-in window after each attempt.
        end_idp_session: bool = Some(true), "true or false", |_| true, managed;
        /// Sign-ins by somebody else after which signing locks for the session.
        mismatch_limit: u32 = Some(3), "1 to 10", |count| (1..=10).contains(count), managed;
        /// Seconds after which locked signing opens again by itself. 0: only a new sign-in opens it.
        unlock_after_s: u32 = Some(0), "0, or 60 to 86400", |seconds| *seconds == 0 || (60..=86_400).contains(seconds), managed;
        /// Amendments that one signature may cover.
        max_batch: u32 = Some(20), "1 to 100", |count| (1..=100).contains(count), managed;
        /// What a signature can mean: codes of ASTM E1762 with their standard names, the preselected one first.
        meanings: Vec<Meaning> = Some(rules::usual_meanings()), "codes 1.2.840.10065.1.12.1.1 to .18, each once, with their names", |meanings| rules::are_meanings(meanings), managed;
        /// Why records are changed.
        reasons: Vec<Reason> = Some(rules::usual_reasons()), "codes of a-z, 0-9 and -, each once, with a text", |reasons| rules::are_reasons(reasons), managed;
    }
    /// How a session lives and ends.
    session: SessionRules {
        /// Whose device this is.
        profile: Profile = Some(Profile::Workstation), "workstation or kiosk", |_| true, managed;
        /// What shows the issuer's pages while signing in.
        sign_in_agent: SignInAgent = Some(SignInAgent::SystemBrowser), "system_browser or window", |_| true, managed;
        /// Seconds without input after which the screen locks.
        idle_lock_s: u32 = Some(300), "30 to 3600; for a kiosk at most 120", |seconds| (30..=3600).contains(seconds), managed;
        /// What happens then: the screen locks, or the session ends. A kiosk whose policy does not say ends it.
        idle_end: IdleEnd = Some(IdleEnd::Lock), "lock or sign_out", |_| true, managed;
        /// Seconds after which a session ends whatever happens.
        absolute_s: u32 = Some(43_200), "900 to 86400; for a kiosk at most 43200", |seconds| (900..=86_400).contains(seconds), managed;
        /// Whether a session survives the end of the program.
        remember: Remember = Some(Remember::Keyring), "keyring or memory; for a kiosk memory", |_| true, managed;
        /// The window fills the screen and has no frame, so that nothing else on the device can be reached through it.
        full_screen: bool = Some(false), "true or false", |_| true, managed;
    }
    /// The records API.
    records: RecordsApi {
        /// Its base address.
        url: Url = None, "an https address without query or fragment", |url| rules::is_address(url.as_str()), managed;
        /// Certificates trusted in addition to those of the operating system (PEM), for the records API and for the issuer. The sign-in window and browsers trust what the operating system trusts.
        ca_file: Option<PathBuf> = Some(None), "an absolute path", |path| rules::is_absolute(path.as_ref()), managed;
        /// Keeps sealed signatures that could not be delivered, and delivers them later.
        outbox: bool = Some(true), "true or false", |_| true, managed;
    }
    /// The activity log.
    audit: AuditRules {
        /// Where it is written. Empty: in the data folder of the user.
        path: Option<PathBuf> = Some(None), "an absolute path", |path| rules::is_absolute(path.as_ref()), managed;
        /// Sends entries to the records API.
        ship: bool = Some(true), "true or false", |_| true, managed;
    }
    /// Newer versions of this application.
    updates: Updates {
        /// How often to ask for one. This version never asks: it keeps the value for one that does.
        check: UpdateCheck = Some(UpdateCheck::Weekly), "off, daily or weekly", |_| true, lockable;
    }
}

/// Values on their way into the structs.
struct Taken<'a> {
    layers: &'a Layers,
    values: &'a mut Vec<Value>,
    problems: &'a mut Vec<PolicyError>,
}

impl Taken<'_> {
    fn field<T: FieldValue>(
        &mut self,
        field: Option<&'static Field>,
        default: Option<T>,
        permits: impl Fn(&T) -> bool,
    ) -> Option<T> {
        let Some(field) = field else {
            unreachable!("struct and table are made from the same rows")
        };
        let mut said = Vec::new();
        let mut is_sound = true;
        for (raw, source) in self.layers.each(field) {
            match read(field, raw, source, &permits) {
                Ok(value) => said.push((value, source)),
                Err(problem) => {
                    self.problems.push(problem);
                    is_sound = false;
                }
            }
        }
        if !is_sound {
            return None;
        }
        let mut said = said.into_iter();
        let Some((value, source)) = said
            .next()
            .or(default.map(|value| (value, &Source::Default)))
        else {
            let problem = PolicyError::of_key(field.key, &Source::Default, Problem::Missing);
            self.problems.push(problem);
            return None;
        };
        let overridden = said.filter(|(_, source)| **source != Source::Default);
        self.values.push(Value {
            key: field.key,
            value: value.show(),
            source: source.clone(),
            locked: matches!(source, Source::Machine(_)),
            overridden: overridden
                .map(|(value, source)| Overridden {
                    value: value.show(),
                    source: source.clone(),
                })
                .collect(),
        });
        Some(value)
    }
}

/// What stands in one source, as a value that the field may have.
fn read<T: FieldValue>(
    field: &'static Field,
    raw: &toml::Value,
    source: &Source,
    permits: impl Fn(&T) -> bool,
) -> Result<T, PolicyError> {
    let fail = |problem| PolicyError::of_key(field.key, source, problem);
    let not_permitted = || {
        let found = raw.as_str().map_or_else(|| raw.to_string(), str::to_owned);
        fail(Problem::NotPermitted {
            allowed: field.allowed.to_owned(),
            found,
        })
    };
    let value = T::from_toml(raw).map_err(|misfit| match misfit {
        Misfit::Type => fail(Problem::WrongType {
            expected: field.type_name,
            found: raw.type_str(),
        }),
        Misfit::Value => not_permitted(),
    })?;
    permits(&value).then_some(value).ok_or_else(not_permitted)
}

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

const fn is_lockable(who: &str) -> bool {
    who.len() == "lockable".len()
}
