//! Archives: where offline verification takes its trust from, and how to get one.

use std::fs::{self, File};
use std::io::{Read as _, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail, ensure};
use clap::Args;
use durable::Readers;
use evidence::{Archive, canonical};
use serde_json::Value;
use transport::{Rules, Transport};
use url::Url;

use crate::Found;
use crate::screen::Screen;

/// What the `type` of an archive is.
const TYPE: &str = "urn:countersign:archive:v1";

#[derive(Args)]
pub struct Fetch {
    /// The address of the records service.
    #[arg(long, value_name = "URL")]
    records: Url,
    /// Where the archive goes. An older one is replaced.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// A PEM file with certificate authorities to trust beside those of the system.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Allows http to a loopback address. For development.
    #[arg(long)]
    development_http: bool,
}

impl Fetch {
    pub fn run(self, screen: &mut Screen<impl Write>) -> anyhow::Result<Found> {
        let url = archive_url(&self.records)?;
        let rules = Rules {
            development_http: self.development_http,
            ca_file: self.ca_file,
            ..Rules::default()
        };
        let octets = fetch(&url, &Transport::new(rules)?)?;
        let archive = Archive::parse(&octets)
            .context("the records service sent something other than an archive")?;
        replace(&self.out, &octets)?;
        let keys: usize = archive.issuers.iter().map(|issuer| issuer.keys.len()).sum();
        let written = self.out.display().to_string();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX).into();
        screen.say(
            "ctl-archive-written",
            &[
                ("path", (&written).into()),
                ("issuers", count(archive.issuers.len())),
                ("keys", count(keys)),
                ("receipt-keys", count(archive.receipt_keys.len())),
            ],
        )?;
        Ok(Found::InOrder)
    }
}

/// The archive's address below that of the records service.
fn archive_url(records: &Url) -> anyhow::Result<Url> {
    let mut base = records.clone();
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", records.path()));
    }
    base.join("v1/archive")
        .context("the address of the records service is no base for others")
}

/// Gets a document, in so far as transport allows its size.
pub fn fetch(url: &Url, transport: &Transport) -> anyhow::Result<Vec<u8>> {
    let request = http::Request::get(url.as_str())
        .header("accept", "application/json")
        .body(Vec::new())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let answer = runtime.block_on(transport.send(request))?;
    ensure!(
        answer.status().is_success(),
        "{} answered with status {}",
        transport::origin(url),
        answer.status().as_u16()
    );
    Ok(answer.into_body())
}

/// Whole or not at all: an archive that was cut off half way would look like fewer keys.
pub fn replace(path: &Path, octets: &[u8]) -> anyhow::Result<()> {
    durable::replace(path, octets, Readers::AsUsual)
        .with_context(|| format!("{} cannot be written", path.display()))
}

/// Reads a file, or all archives among the `.json` files of a folder, as one.
pub fn load(path: &Path) -> anyhow::Result<Archive> {
    if !path.is_dir() {
        return parse(path, &read_limited(path)?);
    }
    let mut merged: Option<Archive> = None;
    for file in json_files(path)? {
        let octets = read_limited(&file)?;
        // Evidence and receipts may lie in the same folder.
        if says_it_is_an_archive(&octets) {
            let archive = parse(&file, &octets)?;
            merged = Some(match merged {
                Some(merged) => merged.merged_with(archive),
                None => archive,
            });
        }
    }
    match merged {
        Some(archive) => Ok(archive),
        None => bail!("there is no archive in {}", path.display()),
    }
}

fn json_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let unreadable = || format!("{} cannot be read", folder.display());
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(unreadable)? {
        let path = entry.with_context(unreadable)?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Whether a document takes itself for an archive.
pub fn says_it_is_an_archive(octets: &[u8]) -> bool {
    let kind = canonical::parse_foreign(octets, canonical::MAX_OCTETS)
        .ok()
        .map(|document| document["type"].clone());
    kind == Some(Value::from(TYPE))
}

fn parse(path: &Path, octets: &[u8]) -> anyhow::Result<Archive> {
    Archive::parse(octets).with_context(|| format!("{} is not an archive", path.display()))
}

/// Reads a file up to the size that any document of ours may have, and one octet more, so that it is seen to be over.
pub fn read_limited(path: &Path) -> anyhow::Result<Vec<u8>> {
    let limit = u64::try_from(canonical::MAX_OCTETS)? + 1;
    let mut octets = Vec::new();
    File::open(path)
        .and_then(|file| file.take(limit).read_to_end(&mut octets))
        .with_context(|| format!("{} cannot be read", path.display()))?;
    Ok(octets)
}
