//! Ops: what is done, as data. An [`Op`] can be printed, stored, linted and applied to a catalog without an engine.
//!
//! Must not: hold SQL, or an id where an object is needed.

mod question;
mod retype;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use crate::catalog::kinds::{Column, Comment, EnumType, Partition, Sequence};
use crate::catalog::{Attr, Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, QName, Renaming, aside};

pub use question::{Conversion, Copied, Filled, Question};
pub use retype::{Moved, Retype, RetypeStage, Retyped, Swap};

/// A half of a change that is spread over two deploys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Phase {
    /// What code that runs already does not mind, and code to come needs.
    Expand,
    /// What may only be done when no code of before runs any more.
    Contract,
}

impl Phase {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Expand, Self::Contract];

    /// The word in files and flags.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Contract => "contract",
        }
    }
}

/// Whether a step may share a transaction with others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Txn {
    /// In the transaction of its neighbours.
    #[default]
    Inside,
    /// In no transaction at all.
    Outside,
    /// In a transaction that must be committed before the next step (a new enum value, PostgreSQL).
    CommitAfter,
    /// In a transaction that it shares with no other step: it takes long, and what others lock must not wait for it.
    Alone,
}

/// Where a rebuilt table takes the values of a column from.
#[derive(Clone, Debug, PartialEq)]
pub enum CopySource {
    /// The column of the old table.
    Column(Ident),
    /// An expression over the old row (`using=`).
    Expr(Expr),
    /// The column, or this where it is NULL (`backfill=`).
    Filled(Ident, Expr),
    /// What this copy brings to the old row.
    Matched(Box<CopyRows>, CopiedColumn),
}

/// A table built anew beside the old one, filled from it, and put in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuild {
    /// The table.
    pub table: ObjectId,
    /// The table and its folded members as they were.
    pub before: Vec<(ObjectId, Object)>,
    /// The table and its folded members as they are to be.
    pub after: Vec<(ObjectId, Object)>,
    /// What each column of the new table is filled with; columns left out take their defaults.
    pub copy: Vec<(Ident, CopySource)>,
}

/// An enumerated type made anew, with every column of it converted.
#[derive(Clone, Debug, PartialEq)]
pub struct SwapEnum {
    /// The type.
    pub id: ObjectId,
    /// As it was.
    pub from: EnumType,
    /// As it is to be.
    pub to: EnumType,
    /// The columns of this type and of those made of it, as they stand before and after.
    pub columns: Vec<(ObjectId, Column)>,
    /// Columns of partitions, which take the type with those of their parents, and whether their own default differs.
    pub carried: Vec<(ObjectId, Column)>,
    /// Types that are made of this one, directly or not, each behind what it is made of: domains as they are to be,
    /// composite types as they were.
    pub along: Vec<(ObjectId, Object)>,
    /// What is said of these types and of their attributes, as it is to be.
    pub comments: Vec<(ObjectId, Comment)>,
}

/// A column that becomes required in stages, none of which reads the table while others are locked out.
#[derive(Clone, Debug, PartialEq)]
pub struct Require {
    /// The column.
    pub column: ObjectId,
    /// The name of the constraint that holds it until then.
    pub name: Ident,
    /// Which stage.
    pub stage: Stage,
    /// The column before all stages.
    pub from: Column,
    /// The column after all stages.
    pub to: Column,
}

/// How far a column is that becomes required.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Rows that are written from now on must have a value.
    Declare,
    /// It is shown that every row has one.
    Validate,
    /// The column itself says so, and what held it until then goes. No stage of its own where `Validate` does it.
    Settle,
}

/// A column that counts by a sequence of its own becomes an identity column, or the other way round: the counter goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct HandOver {
    /// The column.
    pub column: ObjectId,
    /// As it was.
    pub from: Column,
    /// As it is to be.
    pub to: Column,
    /// In which attributes the two differ.
    pub attrs: Vec<Attr>,
    /// The sequence that is there on one side alone.
    pub sequence: (ObjectId, Sequence),
}

/// A table becomes a partition whose rows are known to be its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Attach {
    /// That it is one.
    pub id: ObjectId,
    /// Of which table, and which rows.
    pub partition: Partition,
    /// The checks by which that is known; they go.
    pub known: Vec<ObjectId>,
}

/// How the rows of a table are gone through.
#[derive(Clone, Debug, PartialEq)]
pub struct Batches {
    /// The columns in whose order, with their types; no two rows are the same in them.
    pub key: Vec<(Ident, DataType)>,
    /// How many rows at a time.
    pub size: u32,
}

/// Rows that are copied from one table into another.
#[derive(Clone, Debug, PartialEq)]
pub struct CopyRows {
    /// Where they come from.
    pub source: QName,
    /// Where they go.
    pub target: QName,
    /// The columns that are filled.
    pub columns: Vec<CopiedColumn>,
    /// Which rows of the source go.
    pub condition: Option<Expr>,
    /// Which row of the target is meant; `None` where each makes a new one.
    pub matching: Option<Expr>,
    /// Whether the source, or a part of it, goes afterwards: nobody may write to it meanwhile.
    pub goes: bool,
    /// Whether the target is written anew and filled by that: what is left is to see that every row finds its place.
    pub with_table: bool,
}

/// A column that a copy fills.
#[derive(Clone, Debug, PartialEq)]
pub struct CopiedColumn {
    /// Its name.
    pub name: Ident,
    /// What it is filled with, over a row of the source.
    pub value: Expr,
    /// What a row of the target has that finds no row of the source: the column's default.
    pub otherwise: Option<Expr>,
}

/// What an op does.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Makes an object.
    Create {
        /// Its identity.
        id: ObjectId,
        /// What it is.
        object: Object,
    },
    /// Takes an object away.
    Drop {
        /// Its identity.
        id: ObjectId,
        /// What it was.
        object: Object,
    },
    /// Changes attributes of an object in place.
    Alter {
        /// Its identity.
        id: ObjectId,
        /// What it was.
        from: Box<Object>,
        /// What it is to be.
        to: Box<Object>,
        /// In which attributes the two differ.
        attrs: Vec<Attr>,
        /// How existing values become values of the new type.
        using: Option<Expr>,
    },
    /// Gives an object another name.
    Rename {
        /// The old identity.
        from: ObjectId,
        /// The new identity.
        to: ObjectId,
        /// The object under its new name.
        object: Object,
    },
    /// Builds a table anew.
    Rebuild(Box<Rebuild>),
    /// Makes an enumerated type anew.
    SwapEnum(Box<SwapEnum>),
    /// Gives rows that have NULL in a column a value.
    Backfill {
        /// The table.
        table: QName,
        /// The column.
        column: Ident,
        /// The value.
        value: Expr,
        /// How the rows are filled in turn; `None` where all are filled at once.
        batch: Option<Batches>,
    },
    /// Adds a column whose default holds for rows that are written from now on; the rows that are there have NULL.
    AddUnfilled {
        /// The column.
        id: ObjectId,
        /// As it is until the rows are filled: nullable, with its default.
        column: Column,
    },
    /// Makes a constraint of a unique index that is there.
    UseIndex {
        /// The constraint.
        id: ObjectId,
        /// What it is.
        object: Object,
        /// The index, which becomes its own.
        index: ObjectId,
    },
    /// Makes a partition of a table of whose rows is known that they are its own.
    Attach(Box<Attach>),
    /// Hands a counter over.
    HandOver(Box<HandOver>),
    /// One stage of a column's way to be required.
    Require(Box<Require>),
    /// Copies rows from one table into another.
    CopyRows(Box<CopyRows>),
    /// One stage of the way of columns to other types.
    Retype(Box<Retype>),
    /// Has the engine look at the values of a column, so that it plans queries well.
    Analyze {
        /// The column.
        column: ObjectId,
    },
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// What is done.
    pub action: Action,
    /// How it shares transactions.
    pub txn: Txn,
}

impl Op {
    /// An op in the common transaction.
    pub fn new(action: Action) -> Self {
        Self {
            action,
            txn: Txn::Inside,
        }
    }

    /// The object the op is about, under its identity after the op.
    pub fn subject(&self) -> ObjectId {
        match &self.action {
            Action::Create { id, .. }
            | Action::Drop { id, .. }
            | Action::Alter { id, .. }
            | Action::AddUnfilled { id, .. }
            | Action::UseIndex { id, .. } => id.clone(),
            Action::Rename { to, .. } => to.clone(),
            Action::Attach(attach) => attach.id.clone(),
            Action::Rebuild(rebuild) => rebuild.table.clone(),
            Action::SwapEnum(swap) => swap.id.clone(),
            Action::Backfill { table, column, .. } => ObjectId::column(table, column.clone()),
            Action::HandOver(hand) => hand.column.clone(),
            Action::Require(require) => require.column.clone(),
            Action::CopyRows(copy) => ObjectId::table(copy.target.clone()),
            Action::Retype(retype) => retype.columns[0].id.clone(),
            Action::Analyze { column } => column.clone(),
        }
    }

    /// What exists only after the op.
    pub fn provides(&self) -> Vec<ObjectId> {
        match &self.action {
            Action::Create { id, .. } | Action::AddUnfilled { id, .. } | Action::UseIndex { id, .. } => {
                vec![id.clone()]
            }
            Action::Rename { to, .. } => vec![to.clone()],
            Action::Attach(attach) => vec![attach.id.clone()],
            Action::HandOver(hand) if hand.from.identity.is_some() => vec![hand.sequence.0.clone()],
            Action::Rebuild(rebuild) => missing(&rebuild.after, &rebuild.before),
            Action::Retype(retype) => retype.provides(),
            _ => Vec::new(),
        }
    }

    /// What exists only before the op.
    pub fn destroys(&self) -> Vec<ObjectId> {
        match &self.action {
            Action::Drop { id, .. } => vec![id.clone()],
            Action::Rename { from, .. } => vec![from.clone()],
            Action::Attach(attach) => attach.known.clone(),
            Action::HandOver(hand) if hand.to.identity.is_some() => vec![hand.sequence.0.clone()],
            Action::Rebuild(rebuild) => missing(&rebuild.before, &rebuild.after),
            _ => Vec::new(),
        }
    }

    /// What exists before and after, and is not the same.
    pub fn mutates(&self) -> Vec<ObjectId> {
        match &self.action {
            Action::Alter { id, .. } => vec![id.clone()],
            Action::SwapEnum(swap) => {
                let columns = swap.columns.iter().chain(&swap.carried).map(|(id, _)| id);
                let types = std::iter::once(&swap.id).chain(swap.along.iter().map(|(id, _)| id));
                types.chain(columns).cloned().collect()
            }
            Action::Rebuild(rebuild) => {
                let kept = |id: &ObjectId| rebuild.after.iter().any(|(other, _)| other == id);
                rebuild
                    .before
                    .iter()
                    .map(|(id, _)| id)
                    .filter(|id| kept(id))
                    .cloned()
                    .collect()
            }
            Action::Backfill { table, column, .. } => vec![ObjectId::column(table, column.clone())],
            Action::HandOver(hand) => vec![hand.column.clone()],
            Action::Require(require) => vec![require.column.clone()],
            Action::Retype(retype) => retype.mutates(),
            _ => Vec::new(),
        }
    }

    /// Does to a catalog what the op does to a database.
    pub fn apply(&self, catalog: &mut Catalog, quote: &dyn Fn(&str) -> String) {
        match &self.action {
            Action::Create { id, object } => {
                catalog.insert(id.clone(), object.clone());
            }
            Action::Drop { id, .. } => {
                catalog.remove(id);
            }
            Action::Alter { id, to, .. } => {
                catalog.insert(id.clone(), (**to).clone());
            }
            Action::Rename { from, to, .. } => {
                let sql = to.name().map(|name| quote(name.text())).unwrap_or_default();
                catalog.rename(&Renaming { from, to, sql: &sql });
            }
            Action::Rebuild(rebuild) => {
                for (id, _) in &rebuild.before {
                    catalog.remove(id);
                }
                for (id, object) in &rebuild.after {
                    catalog.insert(id.clone(), object.clone());
                }
            }
            Action::SwapEnum(swap) => {
                catalog.insert(swap.id.clone(), swap.to.clone());
                for (id, object) in &swap.along {
                    catalog.insert(id.clone(), object.clone());
                }
            }
            Action::AddUnfilled { id, column } => {
                catalog.insert(id.clone(), column.clone());
            }
            Action::UseIndex { id, object, index } => {
                catalog.remove(index);
                catalog.insert(id.clone(), object.clone());
            }
            Action::Attach(attach) => {
                for check in &attach.known {
                    catalog.remove(check);
                }
                catalog.insert(attach.id.clone(), attach.partition.clone());
            }
            Action::HandOver(hand) => {
                let (sequence, object) = &hand.sequence;
                if hand.to.identity.is_some() {
                    catalog.remove(sequence);
                } else {
                    catalog.insert(sequence.clone(), object.clone());
                }
                catalog.insert(hand.column.clone(), hand.to.clone());
            }
            Action::Require(require) => {
                if require.stage != Stage::Declare {
                    catalog.insert(require.column.clone(), require.to.clone());
                }
            }
            Action::Retype(retype) => retype.apply(catalog),
            Action::Backfill { .. } | Action::CopyRows(_) | Action::Analyze { .. } => {}
        }
    }
}

fn missing(of: &[(ObjectId, Object)], other: &[(ObjectId, Object)]) -> Vec<ObjectId> {
    let other: std::collections::HashSet<&ObjectId> = other.iter().map(|(id, _)| id).collect();
    of.iter()
        .map(|(id, _)| id)
        .filter(|id| !other.contains(id))
        .cloned()
        .collect()
}

impl fmt::Display for Op {
    /// The title of the op: `create table users`, `alter column users.email (type)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.action {
            Action::Create { id, .. } => write!(f, "create {id}"),
            Action::Drop { id, .. } => match aside::until(id) {
                Some(day) => write!(f, "drop {id}, which was set aside until {day}"),
                None => write!(f, "drop {id}"),
            },
            Action::Alter { id, attrs, .. } => {
                let words: Vec<String> = attrs.iter().map(|attr| attribute_words(*attr)).collect();
                write!(f, "alter {id} ({})", words.join(", "))
            }
            Action::Rename { from, to, .. } => {
                match (own_day(from), own_day(to)) {
                    (None, Some(day)) => return write!(f, "set {from} aside until {day}"),
                    (Some(_), None) => return write!(f, "take {to} back"),
                    _ => {}
                }
                let name = to.name().map(ToString::to_string).unwrap_or_default();
                write!(f, "rename {from} to {name}")
            }
            Action::Rebuild(rebuild) => write!(f, "rebuild {}", rebuild.table),
            Action::SwapEnum(swap) => write!(f, "rebuild {}", swap.id),
            Action::Backfill { table, column, .. } => {
                write!(f, "backfill {} {table}.{column}", Kind::Column.noun())
            }
            Action::AddUnfilled { id, .. } => write!(f, "create {id}, for new rows"),
            Action::UseIndex { id, .. } => write!(f, "create {id} from its index"),
            Action::Attach(attach) => write!(f, "create {}", attach.id),
            Action::HandOver(hand) => write!(f, "hand over the counter of {}", hand.column),
            Action::CopyRows(copy) => {
                let (source, target) = (&copy.source, &copy.target);
                let columns: Vec<String> = copy
                    .columns
                    .iter()
                    .map(|column| column.name.to_string())
                    .collect();
                match (&copy.matching, copy.with_table) {
                    (None, _) => write!(f, "copy rows of table {source} into table {target}"),
                    (Some(_), false) => {
                        write!(
                            f,
                            "copy {} of table {target} from table {source}",
                            columns.join(", ")
                        )
                    }
                    (Some(_), true) => write!(f, "look for the rows of table {source} in table {target}"),
                }
            }
            Action::Require(require) => match require.stage {
                Stage::Declare => write!(f, "require {} of new rows", require.column),
                Stage::Validate => write!(f, "check {} of every row", require.column),
                Stage::Settle => write!(f, "require {}", require.column),
            },
            Action::Retype(retype) => f.write_str(&retype.title()),
            Action::Analyze { column } => write!(f, "analyze {column}"),
        }
    }
}

/// The day in the object's own name, if it is set aside by itself.
fn own_day(id: &ObjectId) -> Option<aside::Day> {
    id.name().and_then(aside::day_of)
}

/// `Attr::Column(ColumnAttr::NullsNotDistinct)` as `nulls not distinct`.
pub fn attribute_words(attr: Attr) -> String {
    let debug = format!("{attr:?}");
    let name = debug
        .split_once('(')
        .map_or(debug.as_str(), |(_, inner)| inner.trim_end_matches(')'));
    let mut out = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !out.is_empty() {
            out.push(' ');
        }
        out.push(character.to_ascii_lowercase());
    }
    out
}

/// Ops that one statement, or a few that belong together, carry out: a table and what is folded into its `CREATE`.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// The op that gives the batch its name.
    pub head: Op,
    /// Ops folded into it, in the order in which they are rendered.
    pub folded: Vec<Op>,
    /// What the data must answer before it may run.
    pub questions: Vec<Question>,
}

impl Batch {
    /// The head and the folded ops.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        std::iter::once(&self.head).chain(&self.folded)
    }

    /// What is made within the statement of the head.
    pub fn created(&self) -> Vec<(&ObjectId, &Object)> {
        let made = self.folded.iter().filter_map(|op| match &op.action {
            Action::Create { id, object } => Some((id, object)),
            _ => None,
        });
        made.collect()
    }
}

/// What is done, in order; no SQL yet.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// The batches in order.
    pub batches: Vec<Batch>,
    /// The state it starts from, before any rename.
    pub from: Arc<Catalog>,
    /// The state it leads to.
    pub to: Arc<Catalog>,
    /// The same under the names that its statements use, where others are given back at its end.
    pub before_renames: Option<Arc<Catalog>>,
    /// Ways that were asked for, and that could not be taken.
    pub declined: Vec<Declined>,
}

/// A way that was asked for, and could not be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declined {
    /// The object that is changed another way.
    pub id: ObjectId,
    /// The name of the strategy.
    pub strategy: &'static str,
    /// Why: the end of a sentence about the object.
    pub reason: String,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.batches.is_empty()
    }

    /// Every op in order.
    pub fn ops(&self) -> impl Iterator<Item = &Op> {
        self.batches.iter().flat_map(Batch::ops)
    }
}
