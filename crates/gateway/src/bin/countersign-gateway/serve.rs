//! What the service is told on its command line.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser, ValueEnum};
use evidence::NameSource;
use gateway::{
    AnyoneAccepted, Authority, Config, Introspection, Issuer, ManySessions, Rules, SessionLimit,
    Sessions, StorePlace, TimestampRule, Timestamps,
};
use jiff::SignedDuration;
use secrecy::SecretString;
use url::Url;

/// Within how many seconds sign-ins are counted.
const MANY_WITHIN_S: u32 = 600;

/// Verifies signatures from scratch and commits amendments.
#[derive(Parser)]
#[command(version, subcommand_negates_reqs = true)]
pub struct Arguments {
    /// Where to listen; the proxy that speaks TLS connects here.
    #[arg(long, env = "COUNTERSIGN_LISTEN", default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// The SQLite file with the records; made when absent.
    #[arg(long, env = "COUNTERSIGN_STORE")]
    store: PathBuf,
    /// The receipt key, mode 0600; made when absent.
    #[arg(long, env = "COUNTERSIGN_SIGNING_KEY")]
    signing_key: PathBuf,
    /// The identity provider's issuer identifier, exactly as in its tokens.
    #[arg(long, env = "COUNTERSIGN_ISSUER")]
    issuer: String,
    /// A client identifier whose tokens are accepted; may be repeated.
    #[arg(
        long = "client-id",
        env = "COUNTERSIGN_CLIENT_IDS",
        value_delimiter = ',',
        required = true
    )]
    client_ids: Vec<String>,
    /// A claim that names a person; may be repeated.
    #[arg(long = "subject-claim", default_value = "sub")]
    subject_claims: Vec<String>,
    /// An authentication context that suffices for a signature; may be repeated.
    #[arg(long = "acr")]
    acr_values: Vec<String>,
    /// An authentication method that a signature needs; may be repeated.
    #[arg(long = "amr")]
    required_amr: Vec<String>,
    /// The audience of access tokens.
    #[arg(long, default_value = "urn:countersign:records")]
    resource: String,
    /// The address that callers know this API under, when a proxy stands in front of it.
    #[arg(long, env = "COUNTERSIGN_PUBLIC_URL")]
    public_url: Option<Url>,
    /// Accepts only access tokens that are bound to a key (RFC 9449).
    #[arg(long)]
    bound_tokens_only: bool,
    /// Accepts only proofs of possession with a nonce of this gateway.
    #[arg(long)]
    proof_nonce_required: bool,
    /// A PEM file with authorities trusted beside the operating system's.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Allows an identity provider on plain http on a loopback address.
    #[arg(long)]
    development_http: bool,
    /// Accepts ID tokens without a name. The printed name is then the client's word: only where names are ensured by
    /// other means.
    #[arg(long)]
    names_from_elsewhere: bool,
    #[command(flatten)]
    sessions: SessionRules,
    #[command(flatten)]
    introspection: IntrospectionSource,
    #[command(flatten)]
    authority: AuthoritySource,
    #[command(flatten)]
    timestamps: TimestampSource,
}

/// Which sessions may be open beside each other, and for how long. A sign-in ends the others, unless one of them began with
/// a later authentication.
#[derive(Args)]
struct SessionRules {
    /// one-per-subject, one-per-device, a number (the newest of each person), or none.
    #[arg(
        long = "session-limit",
        env = "COUNTERSIGN_SESSION_LIMIT",
        value_name = "LIMIT",
        default_value = "one-per-subject"
    )]
    limit: SessionLimit,
    /// Refuses calls that do not say from which registered session they come. Deliveries and reports are exempt.
    #[arg(long = "session-required", env = "COUNTERSIGN_SESSION_REQUIRED")]
    required: bool,
    /// After how many hours a session is over in any case. Clients end theirs after a day at most.
    #[arg(
        long = "session-hours",
        env = "COUNTERSIGN_SESSION_HOURS",
        value_name = "HOURS",
        default_value = "24",
        value_parser = clap::value_parser!(u16).range(1..)
    )]
    hours: u16,
    /// From how many sign-ins of one person within ten minutes on security is told; 0 for never.
    #[arg(
        long = "many-sessions",
        env = "COUNTERSIGN_MANY_SESSIONS",
        value_name = "COUNT",
        default_value = "5"
    )]
    many: u32,
}

/// Where the identity provider is asked about access tokens that do not say by themselves whose they are. All three, or none.
#[derive(Args)]
struct IntrospectionSource {
    /// Its introspection endpoint (RFC 7662).
    #[arg(long = "introspection-endpoint", requires_all = ["client_id", "secret_file"])]
    endpoint: Option<Url>,
    /// Who this API is to it.
    #[arg(long = "introspection-client-id", requires = "endpoint")]
    client_id: Option<String>,
    /// A file, for the service's user alone, with the secret that goes with it.
    #[arg(
        long = "introspection-secret-file",
        requires = "endpoint",
        value_name = "FILE"
    )]
    secret_file: Option<PathBuf>,
}

/// Who time-stamps receipts. All three, or none.
#[derive(Args)]
struct TimestampSource {
    /// A time-stamping authority (RFC 3161) for receipts.
    #[arg(
        long = "timestamp-url",
        env = "COUNTERSIGN_TIMESTAMP_URL",
        requires_all = ["authorities", "rule"]
    )]
    url: Option<Url>,
    /// A PEM file with the certificate authorities of its time-stamps. Earlier ones stay in it.
    #[arg(
        long = "timestamp-ca",
        env = "COUNTERSIGN_TIMESTAMP_CA",
        value_name = "FILE",
        requires = "url"
    )]
    authorities: Option<PathBuf>,
    /// What happens to a signature whose receipt cannot be time-stamped.
    #[arg(
        long = "timestamp-rule",
        env = "COUNTERSIGN_TIMESTAMP_RULE",
        value_enum,
        requires = "url"
    )]
    rule: Option<Rule>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rule {
    /// It is not committed.
    Required,
    /// It is committed without.
    BestEffort,
}

/// Who may sign what. Exactly one of these must be said: there is no default for authority.
#[derive(Args)]
#[group(required = true, multiple = false)]
struct AuthoritySource {
    /// A TOML file of rules, each with claim, values, kinds and meanings.
    #[arg(long, env = "COUNTERSIGN_AUTHORITY", value_name = "FILE")]
    authority: Option<PathBuf>,
    /// Everybody with an accepted token may sign everything with every accepted meaning.
    #[arg(long)]
    anyone_may_sign: bool,
}

impl Arguments {
    /// What the gateway is told.
    pub fn config(self) -> anyhow::Result<Config> {
        let mut issuer = Issuer::new(&self.issuer, "");
        issuer.client_ids = self.client_ids;
        issuer.subject_claims = self.subject_claims;
        issuer.acr_values = self.acr_values;
        issuer.required_amr = self.required_amr;
        if self.names_from_elsewhere {
            issuer.names = NameSource::Elsewhere;
        }
        issuer.introspection = self.introspection.read()?;
        let subject_claims = issuer.subject_claims.clone();
        let place = StorePlace::File(self.store);
        let mut config = Config::new(self.listen, place, self.signing_key, vec![issuer]);
        config.resource = self.resource;
        config.ca_file = self.ca_file;
        config.public_url = self.public_url;
        config.bound_tokens_only = self.bound_tokens_only;
        config.proof_nonce_required = self.proof_nonce_required;
        config.development_http = self.development_http;
        config.timestamps = self.timestamps.read();
        config.sessions = self.sessions.read();
        config.authority = self.authority.open(&subject_claims, &config)?;
        Ok(config)
    }
}

impl SessionRules {
    fn read(&self) -> Sessions {
        Sessions {
            limit: self.limit,
            required: self.required,
            longest: SignedDuration::from_hours(self.hours.into()),
            many: NonZeroU32::new(self.many).map(|count| ManySessions {
                count,
                within_s: MANY_WITHIN_S,
            }),
            ..Sessions::default()
        }
    }
}

impl IntrospectionSource {
    fn read(self) -> anyhow::Result<Option<Introspection>> {
        let (Some(endpoint), Some(client_id), Some(file)) =
            (self.endpoint, self.client_id, self.secret_file)
        else {
            return Ok(None);
        };
        let secret = std::fs::read_to_string(&file)
            .with_context(|| format!("{} cannot be read", file.display()))?;
        Ok(Some(Introspection {
            endpoint,
            client_id,
            client_secret: SecretString::from(secret.trim_end()),
        }))
    }
}

impl TimestampSource {
    fn read(self) -> Option<Timestamps> {
        Some(Timestamps {
            url: self.url?,
            authorities: self.authorities?,
            rule: match self.rule? {
                Rule::Required => TimestampRule::Required,
                Rule::BestEffort => TimestampRule::BestEffort,
            },
        })
    }
}

impl AuthoritySource {
    fn open(
        &self,
        subject_claims: &[String],
        config: &Config,
    ) -> anyhow::Result<Arc<dyn Authority>> {
        match &self.authority {
            Some(path) => Ok(Arc::new(Rules::read(
                path,
                subject_claims,
                &config.meanings,
            )?)),
            None if self.anyone_may_sign => {
                tracing::warn!("anyone with an accepted token may sign everything");
                Ok(Arc::new(AnyoneAccepted))
            }
            None => anyhow::bail!("say who may sign: --authority FILE or --anyone-may-sign"),
        }
    }
}
