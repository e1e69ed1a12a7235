//! The policy as the application starts: read from all its sources, or refused. A refusal is shown on the only page, and
//! written to the activity log where that is possible.

use std::path::Path;

use audit::{Actor, Entry, Log};
use catalogue::{Catalogue, Locale, Value};
use jiff::Timestamp;
use policy::{PolicyError, Sources, Watched};

use crate::app::{fault, policy_refused};
use crate::ipc::Fault;

/// Reads the policy, and keeps its sources in view. `log` is where the activity log lies when no policy says otherwise.
pub(super) fn read_policy(
    sources: Sources,
    locale: Locale,
    log: Option<&Path>,
    device: &str,
) -> Result<Watched, Fault> {
    Watched::load(sources).map_err(|error| {
        tracing::error!(%error, "the policy cannot be used");
        if let Some(log) = log {
            write_down(&error, log, device);
        }
        let args = error.args();
        let args: Vec<_> = args
            .iter()
            .map(|(name, value)| (*name, Value::from(value)))
            .collect();
        fault(&Catalogue::new(locale), error.code(), &args)
    })
}

/// A policy that cannot be used does not say where the log is: this is the usual place. Where it cannot be written to, the
/// start stops anyway.
fn write_down(refused: &PolicyError, log: &Path, device: &str) {
    let now = Timestamp::now();
    let entry = Entry {
        event: policy_refused(refused),
        reference: None,
        actor: Actor::Device(device.into()),
    };
    let written = Log::open(log, now).and_then(|mut log| log.append(&entry, now));
    if let Err(error) = written {
        tracing::error!(%error, "that the policy was refused could not be recorded");
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use policy::Machine;

    use super::*;
    use crate::commands::Shell;
    use crate::ipc::Phase;
    use crate::startup::assembly::blocked;

    const LEAST: &str = "[identity]\nissuer = \"https://id.example\"\nclient_id = \"c\"\n[records]\nurl = \"https://api.example\"\n";

    /// Starts with this machine policy and these settings of the user: the only page, and the log.
    fn start(machine: &str, settings: &str) -> (Result<Watched, Shell>, String) {
        let folder = tempfile::tempdir().unwrap();
        let (policy, own) = (folder.path().join("policy"), folder.path().join("settings"));
        fs::write(&policy, machine).unwrap();
        fs::write(&own, settings).unwrap();
        let sources = Sources {
            machine: Machine::Instead(policy),
            file: None,
            settings: Some(own),
        };
        let log = folder.path().join("audit.jsonl");
        let read = read_policy(sources, Locale::En, Some(&log), "ward-3");
        let read = read.map_err(|fault| blocked(Locale::En, fault));
        (read, fs::read_to_string(log).unwrap_or_default())
    }

    fn only_page(started: Result<Watched, Shell>) -> (Fault, Option<Fault>) {
        let Err(shell) = started else {
            panic!("it started")
        };
        let refused = shell.controller().err();
        let Shell::Blocked(state) = shell else {
            panic!("it works")
        };
        assert_eq!(state.phase, Phase::Blocked);
        (state.blocked.unwrap(), refused)
    }

    #[test]
    fn a_malformed_machine_policy_blocks_the_start_names_what_is_wrong_and_is_written_down() {
        let (started, log) = start(&format!("{LEAST}[signing]\ntimeout_s = 31337\n"), "");

        let (told, refused) = only_page(started);

        assert_eq!(told.code, "policy_not_permitted");
        assert!(told.text.contains("signing.timeout_s") && told.text.contains("machine policy ("));
        assert!(told.remedy.contains("30 to 300"), "{}", told.remedy);
        assert_eq!(refused, Some(told));
        assert_eq!(log.matches("policy_refused").count(), 1, "{log}");
        assert!(log.contains(r#""key":"signing.timeout_s","source":"machine""#));
        assert!(!log.contains("31337"), "{log}");
    }

    #[test]
    fn settings_of_the_user_that_cannot_be_used_block_the_start_and_name_the_file() {
        let (started, log) = start(LEAST, "[updates\n");

        let (told, _) = only_page(started);

        assert_eq!(told.code, "policy_syntax");
        assert!(told.text.contains("settings"), "{}", told.text);
        assert!(log.contains(r#""key":null,"source":"user""#), "{log}");
    }

    #[test]
    fn a_sound_policy_with_sound_settings_starts_and_writes_nothing_of_a_refusal() {
        let (started, log) = start(LEAST, "[updates]\ncheck = \"off\"\n");

        let applied = started.map_err(|_| ()).unwrap();

        assert_eq!(
            applied.applied().policy.updates.check,
            policy::UpdateCheck::Off
        );
        assert_eq!(log, "");
    }

    #[test]
    fn a_log_that_cannot_be_written_to_stops_nothing_further() {
        let folder = tempfile::tempdir().unwrap();
        let sources = Sources {
            machine: Machine::Instead(folder.path().to_owned()),
            ..Sources::default()
        };

        let read = read_policy(sources, Locale::En, Some(folder.path()), "ward-3");

        assert_eq!(read.unwrap_err().code, "policy_unreadable");
    }
}
