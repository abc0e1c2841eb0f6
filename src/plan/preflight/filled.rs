//! What is asked of the rows as the plan itself makes them: rules over columns that it fills or converts.
//!
//! In: what each column becomes. Out: questions, each with the columns on which it rests. Must not: decide on what only the
//! plan makes; that is left to the engine.

use std::collections::HashMap;

use crate::catalog::expr::mentions;
use crate::catalog::kinds::{Column, ForeignKey, Match, PrimaryKey};
use crate::catalog::{Expr, Ident, Object, ObjectId, QName};
use crate::op::{Action, Batch, Filled, Question};

use super::Asker;
use super::becomes::Becomes;

/// Adds each question where the first of the columns that it rests on is written, under the names that they have after all
/// renames.
pub(super) fn place(questions: Vec<Question>, batches: &mut [Batch]) {
    if questions.is_empty() {
        return;
    }
    let mut written: HashMap<ObjectId, usize> = HashMap::new();
    for (at, batch) in batches.iter().enumerate() {
        let ops = batch.ops();
        for op in ops.filter(|op| !matches!(op.action, Action::Rename { .. })) {
            for id in op
                .provides()
                .into_iter()
                .chain(op.mutates())
                .chain([op.subject()])
            {
                written.entry(id).or_insert(at);
            }
        }
    }
    for question in questions {
        let mut rests_on = question.made_of();
        if rests_on.is_empty() {
            rests_on.push(question.subject().clone());
        }
        let first = rests_on.iter().filter_map(|id| written.get(id)).min();
        if let Some(batch) = first.and_then(|at| batches.get_mut(*at)) {
            batch.questions.push(question);
        }
    }
}

/// Columns of a table, and what becomes of each.
struct Values {
    table: QName,
    columns: Vec<(Ident, Becomes)>,
}

impl Asker<'_> {
    /// Every question that rows can answer for which the plan has yet to make a value.
    pub(super) fn filled(&self) -> Vec<Question> {
        let mut out = Vec::new();
        let tables = self.tables_that_change();
        if tables.is_empty() {
            return out;
        }
        for table in &tables {
            for (id, object) in self.cx.to_walk.members(table) {
                match object {
                    Object::Column(column) => out.extend(self.of_column(id, table, column)),
                    Object::ForeignKey(_) => {}
                    _ => out.extend(self.of_rule(id, table, object)),
                }
            }
        }
        for (id, key) in self.cx.to.of_kind::<ForeignKey>() {
            let concerned = |table: &QName| tables.contains(&table) || tables.contains(&&key.table);
            if let Some(table) = id.relation().filter(|table| concerned(table)) {
                out.extend(self.of_rule(id, table, &Object::from(key.clone())));
            }
        }
        out
    }

    /// The tables with rows of which a column is other than before.
    fn tables_that_change(&self) -> Vec<&QName> {
        let mut out: Vec<&QName> = Vec::new();
        for (id, column) in self.cx.to.of_kind::<Column>() {
            let Some(table) = id.relation().filter(|table| self.has_rows(table)) else {
                continue;
            };
            let is_new = self.cx.from.payload::<Column>(id) != Some(column);
            if (is_new || self.intents.writes(id)) && !out.contains(&table) {
                out.push(table);
            }
        }
        out
    }

    /// What a rule asks, where it rests on a value that the plan makes.
    fn of_rule(&self, id: &ObjectId, table: &QName, object: &Object) -> Vec<Question> {
        let Some(rule) = self.rule(id, table, object) else {
            return Vec::new();
        };
        let known = |table: &QName, columns: &[Ident]| {
            self.has_rows(table).then(|| Values {
                table: table.clone(),
                columns: self.values(table, columns),
            })
        };
        let own = known(table, &rule.columns);
        let referenced = match &rule.referenced {
            Some((table, columns)) => known(table, columns).map(Some),
            None => Some(None),
        };
        let (Some(own), Some(referenced)) = (own, referenced) else {
            return Vec::new();
        };
        if self.carried(id) || is_met_by_nothing(object, &own) {
            return Vec::new();
        }
        let sides: Vec<Values> = std::iter::once(own).chain(referenced).collect();
        let held = self.cx.from.get(id) == Some(object);
        let questions = rule.questions.into_iter();
        questions
            .filter(|_| can_break(object, &sides, held))
            .filter_map(|question| self.asked(question, &sides))
            .collect()
    }

    /// Whether the same is asked of the table that this one is a partition of.
    fn carried(&self, id: &ObjectId) -> bool {
        self.cx.server.engine().carrier(id, self.cx).is_some()
    }

    /// A value that is made may be none of the type, missing, or none of its domain.
    fn of_column(&self, id: &ObjectId, table: &QName, column: &Column) -> Vec<Question> {
        let becomes = self.becomes(id);
        let (Some(name), Becomes::Filled(_)) = (id.name(), &becomes) else {
            return Vec::new();
        };
        if self.carried(id) {
            return Vec::new();
        }
        let value = self.declared_value(id, column);
        let may_be_missing = value.is_some_and(|value| self.may_be_missing(table, value));
        let mut questions = Vec::new();
        let required = !column.nullable || self.cx.to.forbids_null(&column.data_type);
        if required && may_be_missing {
            questions.push(Question::NoNulls { column: id.clone() });
        }
        let domain = self.cx.to.domain_of(&column.data_type);
        let checks = domain.iter().flat_map(|domain| &domain.checks);
        let checks = checks.filter(|check| check.validated);
        questions.extend(checks.filter_map(|check| self.of_domain(id, id, check)));
        let sides = [Values {
            table: table.clone(),
            columns: vec![(name.clone(), becomes.clone())],
        }];
        let fits = self.fits(id, column).filter(|_| may_be_missing);
        let asked = questions
            .into_iter()
            .filter_map(|question| self.asked(question, &sides));
        fits.into_iter().chain(asked).collect()
    }

    /// Whether what is written into the rows is a value of the type: it is put there without a cast.
    fn fits(&self, id: &ObjectId, column: &Column) -> Option<Question> {
        let to = self.base_type(column).to_string();
        Some(Question::Converts {
            column: id.clone(),
            from: to.clone(),
            to,
            using: Some(self.written(id, column)?),
        })
    }

    /// A literal is a value; what is taken from elsewhere may be none.
    fn may_be_missing(&self, table: &QName, value: &Expr) -> bool {
        let selects = |word: &String| word.eq_ignore_ascii_case("select");
        !self.named(table, value).is_empty() || mentions(value.text()).iter().any(selects)
    }

    fn values(&self, table: &QName, columns: &[Ident]) -> Vec<(Ident, Becomes)> {
        let becomes = |name: &Ident| self.becomes(&ObjectId::column(table, name.clone()));
        columns.iter().map(|name| (name.clone(), becomes(name))).collect()
    }

    /// The question, of the rows as they will be; `None` where only the engine can tell.
    fn asked(&self, question: Question, sides: &[Values]) -> Option<Question> {
        let mut filled: Vec<Filled> = Vec::new();
        for side in sides {
            let at = filled.iter().position(|rows| rows.table == side.table);
            let at = at.unwrap_or_else(|| {
                filled.push(self.with_key(&side.table));
                filled.len() - 1
            });
            let rows = filled.get_mut(at)?;
            for (name, becomes) in side
                .columns
                .iter()
                .filter(|(name, _)| !rows.has(name))
                .collect::<Vec<_>>()
            {
                match becomes {
                    Becomes::Same => rows.kept.push(name.clone()),
                    made => {
                        let id = ObjectId::column(&side.table, name.clone());
                        rows.made.push((name.clone(), self.value(&id, made)?));
                    }
                }
            }
        }
        let is_made = filled.iter().any(|rows| !rows.made.is_empty());
        is_made.then(|| Question::OfFilled {
            filled,
            question: Box::new(question),
        })
    }

    fn value(&self, id: &ObjectId, becomes: &Becomes) -> Option<Expr> {
        match becomes {
            Becomes::Wider(value) | Becomes::Converted(value) | Becomes::Filled(value) => Some(value.clone()),
            Becomes::Nothing => self.typed(self.cx.to.payload::<Column>(id)?, "NULL"),
            Becomes::Same | Becomes::Unknown => None,
        }
    }

    /// The columns by which rows in the way are named, where they stay as they are.
    fn with_key(&self, table: &QName) -> Filled {
        let key = self.cx.from_walk.members_of::<PrimaryKey>(table).next();
        let key = key.map(|(_, key)| key.columns.clone()).unwrap_or_default();
        let stays = self.as_before(table, &key);
        Filled {
            table: table.clone(),
            kept: if stays { key } else { Vec::new() },
            made: Vec::new(),
        }
    }
}

/// Whether rows may be against the rule that were not before: any for a new one; for one that is there, what gets other
/// values. What conversions do to a key that is there is asked with them.
fn can_break(object: &Object, sides: &[Values], held: bool) -> bool {
    let mut values = sides
        .iter()
        .flat_map(|side| &side.columns)
        .map(|(_, becomes)| becomes);
    let is_key = super::rule::unique_keys(object).is_some();
    match (held, is_key) {
        (false, _) => values.any(|becomes| *becomes != Becomes::Same),
        (true, true) => values.any(|becomes| matches!(becomes, Becomes::Filled(_) | Becomes::Nothing)),
        (true, false) => values.any(Becomes::breaks),
    }
}

/// A row that has nothing in a column of its key is like no other, and refers to no other.
fn is_met_by_nothing(object: &Object, own: &Values) -> bool {
    let nothing = |name: &Ident| {
        own.columns
            .iter()
            .any(|(other, becomes)| other == name && *becomes == Becomes::Nothing)
    };
    match object {
        Object::ForeignKey(key) if key.match_type == Match::Full => key.columns.iter().all(nothing),
        Object::ForeignKey(key) => key.columns.iter().any(nothing),
        _ => super::rule::unique_keys(object).is_some_and(|(keys, _, nulls_equal)| {
            !nulls_equal && keys.iter().filter_map(|key| key.term.column()).any(nothing)
        }),
    }
}
