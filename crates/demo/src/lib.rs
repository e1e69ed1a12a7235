//! A demo identity provider with fault switches, and seeded records.
