//! How large a table is: [`Size`], and the sizes of some tables by name.
//!
//! A size that is not known is missing from [`Sizes`], and everybody takes such a table for a large one.

use indexmap::IndexMap;

use crate::catalog::QName;

/// Rows are counted up to this many; beyond, the engine's statistics are asked.
pub(in crate::dialect) const COUNTED: u64 = 10_000;

/// How large a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Its live rows.
    pub rows: u64,
    /// Whether they were counted; otherwise it is what the engine's statistics say.
    pub exact: bool,
    /// What its rows take on disk without the indexes, where the engine tells.
    pub bytes: Option<u64>,
}

impl Size {
    /// Whether it is certain that there is no row.
    pub fn is_empty(self) -> bool {
        self.exact && self.rows == 0
    }
}

/// The sizes of tables.
pub type Sizes = IndexMap<QName, Size>;
