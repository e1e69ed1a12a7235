//! The demo accounts. Their passwords are printed on the sign-in page.

use subtle::ConstantTimeEq;

/// Somebody who can sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// What is typed as "User name".
    pub username: &'static str,
    /// What is typed as "Password".
    pub password: &'static str,
    /// The `sub` claim.
    pub subject: &'static str,
    /// The printed name.
    pub name: &'static str,
    /// The role at the clinic.
    pub role: &'static str,
}

/// The account whose session the stills show.
pub const ADAMS: Account = Account {
    username: "adams",
    password: "demo-adams",
    subject: "u-adams",
    name: "A. Adams",
    role: "Investigator",
};

/// The other account: the one that must not be able to sign for the first.
pub const BAKER: Account = Account {
    username: "baker",
    password: "demo-baker",
    subject: "u-baker",
    name: "B. Baker",
    role: "Laboratory physician",
};

/// The account that requests most of the amendments.
pub const CLARK: Account = Account {
    username: "clark",
    password: "demo-clark",
    subject: "u-clark",
    name: "C. Clark",
    role: "Data manager",
};

/// All of them.
pub static ACCOUNTS: [Account; 3] = [ADAMS, BAKER, CLARK];

impl Account {
    /// The account with this user name and password.
    pub fn check(username: &str, password: &str) -> Option<&'static Account> {
        let account = Self::named(username)?;
        bool::from(account.password.as_bytes().ct_eq(password.as_bytes())).then_some(account)
    }

    /// The account with this user name.
    pub fn named(username: &str) -> Option<&'static Account> {
        ACCOUNTS
            .iter()
            .find(|account| account.username == username.trim())
    }

    /// The account with this `sub`.
    pub fn with_subject(subject: &str) -> Option<&'static Account> {
        ACCOUNTS.iter().find(|account| account.subject == subject)
    }
}
