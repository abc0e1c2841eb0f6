//! What the author declared about the *way*, which cannot live in a catalog: [`Intents`].
//!
//! Every intent is a hint that stays harmless after it has done its work.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::{Expr, ObjectId};

/// `was=`: this object had another name before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenameIntent {
    /// The identity before; its table may itself be renamed, and then stands here under its new name.
    pub from: ObjectId,
    /// The identity now.
    pub to: ObjectId,
}

/// `was=` of a value of an enum: what stands in a column had another name before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueIntent {
    /// The column.
    pub column: ObjectId,
    /// The value before.
    pub old: Arc<str>,
    /// The value now.
    pub new: Arc<str>,
}

/// How differences are to be understood and carried out.
#[derive(Clone, Debug, Default)]
pub struct Intents {
    /// Renames, tables before their columns.
    pub renames: Vec<RenameIntent>,
    /// `using=`: how the existing values of a column become values of its new type.
    pub using: HashMap<ObjectId, Expr>,
    /// `backfill=`: what existing rows get in a column that becomes required.
    pub backfill: HashMap<ObjectId, Expr>,
    /// `was=` of values of an enum that the engine has as texts with a check.
    pub values: Vec<ValueIntent>,
    /// What existing values become when their table is written anew.
    pub recode: HashMap<ObjectId, Expr>,
    /// What the rows of a column get that is made from another one; what they have already stays.
    pub fill: HashMap<ObjectId, Expr>,
    /// `others=keep`: rows objects beside which undeclared rows are left alone.
    pub keep_other_rows: HashSet<ObjectId>,
}
