//! The reference Records API as a service. TLS is the business of the proxy in front of it.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Args, Parser};
use evidence::NameSource;
use gateway::{AnyoneAccepted, Authority, Config, Issuer, Rules, StorePlace};
use tracing_subscriber::EnvFilter;

/// Verifies signatures from scratch and commits amendments.
#[derive(Parser)]
#[command(version)]
struct Arguments {
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
    authority: AuthoritySource,
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

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .with_env_filter(filter)
        .init();
    let arguments = Arguments::parse();
    let running = gateway::serve(config(arguments)?)
        .await
        .context("the gateway does not start")?;
    let stop = running.stopper();
    tokio::spawn(async move {
        match asked_to_stop().await {
            Ok(()) => stop.cancel(),
            Err(error) => tracing::error!(%error, "signals cannot be waited for"),
        }
    });
    running.ended().await.context("the gateway stopped")
}

fn config(arguments: Arguments) -> anyhow::Result<Config> {
    let mut issuer = Issuer::new(&arguments.issuer, "");
    issuer.client_ids = arguments.client_ids;
    issuer.subject_claims = arguments.subject_claims;
    issuer.acr_values = arguments.acr_values;
    issuer.required_amr = arguments.required_amr;
    if arguments.names_from_elsewhere {
        issuer.names = NameSource::Elsewhere;
    }
    let subject_claims = issuer.subject_claims.clone();
    let place = StorePlace::File(arguments.store);
    let mut config = Config::new(arguments.listen, place, arguments.signing_key, vec![issuer]);
    config.resource = arguments.resource;
    config.ca_file = arguments.ca_file;
    config.development_http = arguments.development_http;
    config.authority = arguments.authority.open(&subject_claims, &config)?;
    Ok(config)
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

#[cfg(unix)]
async fn asked_to_stop() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        interrupted = tokio::signal::ctrl_c() => interrupted,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn asked_to_stop() -> std::io::Result<()> {
    tokio::signal::ctrl_c().await
}
