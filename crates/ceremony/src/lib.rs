//! One signature from start to end.
