//! What the command line may say.

use std::path::PathBuf;

use clap::Parser;

/// Signs amendments to clinical records.
#[derive(Clone, Debug, Default, Parser)]
#[command(name = "countersign", version, about)]
pub(crate) struct Arguments {
    /// A policy file. Refused where this machine has a policy of its own.
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Where evidence is saved without a dialog. Only under a policy with `development_http`.
    #[arg(long, value_name = "DIR", hide = true)]
    pub(crate) save_dir: Option<PathBuf>,
}
