//! What is asked of the rows that a copy makes, before it makes them: the rules of the target that rest on what is filled.
//!
//! What other copies fill, or the engine itself, is left to the engine, inside the transaction.

use crate::catalog::kinds::Column;
use crate::catalog::{Ident, Object, ObjectId, QName};
use crate::op::{Copied, CopyRows, Question};

use super::Asker;
use super::rule::Rule;

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
        let questions = members.flat_map(|(id, object)| self.of_copy(id, object, &columns));
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

    fn of_copy(&self, id: &ObjectId, object: &Object, columns: &Columns<'_>) -> Vec<Question> {
        if let Object::Column(column) = object {
            let required = !column.nullable && id.name().is_some_and(|name| columns.fills(name));
            return Vec::from_iter(required.then(|| Question::NoNulls { column: id.clone() }));
        }
        let table = &columns.copy.target;
        let rule = self
            .rule(id, table, object)
            .filter(|rule| self.is_decided(rule, columns));
        let questions = rule.map(|rule| rule.questions).unwrap_or_default();
        // Two rows are told apart by where they lie, and these lie nowhere yet.
        let askable = |question: &Question| !matches!(question, Question::NoOverlap { .. });
        questions.into_iter().filter(askable).collect()
    }

    /// Whether the rows that are referred to are there before the copy.
    fn is_decided(&self, rule: &Rule, columns: &Columns<'_>) -> bool {
        let found = |(table, names): &(QName, Vec<Ident>)| {
            if *table == columns.copy.target {
                columns.decide(names) || self.as_before(table, names)
            } else {
                self.has_rows(table) && self.as_before(table, names)
            }
        };
        columns.decide(&rule.columns) && rule.referenced.as_ref().is_none_or(found)
    }
}
