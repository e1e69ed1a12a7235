//! Sign-in, vault, refresh and sign-out.
