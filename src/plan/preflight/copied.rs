//! What is asked of the rows that a copy makes, before it makes them: the rules of the target that rest on what is filled.
//!
//! What other copies fill, or the engine itself, is left to the engine, inside the transaction.

use crate::catalog::kinds::{Column, ForeignKey, IndexTerm};
use crate::catalog::{Ident, Object, ObjectId};
use crate::op::{Copied, CopyRows, Question};

use super::Asker;

/// The columns of the rows after the copy.
struct Columns<'a> {
    copy: &'a CopyRows,
    kept: Vec<Ident>,
}

impl Columns<'_> {
    fn fills(&self, name: &Ident) -> bool {
        self.copy.columns.iter().any(|column| column.name == *name)
    }

    /// Whether all of them are known, and the copy fills one.
    fn decide(&self, names: &[Ident]) -> bool {
        names
            .iter()
            .all(|name| self.fills(name) || self.kept.contains(name))
            && names.iter().any(|name| self.fills(name))
    }
}

impl Asker<'_> {
    /// Every question that the rows of the copy can answer.
    pub(super) fn copied(&self, copy: &CopyRows) -> Vec<Question> {
        let columns = Columns {
            copy,
            kept: self.kept_beside(copy),
        };
        let members = self.cx.to_walk.members(&copy.target);
        let questions = members.filter_map(|(id, object)| self.of_copy(id, object, &columns));
        let copied = |question| Question::OfCopy {
            copied: Box::new(Copied {
                rows: copy.clone(),
                kept: columns.kept.clone(),
            }),
            question: Box::new(question),
        };
        let mut out = Self::finds(copy);
        out.extend(questions.map(copied));
        out
    }

    /// Whether the rows find their places.
    fn finds(copy: &CopyRows) -> Vec<Question> {
        if copy.matching.is_none() {
            return Vec::new();
        }
        let target = ObjectId::table(copy.target.clone());
        vec![
            Question::EachHasItsRow {
                target: target.clone(),
                rows: Box::new(copy.clone()),
            },
            Question::NoneHasTwo {
                target,
                rows: Box::new(copy.clone()),
            },
        ]
    }

    /// The columns that the rows have already, and keep.
    fn kept_beside(&self, copy: &CopyRows) -> Vec<Ident> {
        if copy.matching.is_none() {
            return Vec::new();
        }
        self.cx
            .from_walk
            .members_of::<Column>(&copy.target)
            .filter_map(|(id, _)| id.name().cloned())
            .filter(|name| self.as_before(&copy.target, std::slice::from_ref(name)))
            .collect()
    }

    fn of_copy(&self, id: &ObjectId, object: &Object, columns: &Columns<'_>) -> Option<Question> {
        let table = &columns.copy.target;
        match object {
            Object::Column(column) => {
                let required = !column.nullable && columns.fills(id.name()?);
                required.then(|| Question::NoNulls { column: id.clone() })
            }
            Object::ForeignKey(key) => {
                (key.validated && self.is_decided(key, columns)).then(|| Question::NoOrphans {
                    subject: id.clone(),
                    table: table.clone(),
                    key: Box::new(key.clone()),
                })
            }
            Object::Check(check) => {
                let decided = check.validated && columns.decide(&self.named(table, &check.expr));
                decided.then(|| Question::Holds {
                    subject: id.clone(),
                    table: table.clone(),
                    condition: check.expr.clone(),
                })
            }
            _ => self.same_keys(id, object, columns),
        }
    }

    /// Whether the rows that are referred to are there before the copy.
    fn is_decided(&self, key: &ForeignKey, columns: &Columns<'_>) -> bool {
        let target = if key.table == columns.copy.target {
            columns.decide(&key.referenced) || self.as_before(&key.table, &key.referenced)
        } else {
            self.has_rows(&key.table) && self.as_before(&key.table, &key.referenced)
        };
        target && columns.decide(&key.columns)
    }

    fn same_keys(&self, id: &ObjectId, object: &Object, columns: &Columns<'_>) -> Option<Question> {
        let table = &columns.copy.target;
        let (keys, predicate, nulls_equal) = super::unique_keys(object)?;
        let mut named = Vec::new();
        for key in &keys {
            match &key.term {
                IndexTerm::Column(column) => named.push(column.clone()),
                IndexTerm::Expr(expr) => named.extend(self.named(table, expr)),
            }
        }
        named.extend(predicate.iter().flat_map(|expr| self.named(table, expr)));
        columns.decide(&named).then(|| Question::NoDuplicates {
            subject: id.clone(),
            table: table.clone(),
            keys,
            predicate,
            converted: Vec::new(),
            kept: false,
            nulls_equal,
        })
    }
}
