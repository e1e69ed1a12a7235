//! The types of policy values that are not plain strings and numbers.

/// The `max_age` of a signing request. Identity providers differ in what they make of zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MaxAge {
    /// `max_age=0`.
    Zero,
    /// `max_age=1`, for providers that reject zero or loop on it.
    One,
    /// None is sent; `prompt=login` and our own look at `auth_time` remain.
    Omit,
}

impl MaxAge {
    /// What goes into the request.
    pub fn seconds(self) -> Option<u32> {
        match self {
            Self::Zero => Some(0),
            Self::One => Some(1),
            Self::Omit => None,
        }
    }
}

/// The path of the loopback address to which the issuer sends people back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedirectPath {
    /// Another one each time, that nobody can guess. For issuers that compare no more than the host of a loopback
    /// address.
    Random,
    /// This one, as it is registered at the issuer.
    Fixed(String),
}

/// What a signature means: a code of ASTM E1762 and its standard English name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// `1.2.840.10065.1.12.1.15`.
    pub code: String,
    /// `Addendum Signature`.
    pub display: String,
}

/// Why a record is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// `transcription-error`: lower-case letters, digits and hyphens.
    pub code: String,
    /// `Transcription error`.
    pub text: String,
}

/// Makes an enum whose variants have one spelling in policy files.
macro_rules! choice {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_meta])* $variant,)+ }

        impl $name {
            /// Every spelling.
            pub const WORDS: &'static [&'static str] = &[$($word,)+];

            /// The spelling in policy files.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The choice with this spelling.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

choice! {
    /// What shows the identity provider's pages while signing.
    AgentKind {
        /// An ephemeral webview of this application.
        Window = "window",
        /// A throw-away profile of an installed Chromium or Edge.
        Browser = "browser",
        /// The address is printed, for hosts without a display.
        Print = "print",
    }
}

choice! {
    /// Whether the issuer is first asked, in the empty jar, if it signs somebody in by itself (Kerberos, device tokens).
    /// Where it does, the ceremony ends, whatever is required: its code is not exchanged.
    Preflight {
        /// It is asked. Without a clear answer the ceremony ends as well.
        Require = "require",
        /// It is asked. That there was no clear answer is written to the audit log, and the ceremony goes on.
        Record = "record",
        /// Nobody asks.
        Off = "off",
    }
}

choice! {
    /// Whose device this is.
    Profile {
        /// A workstation with operating-system accounts.
        Workstation = "workstation",
        /// A shared device.
        Kiosk = "kiosk",
    }
}

choice! {
    /// What happens when nobody has touched anything for too long.
    IdleEnd {
        /// The screen locks, and the session goes on behind it.
        Lock = "lock",
        /// The session ends.
        SignOut = "sign_out",
    }
}

choice! {
    /// What shows the identity provider's pages while signing in.
    SignInAgent {
        /// The browser of the operating system.
        SystemBrowser = "system_browser",
        /// An ephemeral webview of this application.
        Window = "window",
    }
}

choice! {
    /// Whether a session survives the end of the program.
    Remember {
        /// In an encrypted file whose key is in the keyring of the operating system.
        Keyring = "keyring",
        /// It does not.
        Memory = "memory",
    }
}

choice! {
    /// How often the application asks whether there is a newer one.
    UpdateCheck {
        /// Never.
        Off = "off",
        /// Once a day.
        Daily = "daily",
        /// Once a week.
        Weekly = "weekly",
    }
}
