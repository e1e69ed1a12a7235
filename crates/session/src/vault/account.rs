//! Whose files these are on this computer: the account of the operating system under which the program runs, and the issuer.
//!
//! It is bound into what is sealed, so that a file does not open for another account that got hold of it and of the key. It
//! is no secret, and does not protect against code that runs as the same account.

#[cfg(windows)]
mod windows;

use std::io;

#[cfg(windows)]
use self::windows::name;

/// The account that runs this program, for sessions with this issuer.
pub fn account_here(issuer: &str) -> io::Result<String> {
    // An issuer is a URL and has no space: the two do not run together.
    Ok(format!("{} {issuer}", name()?))
}

/// The number of the user.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "Windows may have no answer")]
fn name() -> io::Result<String> {
    Ok(format!("uid:{}", rustix::process::getuid().as_raw()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn it_names_the_account_and_the_issuer() {
        let account = account_here("https://idp.example").unwrap();
        let (name, issuer) = account.rsplit_once(' ').unwrap();
        assert_eq!(issuer, "https://idp.example");
        assert!(name.len() > "uid:".len(), "{name}");
    }

    #[cfg(unix)]
    #[test]
    fn on_unix_the_account_is_the_user_that_owns_what_it_writes() {
        use std::os::unix::fs::MetadataExt as _;

        let written = tempfile::NamedTempFile::new().unwrap();

        let owner = written.as_file().metadata().unwrap().uid();

        let account = account_here("https://idp.example").unwrap();
        assert_eq!(account, format!("uid:{owner} https://idp.example"));
    }
}
