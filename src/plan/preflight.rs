//! What the data must answer before a step may run: op by op, as typed questions that the dialect renders.
//!
//! Only what can be told from the data as it is before the plan (after declared renames) becomes a question; the
//! engine itself guards the rest inside the transaction.

mod becomes;
mod copied;
mod filled;
mod rule;

use std::collections::HashMap;

use crate::catalog::expr::replace_word;
use crate::catalog::kinds::{
    Bound, Column, ColumnAttr, Domain, DomainCheck, IndexKey, IndexTerm, Partition, Table,
};
use crate::catalog::{Attr, DataType, Expr, Ident, Object, ObjectId, Payload as _, QName};
use crate::dialect::PlanCx;
use crate::diff::Intents;
use crate::op::{
    Action, Batch, Conversion, CopySource, Op, Question, Rebuild, RetypeStage, Retyped, Stage, SwapEnum,
};

use becomes::Becomes;
use rule::{Rule, unique_keys};

use super::emit::{filling, needs_value};

/// Adds the questions to the batches.
pub(super) fn ask(batches: &mut [Batch], cx: &PlanCx<'_>, intents: &Intents) {
    let constraints = batches
        .iter()
        .flat_map(Batch::ops)
        .filter_map(by_way_of)
        .collect();
    let asker = Asker {
        cx,
        intents,
        constraints,
    };
    for batch in &mut *batches {
        // What is asked of a table is asked of its partitions.
        let own = |op: &&Op| !cx.from.is_below(&op.subject(), &batch.head.subject());
        let questions: Vec<Question> = batch
            .ops()
            .filter(own)
            .flat_map(|op| asker.of(&op.action))
            .collect();
        batch.questions.extend(questions);
    }
    filled::place(asker.filled(), batches);
}

/// The index of a constraint that is made of one, and the constraint; the check by which a partition is attached, and that.
fn by_way_of(op: &Op) -> Option<(ObjectId, (ObjectId, Object))> {
    match &op.action {
        Action::UseIndex { id, object, index } => Some((index.clone(), (id.clone(), object.clone()))),
        Action::Attach(attach) => {
            let first = attach.known.first()?.clone();
            Some((first, (attach.id.clone(), attach.partition.clone().into())))
        }
        _ => None,
    }
}

struct Asker<'a> {
    cx: &'a PlanCx<'a>,
    intents: &'a Intents,
    /// What comes by way of something that is there only until then: it is asked about before that is made.
    constraints: HashMap<ObjectId, (ObjectId, Object)>,
}

impl Asker<'_> {
    fn of(&self, action: &Action) -> Vec<Question> {
        match action {
            // What is made unchecked and checked later is asked about before it is made.
            Action::Create { id, object } => {
                let (id, object) = self
                    .constraints
                    .get(id)
                    .map_or((id, object), |(id, object)| (id, object));
                if let Object::Partition(partition) = object {
                    return self.attached(id, partition);
                }
                let checked = matches!(object, Object::Check(_) | Object::ForeignKey(_));
                let object = self.cx.to.get(id).filter(|_| checked).unwrap_or(object);
                self.created(id, object)
            }
            Action::Alter {
                id,
                from,
                to,
                attrs,
                using,
            } => match (&**from, &**to) {
                (Object::Column(from), Object::Column(to)) => {
                    self.column(id, (from, to), attrs, using.as_ref())
                }
                (Object::Check(_) | Object::ForeignKey(_), validated) if self.cx.from.contains(id) => {
                    self.created(id, validated)
                }
                (Object::Domain(from), Object::Domain(to)) => self.tightened(id, from, to),
                _ => Vec::new(),
            },
            Action::Rebuild(rebuild) => self.rebuilt(rebuild),
            Action::SwapEnum(swap) => unused(swap)
                .into_iter()
                .filter(|question| {
                    !question
                        .table()
                        .is_some_and(|table| self.cx.from.reaches_out(table))
                })
                .collect(),
            Action::Require(require)
                if require.stage == Stage::Declare || require.from.not_null.not_valid =>
            {
                let attrs = [Attr::Column(ColumnAttr::Nullable)];
                self.column(&require.column, (&require.from, &require.to), &attrs, None)
            }
            Action::Retype(retype) if retype.stage == RetypeStage::Begin => retype
                .columns
                .iter()
                .flat_map(|column| self.retyped(column))
                .collect(),
            Action::CopyRows(copy) => self.copied(copy),
            // A server has a name of its own only before the plan.
            Action::Drop {
                id,
                object: Object::ForeignServer(_),
            } => vec![Question::NothingSecret {
                server: id.clone(),
                again: self.cx.to.contains(id),
            }],
            Action::Drop { .. }
            | Action::Rename { .. }
            | Action::UseIndex { .. }
            | Action::Attach(_)
            | Action::AddUnfilled { .. }
            | Action::Backfill { .. }
            | Action::HandOver(_)
            | Action::Require(_)
            | Action::Retype(_)
            | Action::Analyze { .. } => Vec::new(),
        }
    }

    /// Whether every one of these columns is there before the plan, and keeps its values.
    fn as_before(&self, table: &QName, columns: &[Ident]) -> bool {
        columns.iter().all(|column| {
            let id = ObjectId::column(table, column.clone());
            self.becomes(&id) == Becomes::Same
        })
    }

    /// Whether the rows of the table are there before the plan.
    fn has_rows(&self, table: &QName) -> bool {
        self.cx.from.contains(&ObjectId::table(table.clone())) && !self.cx.from.reaches_out(table)
    }

    /// What rows that are there must answer before something new is held against them.
    fn created(&self, id: &ObjectId, object: &Object) -> Vec<Question> {
        let Some(table) = self.asked_of(id, object) else {
            return Vec::new();
        };
        if let Object::Column(column) = object {
            let needs_value = needs_value(column, self.cx.to) || self.refuses_nothing(column);
            return Vec::from_iter(needs_value.then(|| Question::NoRows { column: id.clone() }));
        }
        let decided = |rule: &Rule| {
            let found = rule.referenced.as_ref();
            self.as_before(table, &rule.columns)
                && found.is_none_or(|(table, columns)| self.has_rows(table) && self.as_before(table, columns))
        };
        let rule = self.rule(id, table, object).filter(decided);
        rule.map(|rule| rule.questions).unwrap_or_default()
    }

    /// Whether the type itself must have a value from the first moment on, and none comes with the column.
    fn refuses_nothing(&self, column: &Column) -> bool {
        column.default.is_none()
            && column.generated.is_none()
            && self.cx.to.default_of(&column.data_type).is_none()
            && self.cx.to.forbids_null(&column.data_type)
    }

    /// The table with rows of something new that lasts and has to be held against them.
    fn asked_of<'i>(&self, id: &'i ObjectId, object: &Object) -> Option<&'i QName> {
        let table = id.relation().filter(|table| self.has_rows(table))?;
        // What is there only on the way is made of columns that nobody can ask about yet.
        let lasts = self.cx.to.contains(id) || matches!(object, Object::Index(_));
        if !lasts {
            return None;
        }
        // Taken down and put back: it held before.
        let held_before = self.cx.from.get(id).is_some_and(|before| before == object);
        (!held_before).then_some(table)
    }

    /// The rows of a table that becomes a partition must be its own, and the default partition must not have any of them.
    fn attached(&self, id: &ObjectId, partition: &Partition) -> Vec<Question> {
        let Some(table) = id.target().and_then(ObjectId::qname) else {
            return Vec::new();
        };
        let Some(condition) = self.cx.server.engine().rows_of(table, (self.cx.from, self.cx.to)) else {
            return Vec::new();
        };
        let known = |table: &QName| {
            let named = self.named(table, &condition);
            self.has_rows(table) && self.as_before(table, &named)
        };
        let holds = |table: &QName, condition: Expr| Question::Holds {
            subject: id.clone(),
            table: table.clone(),
            condition,
        };
        let mut out = Vec::new();
        if known(table) {
            out.push(holds(table, condition.clone()));
        }
        if partition.bound != Bound::Default {
            let others = self.cx.to.partitions_of(&partition.parent);
            let default = others.filter(|(_, other)| other.bound == Bound::Default);
            let default = default.filter(|(table, _)| known(table));
            out.extend(default.map(|(table, _)| {
                let not = Expr::new(format!("NOT ({condition})"));
                holds(table, not)
            }));
        }
        out
    }

    /// A key that stays while columns of it are converted; whatever else it is made of must stay as it is.
    fn kept_key(&self, id: &ObjectId, table: &QName, object: &Object) -> Option<Question> {
        let (keys, predicate, nulls_equal) = unique_keys(object)?;
        let mut converted = Vec::new();
        let mut texts: Vec<&Expr> = predicate.iter().collect();
        for key in &keys {
            match &key.term {
                IndexTerm::Expr(expr) => texts.push(expr),
                IndexTerm::Column(column) if self.as_before(table, std::slice::from_ref(column)) => {}
                IndexTerm::Column(column) => {
                    let id = ObjectId::column(table, column.clone());
                    let from = self.cx.from.payload::<Column>(&id)?;
                    let to = self.cx.to.payload::<Column>(&id)?;
                    if !self.lasts(&to.data_type) {
                        return None;
                    }
                    let using = self.intents.using.get(&id).cloned();
                    converted.push(Conversion {
                        column: column.clone(),
                        from: from.data_type.to_string(),
                        to: to.data_type.to_string(),
                        using,
                    });
                }
            }
        }
        let named: Vec<Ident> = texts.iter().flat_map(|expr| self.named(table, expr)).collect();
        self.as_before(table, &named).then(|| Question::NoDuplicates {
            subject: id.clone(),
            table: table.clone(),
            keys,
            predicate,
            converted,
            kept: true,
            nulls_equal,
        })
    }

    /// The new rules of a domain, asked of every column that is made of it.
    fn tightened(&self, id: &ObjectId, from: &Domain, to: &Domain) -> Vec<Question> {
        let mut out = Vec::new();
        for column in self.cx.from.columns_of_type(id) {
            let Some(table) = column.relation() else {
                continue;
            };
            if self.cx.from.reaches_out(table) {
                continue;
            }
            let before = self
                .cx
                .from
                .payload::<Column>(column)
                .map(|before| &before.data_type);
            let after = self.cx.to.payload::<Column>(column).map(|after| &after.data_type);
            // What is in an array, the engine alone looks at.
            if before != after || before.is_none_or(|same| same.text.ends_with("[]")) {
                continue;
            }
            if from.nullable && !to.nullable {
                out.push(Question::NoNulls {
                    column: column.clone(),
                });
            }
            let known = |check: &&DomainCheck| from.checks.iter().all(|other| other.expr != check.expr);
            let new = to.checks.iter().filter(|check| check.validated).filter(known);
            out.extend(new.filter_map(|check| self.of_domain(id, column, check)));
        }
        out
    }

    /// A check of a domain, asked of a column; what is in the way is said of the subject.
    fn of_domain(&self, subject: &ObjectId, column: &ObjectId, check: &DomainCheck) -> Option<Question> {
        let quoted = self.cx.server.engine().quote(column.name()?.text());
        Some(Question::Holds {
            subject: subject.clone(),
            table: column.relation()?.clone(),
            condition: Expr::new(replace_word(check.expr.text(), "VALUE", &quoted)),
        })
    }

    /// Whether the type is there before the plan, and is the same after it.
    fn lasts(&self, data_type: &DataType) -> bool {
        let user = data_type.user.as_ref();
        user.is_none_or(|user| self.cx.from.contains(user) && self.cx.from.get(user) == self.cx.to.get(user))
    }

    /// The keys that stay and rest on this column, whose values change: they must not become the same.
    fn keys_over(&self, id: &ObjectId) -> Vec<Question> {
        let Some((table, name)) = id.relation().zip(id.name()) else {
            return Vec::new();
        };
        let over = |object: &Object| match object {
            Object::PrimaryKey(key) => key.columns.contains(name),
            Object::Unique(key) => key.columns.contains(name),
            Object::Index(index) => index.keys.contains(&IndexKey::column(name.clone())),
            _ => false,
        };
        self.cx
            .to_walk
            .members(table)
            .filter(|(id, object)| over(object) && self.cx.from.get(id) == Some(object))
            .filter_map(|(id, object)| self.kept_key(id, table, object))
            .collect()
    }

    fn column(
        &self,
        id: &ObjectId,
        sides: (&Column, &Column),
        attrs: &[Attr],
        using: Option<&Expr>,
    ) -> Vec<Question> {
        if id.relation().is_some_and(|table| self.cx.from.reaches_out(table)) {
            return Vec::new();
        }
        let (from, to) = sides;
        let mut out = Vec::new();
        let touched = [ColumnAttr::Nullable, ColumnAttr::NotNull].map(Attr::Column);
        let held = !from.nullable && !from.not_null.not_valid;
        let holds = !to.nullable && !to.not_null.not_valid;
        let required = holds && !held && attrs.iter().any(|attr| touched.contains(attr));
        if required && self.cx.from.contains(id) && filling(id, to, self.intents).is_none() {
            out.push(Question::NoNulls { column: id.clone() });
        }
        let retyped = attrs.contains(&Attr::Column(ColumnAttr::DataType));
        if retyped && self.cx.from.contains(id) && self.lasts(&to.data_type) {
            out.push(converts(id, from, to, using.cloned()));
        }
        if retyped {
            out.extend(self.keys_over(id));
        }
        out
    }

    /// Before anything is begun that takes long.
    fn retyped(&self, column: &Retyped) -> Vec<Question> {
        let id = column.id.clone();
        let sides = (&column.from, &column.to);
        let attrs = [Attr::Column(ColumnAttr::DataType)];
        let mut out = vec![Question::NothingElse { column: id.clone() }];
        out.extend(self.column(&id, sides, &attrs, column.using.as_ref()));
        out
    }

    fn rebuilt(&self, rebuild: &Rebuild) -> Vec<Question> {
        let mut out = Vec::new();
        let [was_held, is_held] = [&rebuild.before, &rebuild.after].map(|image| self.holds_types(image));
        for (id, object) in &rebuild.after {
            let before = rebuild
                .before
                .iter()
                .find(|(other, _)| other == id)
                .map(|(_, object)| object);
            let source = id
                .name()
                .and_then(|name| rebuild.copy.iter().find(|(column, _)| column == name));
            match (before, object, source.map(|(_, source)| source)) {
                (Some(Object::Column(from)), Object::Column(to), Some(source)) => {
                    if from.nullable && !to.nullable && matches!(source, CopySource::Column(_)) {
                        out.push(Question::NoNulls { column: id.clone() });
                    }
                    if from.data_type != to.data_type && !matches!(source, CopySource::Expr(_)) {
                        out.push(converts(id, from, to, None));
                    }
                    if is_held && !(was_held && from.data_type == to.data_type) {
                        out.push(Question::OfItsType {
                            column: id.clone(),
                            to: to.data_type.to_string(),
                        });
                    }
                }
                (None, Object::Column(_), Some(_)) => {}
                _ => out.extend(self.created(id, object)),
            }
        }
        out
    }

    /// Whether the table holds its columns to their types.
    fn holds_types(&self, image: &[(ObjectId, Object)]) -> bool {
        let engine = self.cx.server.engine();
        image
            .iter()
            .any(|(_, object)| Table::of(object).is_some_and(|table| engine.enforces_types(table.ext)))
    }
}

fn converts(id: &ObjectId, from: &Column, to: &Column, using: Option<Expr>) -> Question {
    Question::Converts {
        column: id.clone(),
        from: from.data_type.to_string(),
        to: to.data_type.to_string(),
        using,
    }
}

/// Rows must not hold a value that the type is about to lose.
fn unused(swap: &SwapEnum) -> Vec<Question> {
    let values: Vec<String> = swap
        .from
        .values
        .iter()
        .filter(|value| !swap.to.values.contains(value))
        .map(ToString::to_string)
        .collect();
    if values.is_empty() {
        return Vec::new();
    }
    swap.columns
        .iter()
        .map(|(id, _)| Question::Unused {
            column: id.clone(),
            values: values.clone(),
        })
        .collect()
}
