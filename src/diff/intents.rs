//! What the author declared about the *way*, which cannot live in a catalog: [`Intents`].
//!
//! Every intent is a hint that stays harmless after it has done its work.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::expr::replace_column;
use crate::catalog::{Expr, Ident, ObjectId, QName, Renaming};

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

/// `copy`: rows of one table go into another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyIntent {
    /// Where they go.
    pub target: QName,
    /// Where they come from.
    pub source: QName,
    /// What each column is filled with, over a row of the source.
    pub columns: Vec<(Ident, Expr)>,
    /// Which rows of the source go; all, if left out.
    pub condition: Option<Expr>,
    /// Which row of the target is meant; every row of the source makes a new one, if left out.
    pub matching: Option<Expr>,
}

impl CopyIntent {
    /// Follows the rename of the source, or of a column that it reads.
    pub fn follow(&mut self, rename: &Renaming<'_>) {
        if let Some(table) = rename.from.relation() {
            let (Some(old), true) = (rename.from.name(), *table == self.source || *table == self.target)
            else {
                return;
            };
            for expr in self.exprs() {
                *expr = Expr::new(replace_column(
                    expr.text(),
                    table.name.text(),
                    old.text(),
                    rename.sql,
                ));
            }
        } else if rename.from.qname() == Some(&self.source)
            && let Some(name) = rename.to.qname()
        {
            for expr in self.exprs() {
                rename.in_expr(expr);
            }
            self.source = name.clone();
        }
    }

    fn exprs(&mut self) -> impl Iterator<Item = &mut Expr> {
        let values = self.columns.iter_mut().map(|(_, value)| value);
        values.chain(&mut self.condition).chain(&mut self.matching)
    }
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
    /// `copy`, in the order in which they are declared.
    pub copies: Vec<CopyIntent>,
    /// `back` of these: what is copied on the way back.
    pub copies_back: Vec<CopyIntent>,
    /// `without-data`: what is made without its rows, which a refresh brings.
    pub without_data: HashSet<ObjectId>,
    /// `others=keep`: rows objects beside which undeclared rows are left alone.
    pub keep_other_rows: HashSet<ObjectId>,
}

impl Intents {
    /// Whether rows get values in this column that they did not have, though it may stay as it is declared.
    pub fn writes(&self, column: &ObjectId) -> bool {
        self.fill.contains_key(column) || self.recode.contains_key(column)
    }
}
