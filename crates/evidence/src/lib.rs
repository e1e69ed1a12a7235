//! What a signature is and how anyone verifies it.
