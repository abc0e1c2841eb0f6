//! What the case harness stands on: engines under test, the outside observer of each, and what `case.kdl` says.

pub(crate) mod case;
pub(crate) mod engine;
pub(crate) mod observe;
pub(crate) mod program;
