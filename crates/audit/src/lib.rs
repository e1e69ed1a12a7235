//! The hash-chained activity log.
