//! The whole demo clinic: identity provider and records API together, on free loopback ports.
//!
//! The records are real SQLite and the receipts are really signed, with a key made for this clinic. What it
//! lacks is everything that makes a service trustworthy: other people, other machines, secrets.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use evidence::Subject;
use gateway::{
    Opening, Refusal, Running, Seed, ServeError, SessionLimit, Store, StoreError, StorePlace,
};
use jiff::Zoned;
use records::wire::Device;
use tempfile::TempDir;
use url::Url;

use crate::{
    idp::{ACCOUNTS, ACR_TWO_FACTORS, CLIENT_ID, Idp, IdpConfig, IdpError, random_text},
    seed::{self, SeededAmendment},
};

/// How the clinic is set up.
#[derive(Clone)]
pub struct ClinicConfig {
    /// Where records and keys are kept; absent: in a folder that goes when the clinic goes.
    pub directory: Option<PathBuf>,
    /// The identity provider.
    pub idp: IdpConfig,
    /// The moment that due dates are counted from.
    pub now: Zoned,
    /// Whether a signature needs a one-time code too.
    pub second_factor: bool,
    /// Whether the application is to run as on a shared device: the shortest idle time, and nothing kept.
    pub kiosk: bool,
    /// How many sessions may be open beside each other.
    pub session_limit: SessionLimit,
    /// Last changes to the gateway's configuration, such as its clock.
    pub adjust_gateway: Arc<dyn Fn(&mut gateway::Config) + Send + Sync>,
}

impl Default for ClinicConfig {
    fn default() -> Self {
        Self {
            directory: None,
            idp: IdpConfig::default(),
            now: Zoned::now(),
            second_factor: false,
            kiosk: false,
            session_limit: SessionLimit::Unlimited,
            adjust_gateway: Arc::new(|_| {}),
        }
    }
}

/// The clinic could not open.
#[derive(Debug, thiserror::Error)]
pub enum ClinicError {
    /// The identity provider.
    #[error(transparent)]
    Idp(#[from] IdpError),
    /// The records API.
    #[error(transparent)]
    Gateway(#[from] ServeError),
    /// The records.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The registry of sessions.
    #[error(transparent)]
    Registry(#[from] Refusal),
    /// The folder.
    #[error("the folder cannot be used")]
    Directory(#[from] std::io::Error),
}

/// A running clinic.
pub struct Clinic {
    idp: Idp,
    store: Store,
    gateway_config: gateway::Config,
    gateway: Option<Running>,
    records_url: Url,
    second_factor: bool,
    kiosk: bool,
    directory: Directory,
}

enum Directory {
    Given(PathBuf),
    Temporary(TempDir),
}

impl Directory {
    fn new(given: Option<PathBuf>) -> std::io::Result<Self> {
        match given {
            Some(path) => std::fs::create_dir_all(&path).map(|()| Self::Given(path)),
            None => TempDir::with_prefix("countersign-demo-").map(Self::Temporary),
        }
    }

    fn path(&self) -> &Path {
        match self {
            Self::Given(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

impl Clinic {
    /// Opens a clinic with its seeded amendments.
    pub async fn start(config: ClinicConfig) -> Result<Self, ClinicError> {
        let directory = Directory::new(config.directory)?;
        let idp = Idp::start(config.idp).await?;
        let store = Store::open(&directory.path().join("records.sqlite"))?;
        fill(&store, idp.issuer(), &config.now)?;

        let mut issuer = gateway::Issuer::new(idp.issuer(), CLIENT_ID);
        if config.second_factor {
            issuer.acr_values = vec![ACR_TWO_FACTORS.to_owned()];
        }
        let mut gateway_config = gateway::Config::new(
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            StorePlace::Open(store.clone()),
            directory.path().join("receipt-key.p8"),
            vec![issuer],
        );
        gateway_config.development_http = true;
        gateway_config.sessions.limit = config.session_limit;
        (config.adjust_gateway)(&mut gateway_config);
        let gateway = gateway::serve(gateway_config.clone()).await?;
        // A gateway that comes back comes back where it was.
        gateway_config.listen = gateway.address();
        Ok(Self {
            idp,
            store,
            records_url: gateway.url(),
            gateway_config,
            gateway: Some(gateway),
            second_factor: config.second_factor,
            kiosk: config.kiosk,
            directory,
        })
    }

    /// The identity provider.
    pub fn idp(&self) -> &Idp {
        &self.idp
    }

    /// The base address of the records API, whether or not it runs at the moment.
    pub fn records_url(&self) -> &Url {
        &self.records_url
    }

    /// The records, for looking behind the API.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Where everything is kept.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How many signatures have been committed.
    pub fn committed(&self) -> Result<u64, ClinicError> {
        Ok(self.store.receipts_head()?.sequence)
    }

    /// Somebody changes the record under a pending amendment.
    pub fn change_record_behind(&self, amendment: &str, octets: &[u8]) -> Result<u64, ClinicError> {
        Ok(self
            .store
            .change_record_behind(amendment, octets, self.gateway_config.clock.now())?)
    }

    /// Somebody signs in on another device. The registry hears of it past the identity provider; what it does then, and what the
    /// clients are told, is the same.
    pub fn sign_in_elsewhere(&self, subject: &str, device: &str) -> Result<u32, ClinicError> {
        let opening = Opening {
            subject: subject_of(self.idp.issuer(), subject),
            device: Device {
                id: device.to_owned(),
                name: device.to_owned(),
            },
            bound_to: None,
            token_sha256: random_text(),
            auth_time: None,
            id: random_text()
                .try_into()
                .map_err(|_| StoreError::Unreadable { what: "session" })?,
        };
        let (rules, now) = (
            &self.gateway_config.sessions,
            self.gateway_config.clock.now(),
        );
        let (_, ended) = self.store.open_session(&opening, rules, now)?;
        Ok(ended)
    }

    /// Takes the records API off the network; what it keeps stays.
    pub async fn stop_gateway(&mut self) -> Result<(), ClinicError> {
        match self.gateway.take() {
            Some(running) => Ok(running.shutdown().await?),
            None => Ok(()),
        }
    }

    /// Brings the records API back, at the same address.
    pub async fn start_gateway(&mut self) -> Result<(), ClinicError> {
        if self.gateway.is_none() {
            self.gateway = Some(gateway::serve(self.gateway_config.clone()).await?);
        }
        Ok(())
    }

    /// The policy for an application that is to work in this clinic.
    pub fn policy_toml(&self) -> String {
        let acr_values = if self.second_factor {
            format!("[{}]", quoted(ACR_TWO_FACTORS))
        } else {
            "[]".to_owned()
        };
        let shared_device = if self.kiosk {
            "profile = \"kiosk\"\nidle_lock_s = 30\nidle_end = \"lock\"\nfull_screen = true\n"
        } else {
            ""
        };
        format!(
            "# Policy of the demo clinic. Plain http is accepted because everything is on this machine.\n\
             [identity]\n\
             issuer = {issuer}\n\
             client_id = {client}\n\
             redirect_path = \"random\"\n\
             development_http = true\n\
             \n\
             [signing]\n\
             agent = \"window\"\n\
             acr_values = {acr_values}\n\
             \n\
             [session]\n\
             sign_in_agent = \"window\"\n\
             {shared_device}\
             \n\
             [records]\n\
             url = {records}\n\
             \n\
             [audit]\n\
             path = {audit}\n\
             \n\
             [updates]\n\
             check = \"off\"\n",
            issuer = quoted(self.idp.issuer()),
            client = quoted(CLIENT_ID),
            records = quoted(self.records_url.as_str()),
            audit = quoted(&self.audit_path().to_string_lossy()),
        )
    }

    /// Writes the policy into the clinic's folder and says where.
    pub fn write_policy(&self) -> Result<PathBuf, ClinicError> {
        let path = self.directory().join("policy.toml");
        std::fs::write(&path, self.policy_toml())?;
        Ok(path)
    }

    /// Where the policy puts the application's activity log.
    pub fn audit_path(&self) -> PathBuf {
        let path = self.directory().join("audit.jsonl");
        std::path::absolute(&path).unwrap_or(path)
    }

    /// Closes the clinic.
    pub async fn stop(mut self) -> Result<(), ClinicError> {
        self.stop_gateway().await?;
        self.idp.stop();
        Ok(())
    }
}

/// A JSON string is a TOML basic string.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Seeds what is not there yet.
fn fill(store: &Store, issuer: &str, now: &Zoned) -> Result<(), StoreError> {
    let amendments = seed::amendments(now);
    let seeds: Vec<Seed> = amendments
        .iter()
        .map(|amendment| seed_of(amendment, issuer))
        .collect();
    store.seed(&seeds)?;
    for amendment in amendments {
        let Some(octets) = amendment.moved_on else {
            continue;
        };
        let known = store.pending(std::slice::from_ref(&amendment.id))?;
        if known
            .iter()
            .flatten()
            .any(|pending| !pending.record_changed())
        {
            store.change_record_behind(&amendment.id, &octets, now.timestamp())?;
        }
    }
    Ok(())
}

fn seed_of(amendment: &SeededAmendment, issuer: &str) -> Seed {
    let given_by = amendment
        .given
        .iter()
        .filter_map(|signature| subject_named(&signature.name, issuer));
    Seed {
        id: amendment.id.clone(),
        patient: amendment.patient.clone(),
        record: amendment.record.clone(),
        base: amendment.base.clone(),
        base_since: amendment.base_since,
        proposed: amendment.proposed.clone(),
        why: amendment.why.clone(),
        requested_by: amendment.requested_by.clone(),
        requested_at: amendment.requested_at,
        due_at: Some(amendment.due_at),
        signatures_required: amendment.signatures_required,
        given_by: given_by.collect(),
        earlier: amendment
            .earlier
            .iter()
            .chain(&amendment.given)
            .cloned()
            .collect(),
    }
}

fn subject_named(name: &str, issuer: &str) -> Option<Subject> {
    let account = ACCOUNTS.iter().find(|account| account.name == name)?;
    Some(subject_of(issuer, account.subject))
}

fn subject_of(issuer: &str, sub: &str) -> Subject {
    Subject {
        iss: issuer.to_owned(),
        claims: [("sub".to_owned(), sub.to_owned())].into(),
    }
}
