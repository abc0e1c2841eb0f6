//! From ops to Alembic's operations: a batch as `op.create_table` and the like, for people who read their migrations so.
//!
//! In: a batch of a plan. Out: [`Operations`], or nothing where Alembic and SQLAlchemy have no words that do exactly what
//! the statements do; then the statements stand in the twin. Must not: approximate, or leave anything to a default that
//! a version or a setting of theirs could change. What differs between engines is [`Words`].

mod alter;
mod call;
mod constraint;
mod index;
mod name;
mod table;
#[cfg(test)]
mod tests;
mod text;

use crate::catalog::kinds::{Column, IndexKey};
use crate::catalog::{Catalog, Expr, Ident, Kind, Object, ObjectId};
use crate::op::{Action, Batch, Op, Txn};
use crate::script::{Item as Line, Operations};

pub(super) use name::expression as name_expression;

use super::rules::AlterItem;
use super::{Engine, RenderCx};

/// A type in SQLAlchemy's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeWords {
    /// The expression: `sa.String(64)`, `postgresql.JSONB()`.
    pub python: String,
    /// Whether it is of the dialect's own types, which are imported by the dialect's name.
    pub of_dialect: bool,
}

impl TypeWords {
    /// One of the types that SQLAlchemy has for all engines.
    pub fn common(python: impl Into<String>) -> Self {
        Self {
            python: format!("sa.{}", python.into()),
            of_dialect: false,
        }
    }
}

/// One `op.alter_column`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ColumnStep<'a> {
    /// The column whose type it takes on, and how values are converted.
    pub data_type: Option<(&'a Column, Option<&'a Expr>)>,
    /// The new default, or none.
    pub default: Option<Option<&'a Expr>>,
    /// Whether NULL is allowed.
    pub nullable: Option<bool>,
}

/// How an engine's things are called in Alembic and SQLAlchemy.
pub trait Words: Sync {
    /// The name of the SQLAlchemy dialect, which is the prefix of its options and the name of its types' module.
    fn dialect(&self) -> &'static str;
    /// The words that the dialect quotes as names by itself.
    fn reserved(&self) -> &'static [&'static str];
    /// Whether an integer that is the primary key becomes a `serial` column, if nobody says otherwise.
    fn makes_serial(&self) -> bool;
    /// The type of a column with its collation; `None` if there is none that is spelled exactly so.
    fn data_type(&self, column: &Column, types: &Catalog) -> Option<TypeWords>;
    /// A default as it stands behind `DEFAULT`.
    fn default(&self, default: &Expr) -> String;
    /// A key of an index, with all its options.
    fn index_key(&self, key: &IndexKey) -> String;
    /// The calls that change a column in place; `None` if there are none that do exactly that.
    fn alter_column<'a>(&self, change: &AlterItem<'a, Column>) -> Option<Vec<ColumnStep<'a>>>;
}

/// What a batch that is done by these statements is called in Alembic.
pub(super) fn operations(batch: &Batch, done: &[Line], cx: &RenderCx<'_>) -> Option<Operations> {
    // What asks between its statements has no other words; and offline, Alembic makes spaces of tabs.
    let plain = |line: &Line| match line {
        Line::Sql(sql) => !sql.contains('\t'),
        Line::DoneWhen { .. } => true,
        Line::Expect { .. } | Line::Batched(_) => false,
    };
    if done.is_empty() || !done.iter().all(plain) {
        return None;
    }
    let engine = cx.server.engine();
    let mut writer = Writer {
        engine,
        words: engine.alembic()?,
        types: cx.to,
        concurrently: batch.head.txn == Txn::Outside,
        done: Operations::default(),
    };
    writer.op(&batch.head, &batch.created())?;
    Some(writer.done)
}

/// Writes the calls of one step.
struct Writer<'a> {
    engine: &'static dyn Engine,
    words: &'static dyn Words,
    /// Where declared types are looked up.
    types: &'a Catalog,
    /// Whether an index is made and dropped outside of any transaction, while others write.
    concurrently: bool,
    done: Operations,
}

impl Writer<'_> {
    /// Whether what is taken away stays in tables that inherit it.
    fn is_kept_below(&self, id: &ObjectId) -> bool {
        let table = id
            .relation()
            .filter(|_| matches!(id.kind, Kind::Column | Kind::Check));
        table.is_some_and(|table| self.types.heirs_of(table).next().is_some())
    }

    fn op(&mut self, op: &Op, members: &[(&ObjectId, &Object)]) -> Option<()> {
        // Alembic has no word for foreign tables.
        if self.is_foreign(op) {
            return None;
        }
        match &op.action {
            Action::Create { id, object } => match object {
                Object::Table(table) => self.create_table(id, table, members),
                Object::Column(column) => self.add_column(id, column),
                Object::Index(index) => self.create_index(id, index),
                Object::Comment(comment) => self.comment(id, Some(&comment.text)),
                constraint => self.create_constraint(id, constraint),
            },
            // What heirs keep goes from their parent by `ALTER TABLE ONLY`.
            Action::Drop { id, .. } if self.is_kept_below(id) => None,
            Action::Drop { id, object } => match object {
                Object::Table(_) => self.drop_table(id),
                Object::Column(_) => self.drop_column(id),
                Object::Index(_) => self.drop_index(id),
                Object::Comment(_) => self.comment(id, None),
                constraint => self.drop_constraint(id, constraint),
            },
            Action::Alter {
                id,
                from,
                to,
                attrs,
                using,
            } => match (&**from, &**to) {
                (Object::Column(from), Object::Column(to)) => {
                    self.alter_column(id, (from, to), attrs, using.as_ref())
                }
                (Object::Comment(_), Object::Comment(to)) => self.comment(id, Some(&to.text)),
                _ => None,
            },
            Action::Rename { from, to, object } => match object {
                Object::Table(_) => self.rename_table(from, to),
                Object::Column(_) => self.rename_column(from, to),
                _ => None,
            },
            Action::Rebuild(_)
            | Action::SwapEnum(_)
            | Action::Backfill { .. }
            | Action::AddUnfilled { .. }
            | Action::HandOver(_)
            | Action::UseIndex { .. }
            | Action::Attach(_)
            | Action::CopyRows(_)
            | Action::Require(_)
            | Action::Retype(_)
            | Action::Analyze { .. } => None,
        }
    }

    fn is_foreign(&self, op: &Op) -> bool {
        let subject = op.subject();
        let dropped = matches!(
            &op.action,
            Action::Drop { object: Object::Table(table), .. } if table.foreign.is_some()
        );
        dropped || self.types.is_of_foreign(subject.target().unwrap_or(&subject))
    }

    fn call(&mut self, call: call::Call) {
        self.done.calls.push(call.print());
    }

    fn type_of(&mut self, column: &Column) -> Option<String> {
        let found = self.words.data_type(column, self.types)?;
        self.done.types_of_dialect |= found.of_dialect;
        Some(found.python)
    }

    /// Names in a list.
    fn names<'n>(&self, names: impl IntoIterator<Item = &'n Ident>) -> String {
        let names: Vec<String> = names.into_iter().map(|name| self.name(name)).collect();
        format!("[{}]", names.join(", "))
    }
}
