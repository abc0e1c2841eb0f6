//! What a rule over rows asks of them, and of which columns: keys, exclusion constraints, checks and foreign keys.
//!
//! Must not: decide whether the rows can answer.

use crate::catalog::kinds::{Check, Column, Exclusion, ForeignKey, Index, IndexKey, IndexTerm};
use crate::catalog::{Expr, Ident, Object, ObjectId, QName};
use crate::op::Question;

use super::Asker;

/// A rule over the rows of a table.
pub(super) struct Rule {
    /// What is asked.
    pub(super) questions: Vec<Question>,
    /// The columns of the table that it rests on.
    pub(super) columns: Vec<Ident>,
    /// The table and the columns in which each row must be found.
    pub(super) referenced: Option<(QName, Vec<Ident>)>,
}

impl Asker<'_> {
    /// The rule that an object is for the rows of its table; `None` where it is none, or is not held against rows that are there.
    pub(super) fn rule(&self, id: &ObjectId, table: &QName, object: &Object) -> Option<Rule> {
        if !self.can_be_named(id) {
            return None;
        }
        if let Some(exclusion) = Exclusion::of_key(object) {
            return Some(self.spans(id, table, &exclusion));
        }
        match object {
            Object::PrimaryKey(_) | Object::Unique(_) | Object::Index(_) => self.key(id, table, object),
            Object::ForeignKey(key) => key.validated.then(|| foreign_key(id, table, key)),
            Object::Exclusion(exclusion) => Some(self.exclusion(id, table, exclusion)),
            Object::Check(check) => check.validated.then(|| self.check(id, table, check)),
            _ => None,
        }
    }

    /// Whether everything that is called or named in it is there before the plan, as it is after it.
    fn can_be_named(&self, id: &ObjectId) -> bool {
        let needed = self.cx.to_references.of(id).iter();
        let mut needed = needed.filter(|needed| needed.kind.is_in_expressions());
        needed.all(|needed| {
            let before = self.cx.from.get(needed);
            before.is_some() && before == self.cx.to.get(needed)
        })
    }

    fn key(&self, id: &ObjectId, table: &QName, object: &Object) -> Option<Rule> {
        let (keys, predicate, nulls_equal) = unique_keys(object)?;
        let mut columns = self.of_terms(table, &keys);
        columns.extend(predicate.iter().flat_map(|expr| self.named(table, expr)));
        let question = Question::NoDuplicates {
            subject: id.clone(),
            table: table.clone(),
            keys,
            predicate,
            converted: Vec::new(),
            kept: false,
            nulls_equal,
        };
        Some(Rule {
            questions: vec![question],
            columns,
            referenced: None,
        })
    }

    fn check(&self, id: &ObjectId, table: &QName, check: &Check) -> Rule {
        Rule {
            questions: vec![Question::Holds {
                subject: id.clone(),
                table: table.clone(),
                condition: check.expr.clone(),
            }],
            columns: self.named(table, &check.expr),
            referenced: None,
        }
    }

    fn exclusion(&self, id: &ObjectId, table: &QName, exclusion: &Exclusion) -> Rule {
        let mut columns = self.of_terms(table, &exclusion.keys);
        columns.extend(
            exclusion
                .predicate
                .iter()
                .flat_map(|expr| self.named(table, expr)),
        );
        Rule {
            questions: vec![Question::NoOverlap {
                subject: id.clone(),
                table: table.clone(),
                exclusion: Box::new(exclusion.clone()),
            }],
            columns,
            referenced: None,
        }
    }

    /// A key without overlaps: no point of a range twice under the same key, and no range without points.
    fn spans(&self, id: &ObjectId, table: &QName, exclusion: &Exclusion) -> Rule {
        let mut rule = self.exclusion(id, table, exclusion);
        let last = exclusion.keys.last().and_then(|key| key.term.column());
        let quote = |column: &Ident| self.cx.server.engine().quote(column.text());
        rule.questions.extend(last.map(|column| Question::Holds {
            subject: id.clone(),
            table: table.clone(),
            condition: Expr::new(format!("NOT isempty({})", quote(column))),
        }));
        rule
    }

    fn of_terms(&self, table: &QName, keys: &[IndexKey]) -> Vec<Ident> {
        let mut out = Vec::new();
        for key in keys {
            match &key.term {
                IndexTerm::Column(column) => out.push(column.clone()),
                IndexTerm::Expr(expr) => out.extend(self.named(table, expr)),
            }
        }
        out
    }

    /// The columns of the table, before or after, that stand in an expression.
    pub(super) fn named(&self, table: &QName, expr: &Expr) -> Vec<Ident> {
        let mentioned = crate::catalog::expr::mentions(expr.text());
        let mut out: Vec<Ident> = Vec::new();
        let columns = [self.cx.from_walk, self.cx.to_walk]
            .into_iter()
            .flat_map(|walk| walk.members_of::<Column>(table));
        for name in columns.filter_map(|(id, _)| id.name()) {
            if mentioned.iter().any(|word| word == name.text()) && !out.contains(name) {
                out.push(name.clone());
            }
        }
        out
    }
}

fn foreign_key(id: &ObjectId, table: &QName, key: &ForeignKey) -> Rule {
    Rule {
        questions: vec![Question::NoOrphans {
            subject: id.clone(),
            table: table.clone(),
            key: Box::new(key.clone()),
        }],
        columns: key.columns.clone(),
        referenced: Some((key.table.clone(), key.referenced.clone())),
    }
}

/// In what no two rows may be the same, which of the rows count, and whether two NULLs are the same.
pub(super) fn unique_keys(object: &Object) -> Option<(Vec<IndexKey>, Option<Expr>, bool)> {
    let index = match object {
        Object::Index(index) if index.unique => index.clone(),
        key => Index::of_key(key)?,
    };
    let nulls_equal = index.nulls_not_distinct || matches!(object, Object::PrimaryKey(_));
    Some((index.keys, index.predicate, nulls_equal))
}
