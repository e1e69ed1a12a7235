//! One policy and where each of its values came from.
