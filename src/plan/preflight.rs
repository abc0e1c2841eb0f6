//! What the data must answer before a step may run: op by op, as typed questions that the dialect renders.
//!
//! Only what can be asked of the data as it is before the plan (after declared renames) becomes a question; the
//! engine itself guards the rest inside the transaction.

mod copied;

use std::collections::HashMap;

use crate::catalog::expr::replace_word;
use crate::catalog::kinds::{
    Bound, Check, Column, ColumnAttr, Domain, DomainCheck, Exclusion, ForeignKey, Index, IndexKey, IndexTerm,
    Partition,
};
use crate::catalog::{Attr, Expr, Ident, Object, ObjectId, QName};
use crate::dialect::PlanCx;
use crate::diff::Intents;
use crate::op::{
    Action, Batch, Conversion, CopySource, Op, Question, Rebuild, RetypeStage, Retyped, Stage, SwapEnum,
};

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
    for batch in batches {
        // What is asked of a table is asked of its partitions.
        let own = |op: &&Op| !cx.from.is_below(&op.subject(), &batch.head.subject());
        let questions: Vec<Question> = batch
            .ops()
            .filter(own)
            .flat_map(|op| asker.of(&op.action))
            .collect();
        batch.questions.extend(questions);
    }
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
            Action::SwapEnum(swap) => unused(swap),
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

    /// Whether every one of these columns is there before the plan, with the type it has after it, values included.
    fn as_before(&self, table: &QName, columns: &[Ident]) -> bool {
        columns.iter().all(|column| {
            let id = ObjectId::column(table, column.clone());
            match (
                self.cx.from.payload::<Column>(&id),
                self.cx.to.payload::<Column>(&id),
            ) {
                (Some(from), Some(to)) => {
                    let user = to.data_type.user.as_ref();
                    let same_user = user.is_none_or(|user| self.cx.from.get(user) == self.cx.to.get(user));
                    from.data_type == to.data_type && same_user
                }
                _ => false,
            }
        })
    }

    /// Whether the rows of the table are there before the plan.
    fn has_rows(&self, table: &QName) -> bool {
        self.cx.from.contains(&ObjectId::table(table.clone()))
    }

    fn created(&self, id: &ObjectId, object: &Object) -> Vec<Question> {
        match Exclusion::of_key(object) {
            Some(exclusion) => self.spans(id, object, &exclusion),
            None => self.made(id, object).into_iter().collect(),
        }
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

    /// A key without overlaps: no point of a range twice under the same key, and no range without points.
    fn spans(&self, id: &ObjectId, object: &Object, exclusion: &Exclusion) -> Vec<Question> {
        let Some(table) = self.asked_of(id, object) else {
            return Vec::new();
        };
        let Some(overlaps) = self.overlaps(id, table, exclusion) else {
            return Vec::new();
        };
        let last = exclusion.keys.last().and_then(|key| key.term.column());
        let empty = last.map(|column| Question::Holds {
            subject: id.clone(),
            table: table.clone(),
            condition: Expr::new(format!(
                "NOT isempty({})",
                self.cx.server.engine().quote(column.text())
            )),
        });
        std::iter::once(overlaps).chain(empty).collect()
    }

    fn made(&self, id: &ObjectId, object: &Object) -> Option<Question> {
        let table = self.asked_of(id, object)?;
        match object {
            Object::Column(column) => {
                needs_value(column, self.cx.to).then(|| Question::NoRows { column: id.clone() })
            }
            Object::PrimaryKey(_) | Object::Unique(_) | Object::Index(_) => {
                self.duplicates(id, table, object)
            }
            Object::ForeignKey(key) => self.orphans(id, table, key),
            Object::Exclusion(exclusion) => self.overlaps(id, table, exclusion),
            Object::Check(check) => self.holds(id, table, check),
            _ => None,
        }
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

    /// What a key is made of must be there before the plan; a column that is retyped counts with its converted values.
    fn duplicates(&self, id: &ObjectId, table: &QName, object: &Object) -> Option<Question> {
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
                    if !self.has_type(to) {
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
            kept: self.cx.from.get(id) == Some(object),
            nulls_equal,
        })
    }

    /// The new rules of a domain, asked of every column that is made of it.
    fn tightened(&self, id: &ObjectId, from: &Domain, to: &Domain) -> Vec<Question> {
        let mut out = Vec::new();
        for column in self.cx.from.columns_of_type(id) {
            let Some((table, name)) = column.relation().zip(column.name()) else {
                continue;
            };
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
            let quoted = self.cx.server.engine().quote(name.text());
            let known = |check: &&DomainCheck| from.checks.iter().all(|other| other.expr != check.expr);
            let new = to.checks.iter().filter(|check| check.validated).filter(known);
            out.extend(new.map(|check| Question::Holds {
                subject: id.clone(),
                table: table.clone(),
                condition: Expr::new(replace_word(check.expr.text(), "VALUE", &quoted)),
            }));
        }
        out
    }

    /// The columns of the table, before or after, that stand in an expression.
    fn named(&self, table: &QName, expr: &Expr) -> Vec<Ident> {
        let mentioned = crate::catalog::expr::mentions(expr.text());
        [self.cx.from_walk, self.cx.to_walk]
            .into_iter()
            .flat_map(|walk| walk.members_of::<Column>(table))
            .filter_map(|(id, _)| id.name().cloned())
            .filter(|name| mentioned.iter().any(|word| word == name.text()))
            .collect()
    }

    /// Whether the type is there before the plan, and is the same after it.
    fn has_type(&self, column: &Column) -> bool {
        let user = column.data_type.user.as_ref();
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
            .filter_map(|(id, object)| self.duplicates(id, table, object))
            .collect()
    }

    /// Every column that it names must be there before the plan.
    fn overlaps(&self, id: &ObjectId, table: &QName, exclusion: &Exclusion) -> Option<Question> {
        let object = Object::from(exclusion.clone());
        let mut named: Vec<Ident> = exclusion
            .keys
            .iter()
            .filter_map(|key| key.term.column().cloned())
            .collect();
        for text in object.texts() {
            named.extend(self.named(table, &Expr::new(text)));
        }
        self.as_before(table, &named).then(|| Question::NoOverlap {
            subject: id.clone(),
            table: table.clone(),
            exclusion: Box::new(exclusion.clone()),
        })
    }

    fn orphans(&self, id: &ObjectId, table: &QName, key: &ForeignKey) -> Option<Question> {
        let target = self.has_rows(&key.table) && self.as_before(&key.table, &key.referenced);
        (key.validated && target && self.as_before(table, &key.columns)).then(|| Question::NoOrphans {
            subject: id.clone(),
            table: table.clone(),
            key: Box::new(key.clone()),
        })
    }

    fn holds(&self, id: &ObjectId, table: &QName, check: &Check) -> Option<Question> {
        let named = self.named(table, &check.expr);
        // It holds for what the values become; the engine sees to it when they are written.
        let becomes = |column: &Ident| {
            let id = ObjectId::column(table, column.clone());
            self.intents.recode.contains_key(&id)
        };
        if named.iter().any(becomes) {
            return None;
        }
        (check.validated && self.as_before(table, &named)).then(|| Question::Holds {
            subject: id.clone(),
            table: table.clone(),
            condition: check.expr.clone(),
        })
    }

    fn column(
        &self,
        id: &ObjectId,
        sides: (&Column, &Column),
        attrs: &[Attr],
        using: Option<&Expr>,
    ) -> Vec<Question> {
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
        if retyped && self.cx.from.contains(id) && self.has_type(to) {
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
                }
                (None, Object::Column(_), Some(_)) => {}
                _ => out.extend(self.created(id, object)),
            }
        }
        out
    }
}

/// In what no two rows may be the same, which of the rows count, and whether two NULLs are the same.
fn unique_keys(object: &Object) -> Option<(Vec<IndexKey>, Option<Expr>, bool)> {
    let index = match object {
        Object::Index(index) if index.unique => index.clone(),
        key => Index::of_key(key)?,
    };
    let nulls_equal = index.nulls_not_distinct || matches!(object, Object::PrimaryKey(_));
    Some((index.keys, index.predicate, nulls_equal))
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
