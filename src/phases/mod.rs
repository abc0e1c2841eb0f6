//! A change spread over two deploys: what code that runs does not mind comes first ([`expand`]), what may only follow it
//! comes after ([`finish`]).
//!
//! In: the state of a database and the declared one, both canonical, and what was declared about the way. Out: the state in
//! between, in which code of before and code of after both work, as a catalog that an engine has still to arbitrate; and
//! the states that are passed on the way to it and from it. Engine-blind: it asks [`Engine`](crate::dialect::Engine). Must
//! not: order or render anything; what leads from state to state is planned like everything else.

mod expand;
mod finish;
mod merge;
mod rename;

pub use expand::{Expansion, Sides, Views, expand, loosen};
pub use finish::{Finish, finish};
pub use rename::{Split, split};

use crate::catalog::ObjectId;

/// What is left for the second phase, or cannot be split at all.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// What.
    pub subject: ObjectId,
    /// What happens to it then, as a part of a sentence: `drop`, `require`.
    pub what: String,
    /// Why no order of code and database serves both; `None` where the second phase is safe.
    pub unsafe_because: Option<&'static str>,
}
