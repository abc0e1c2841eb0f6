//! The state in which code of before and code of after both work.
//!
//! It begins with what is there. What is new comes in where no row that code of before writes could be refused by it; what
//! goes stays; what changes takes the form that allows what either code writes. A column under a new name is there under
//! both names, and keeps its keys, indexes and checks under the old one: the second phase gives the column its new name,
//! and they follow. The copy gets indexes of its own, so that code of after finds its rows and its conflicts.

use std::collections::{HashMap, HashSet};

use crate::catalog::kinds::{
    Check, Column, CompositeType, ForeignKey, Grants, Index, IndexTerm, Policy, PrimaryKey, RowType, Unique,
};
use crate::catalog::walk::Walk;
use crate::catalog::{
    Canonical, Catalog, Ident, Kind, Object, ObjectId, Payload as _, QName, Renaming, aside,
};
use crate::dialect::Engine;
use crate::dialect::bridge::{Mirror, is_kept, kept_name};
use crate::diff::{Change, Intents, RenameIntent, diff};

use super::{Split, Waiting, merge};

/// The columns of views, with their types, before and after.
pub type Views = HashMap<ObjectId, [Vec<Vec<Option<String>>>; 2]>;

/// The two states and what is known of them.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    /// The state before, after the renames that are carried out first.
    pub from: &'a Catalog,
    /// The declared state.
    pub to: &'a Catalog,
    /// What becomes of the declared renames.
    pub split: &'a Split,
    /// What else was declared about the way.
    pub intents: &'a Intents,
    /// The columns of the views that change.
    pub views: &'a Views,
    /// The engine.
    pub engine: &'static dyn Engine,
}

impl std::fmt::Debug for Sides<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sides")
            .field("split", self.split)
            .finish_non_exhaustive()
    }
}

/// The state between two deploys.
#[derive(Clone, Debug, Default)]
pub struct Expansion {
    /// The state, which an engine has still to arbitrate.
    pub to: Catalog,
    /// The columns that get a copy now.
    pub mirrors: Vec<Mirror>,
    /// What stands in for tables that get another name now.
    pub stand_ins: Vec<ObjectId>,
    /// What is left for the second phase.
    pub waits: Vec<Waiting>,
}

/// Finds the state between.
pub fn expand(sides: &Sides<'_>) -> Expansion {
    let wanted = wanted(sides);
    let before = Canonical::assumed(sides.from.clone());
    let after = Canonical::assumed(wanted.clone());
    let engine = sides.engine;
    let difference = diff(&before, &after, &Intents::default(), &|name| engine.quote(name));
    let fresh = wanted
        .of_kind::<Column>()
        .map(|(id, _)| id)
        .filter(|id| !sides.from.contains(id) && has_table(id, sides.from))
        .cloned()
        .collect();
    let staying = sides
        .from
        .iter()
        .map(|(id, _)| id)
        .filter(|id| !wanted.contains(id));
    let taken = staying
        .filter_map(|id| Some((slot(id, engine)?, id.clone())))
        .collect();
    let mut work = Work {
        sides,
        wanted: &wanted,
        fresh,
        loose: HashSet::new(),
        taken,
        out: Expansion {
            to: sides.from.clone(),
            ..Expansion::default()
        },
    };
    for edge in wanted.edges() {
        work.out
            .to
            .add_edge(edge.dependent.clone(), edge.referenced.clone());
    }
    for change in &difference.changes {
        work.change(change);
    }
    work.put_off_what_cannot_stand();
    work.rename();
    work.let_go_of_types();
    work.out
}

fn has_table(id: &ObjectId, catalog: &Catalog) -> bool {
    id.relation()
        .is_some_and(|table| catalog.contains(&ObjectId::table(table.clone())))
}

fn is_said_of_what_stays(id: &ObjectId, catalog: &Catalog) -> bool {
    id.target().is_some_and(|target| catalog.contains(target))
}

/// The declared state under the names that last until the second phase.
fn wanted(sides: &Sides<'_>) -> Catalog {
    let engine = sides.engine;
    let mut wanted = sides.to.clone();
    let back = |catalog: &mut Catalog, from: &ObjectId, to: &ObjectId| {
        let sql = to
            .name()
            .map(|name| engine.quote(name.text()))
            .unwrap_or_default();
        catalog.rename(&Renaming { from, to, sql: &sql });
    };
    for rename in sides.split.put_off.iter().rev() {
        back(&mut wanted, &rename.to, &rename.from);
    }
    // What code asks of a view or a function is said in the new names.
    let as_declared: Vec<(ObjectId, Object)> = wanted
        .iter()
        .filter(|(id, _)| {
            matches!(
                id.kind,
                Kind::View | Kind::MaterializedView | Kind::Function | Kind::Trigger | Kind::Rule
            )
        })
        .map(|(id, object)| (id.clone(), object.clone()))
        .collect();
    let rows: Vec<(ObjectId, Object)> = wanted
        .iter()
        .filter(|(id, _)| id.kind == Kind::Rows)
        .map(|(id, object)| (id.clone(), object.clone()))
        .collect();
    for mirror in &sides.split.mirrors {
        back(&mut wanted, &mirror.new_id(), &mirror.old_id());
        // The rows of a column that has its copy already are read by the new name.
        if sides.from.contains(&mirror.new_id()) {
            for (id, object) in &rows {
                if id.target().and_then(ObjectId::qname) == Some(&mirror.table) {
                    wanted.insert(id.clone(), object.clone());
                }
            }
        }
    }
    for (id, mut object) in as_declared {
        if let Object::Trigger(trigger) = &mut object {
            for mirror in sides
                .split
                .mirrors
                .iter()
                .filter(|mirror| id.relation() == Some(&mirror.table))
            {
                if trigger.columns.contains(&mirror.new) && !trigger.columns.contains(&mirror.old) {
                    trigger.columns.push(mirror.old.clone());
                }
            }
        }
        wanted.insert(id, object);
    }
    wanted
}

/// Makes the copy of a column as loose as it is before it is filled.
pub(super) fn optional_copy(catalog: &mut Catalog, mirror: &Mirror) {
    if let Some(copy) = catalog.payload::<Column>(&mirror.new_id()).cloned() {
        catalog.insert(
            mirror.new_id(),
            Column {
                nullable: true,
                ..copy
            },
        );
    }
}

/// The same on the way to `between`: where rows are looked at before triggers had a say, the column itself lets go, too.
pub fn loosen(catalog: &mut Catalog, mirror: &Mirror, between: &Catalog) {
    optional_copy(catalog, mirror);
    let old = mirror.old_id();
    let let_go = between
        .payload::<Column>(&old)
        .is_some_and(|column| column.nullable);
    if let Some(column) = catalog.payload::<Column>(&old).filter(|_| let_go).cloned() {
        catalog.insert(
            old,
            Column {
                nullable: true,
                ..column
            },
        );
    }
}

struct Work<'a> {
    sides: &'a Sides<'a>,
    wanted: &'a Catalog,
    /// Columns that are new in tables that are not.
    fresh: HashSet<ObjectId>,
    /// Those of them that must have a value in the end, and cannot have one in rows of code of before.
    loose: HashSet<ObjectId>,
    /// Names that what stays does not give away yet.
    taken: HashMap<Slot, ObjectId>,
    out: Expansion,
}

/// A name as the namespace of its kind sees it.
type Slot = (&'static str, Option<Ident>, Ident);

fn slot(id: &ObjectId, engine: &dyn Engine) -> Option<Slot> {
    let namespace = engine.rules(id.kind)?.namespace()?;
    Some((namespace, id.schema().cloned(), id.name()?.clone()))
}

impl Work<'_> {
    fn wait(&mut self, subject: &ObjectId, what: impl Into<String>, unsafe_because: Option<&'static str>) {
        // The name that the author knows.
        let mirror = self
            .sides
            .split
            .mirrors
            .iter()
            .find(|mirror| mirror.old_id() == *subject);
        self.out.waits.push(Waiting {
            subject: mirror.map_or_else(|| subject.clone(), Mirror::new_id),
            what: what.into(),
            unsafe_because,
        });
    }

    fn change(&mut self, change: &Change) {
        match change {
            Change::Create { id, object } => self.create(id, object),
            Change::Drop { id, object } => self.drop(id, object),
            Change::Alter { id, from, to } => self.alter(id, from, to),
            Change::Rename { from, to, object } => {
                self.out.to.remove(from);
                self.out.to.insert(to.clone(), object.clone());
            }
        }
    }

    fn create(&mut self, id: &ObjectId, object: &Object) {
        let holder = slot(id, self.sides.engine).and_then(|slot| self.taken.get(&slot));
        if let Some(holder) = holder.cloned() {
            self.wait(id, format!("make it, when {holder} has left it its name"), None);
            return;
        }
        let lasting = has_table(id, self.sides.from);
        match object {
            Object::Column(column) if lasting => {
                let loose = !column.nullable
                    && column.default.is_none()
                    && column.identity.is_none()
                    && column.generated.is_none();
                if loose {
                    self.loose.insert(id.clone());
                    self.wait(id, "require a value", None);
                }
                let nullable = column.nullable || loose;
                self.out.to.insert(
                    id.clone(),
                    Column {
                        nullable,
                        ..column.clone()
                    },
                );
            }
            Object::PrimaryKey(_)
            | Object::Unique(_)
            | Object::Exclusion(_)
            | Object::Index(_)
            | Object::Check(_)
            | Object::ForeignKey(_)
                if lasting && !self.is_harmless(id, object) =>
            {
                self.wait(id, "make it", None);
            }
            Object::Grants(grants) if is_said_of_what_stays(id, self.sides.from) => {
                let nothing = Grants {
                    granted: Vec::new(),
                    revoked: Vec::new(),
                };
                let between = merge::grants(&nothing, grants);
                if between.object.is_empty() {
                    self.wait(id, "revoke what is left over", None);
                } else {
                    self.between(id, between);
                }
            }
            // Code of before would not find its rows, or would do something else.
            Object::RowSecurity(_)
            | Object::Rule(_)
            | Object::Policy(Policy {
                permissive: false, ..
            }) if lasting || is_said_of_what_stays(id, self.sides.from) => {
                self.wait(id, "make it", None);
            }
            _ => {
                self.out.to.insert(id.clone(), object.clone());
            }
        }
    }

    /// Whether no row that code of before writes can be refused by it.
    fn is_harmless(&self, id: &ObjectId, object: &Object) -> bool {
        let Some(table) = id.relation() else {
            return false;
        };
        let column = |name: &Ident| ObjectId::column(table, name.clone());
        let fresh = |name: &Ident| self.fresh.contains(&column(name));
        // Code of before leaves it NULL, which is equal to nothing.
        let empty = |name: &Ident| {
            let made = self.out.to.payload::<Column>(&column(name));
            fresh(name) && made.is_some_and(|column| column.nullable && column.default.is_none())
        };
        match object {
            Object::Index(Index { unique: false, .. }) => true,
            Object::Index(Index {
                keys,
                nulls_not_distinct: false,
                ..
            }) => keys.iter().any(|key| match &key.term {
                IndexTerm::Column(name) => empty(name),
                IndexTerm::Expr(_) => false,
            }),
            Object::Unique(Unique {
                columns,
                nulls_not_distinct: false,
                ..
            })
            | Object::ForeignKey(ForeignKey { columns, .. }) => columns.iter().any(empty),
            Object::Check(Check { expr, .. }) => {
                let words = crate::catalog::expr::mentions(expr.text());
                let mut named = Walk::new(&self.out.to)
                    .members_of::<Column>(table)
                    .filter_map(|(id, _)| id.name())
                    .filter(|name| words.iter().any(|word| word.eq_ignore_ascii_case(name.text())))
                    .cloned()
                    .collect::<Vec<_>>()
                    .into_iter();
                named.all(|name| fresh(&name) && !self.loose.contains(&column(&name)))
            }
            _ => false,
        }
    }

    fn drop(&mut self, id: &ObjectId, object: &Object) {
        // What was kept, or set aside, by an earlier plan is not told as something of the author's.
        let is_copy = self
            .sides
            .split
            .mirrors
            .iter()
            .any(|mirror| mirror.new_id() == *id);
        let target = id.target().unwrap_or(id);
        if is_copy || is_kept(id) || is_kept(target) || aside::until(id).is_some() {
            return;
        }
        let parent_goes = self
            .sides
            .from
            .parent(id)
            .is_some_and(|parent| !self.wanted.contains(&parent));
        match object {
            // A row that is refused less is a row that either code may write.
            Object::Check(_) | Object::ForeignKey(_) if !parent_goes => {
                self.out.to.remove(id);
            }
            Object::Column(column) if !parent_goes => {
                self.wait(id, "drop", None);
                self.leave_out(id, column);
            }
            _ if parent_goes => {}
            _ => self.wait(id, "drop", None),
        }
    }

    /// Code of after writes rows without a column that is dropped later.
    fn leave_out(&mut self, id: &ObjectId, column: &Column) {
        let given = column.nullable
            || column.default.is_some()
            || column.identity.is_some()
            || column.generated.is_some();
        if given {
            return;
        }
        let in_key = self.sides.from.of_kind::<PrimaryKey>().any(|(key, payload)| {
            key.relation() == id.relation() && id.name().is_some_and(|name| payload.columns.contains(name))
        });
        if in_key {
            self.wait(
                id,
                "drop",
                Some("it is part of the primary key, without which code of after cannot write a row"),
            );
            return;
        }
        let nullable = Column {
            nullable: true,
            ..column.clone()
        };
        self.out.to.insert(id.clone(), nullable);
    }

    fn alter(&mut self, id: &ObjectId, from: &Object, to: &Object) {
        let engine = self.sides.engine;
        match (from, to) {
            (Object::Column(from), Object::Column(to)) => {
                let declared = self.declared(id);
                let converted = self.sides.intents.using.contains_key(&declared);
                let between = merge::column(from, to, converted, engine);
                self.between(id, between);
            }
            (Object::Grants(from), Object::Grants(to)) => self.between(id, merge::grants(from, to)),
            (Object::EnumType(from), Object::EnumType(to)) => self.between(id, merge::values(from, to)),
            (Object::Rows(from), Object::Rows(to)) => match merge::rows(from, to) {
                Some(between) => self.between(id, between),
                None => self.wait(id, "converge them", None),
            },
            (Object::Check(before), Object::Check(after)) => {
                if self
                    .sides
                    .intents
                    .values
                    .iter()
                    .any(|value| value.column.relation() == id.relation())
                {
                    let why = "a value has one name at a time: allow both first, move the code and the rows over, then remove the old one";
                    self.wait(id, "change it", Some(why));
                } else if before.expr == after.expr {
                    self.wait(id, "change it", None);
                } else {
                    // What the one code writes may be what the form of the other refuses.
                    self.out.to.remove(id);
                    self.wait(id, "make it in its new form", None);
                }
            }
            (Object::Index(before), Object::Index(after)) if before.unique || after.unique => {
                self.wait(id, "change it", None);
            }
            (Object::Function(before), Object::Function(after))
                if before.arguments != after.arguments || before.returns != after.returns =>
            {
                let why = "a function has one signature: declare the new one under a name of its own";
                self.wait(id, "change its signature", Some(why));
            }
            (Object::View(_), Object::View(_)) if !self.only_gains(id) => {
                let why = "columns of it go or become others: declare the new form under a name of its own";
                self.wait(id, "change its columns", Some(why));
            }
            (
                Object::PrimaryKey(_)
                | Object::Unique(_)
                | Object::Exclusion(_)
                | Object::ForeignKey(_)
                | Object::Table(_)
                | Object::Domain(_)
                | Object::Policy(_)
                | Object::Rule(_)
                | Object::RowSecurity(_),
                _,
            ) => {
                self.wait(id, "change it", None);
            }
            _ => {
                self.out.to.insert(id.clone(), to.clone());
            }
        }
    }

    fn between<T: Into<Object>>(&mut self, id: &ObjectId, between: merge::Between<T>) {
        self.out.to.insert(id.clone(), between.object);
        let last = between.left.len().saturating_sub(1);
        for (at, what) in between.left.into_iter().enumerate() {
            let why = between.unsafe_because.filter(|_| at == last);
            self.wait(id, what, why);
        }
    }

    /// The id under which the author declared a column.
    fn declared(&self, id: &ObjectId) -> ObjectId {
        let mirror = self
            .sides
            .split
            .mirrors
            .iter()
            .find(|mirror| mirror.old_id() == *id);
        mirror.map_or_else(|| id.clone(), Mirror::new_id)
    }

    /// Whether the columns of a view stay where they are, and others come after them.
    fn only_gains(&self, id: &ObjectId) -> bool {
        self.sides
            .views
            .get(id)
            .is_some_and(|[before, after]| !before.is_empty() && after.starts_with(before))
    }

    /// Takes out again what rests on something that waits.
    fn put_off_what_cannot_stand(&mut self) {
        let wanted = Walk::new(self.wanted);
        loop {
            let state = &self.out.to;
            let walk = Walk::new(state);
            let is_there = |id: &ObjectId| id.kind == Kind::Schema || state.contains(id);
            let has_lost_key = |object: &Object| match object {
                Object::ForeignKey(key) => {
                    let rests = |walk: &Walk<'_>| !walk.keys_on(&key.table, &key.referenced).is_empty();
                    rests(&wanted) && !rests(&walk)
                }
                _ => false,
            };
            let cannot_stand = |id: &ObjectId, object: &Object| {
                let needs = state.structural_references(id);
                let lost = needs
                    .iter()
                    .any(|need| !is_there(need) && self.wanted.contains(need));
                lost || id.target().is_some_and(|target| !is_there(target)) || has_lost_key(object)
            };
            let falling: Vec<ObjectId> = state
                .iter()
                .filter(|(id, object)| !self.sides.from.contains(id) && cannot_stand(id, object))
                .map(|(id, _)| id.clone())
                .collect();
            if falling.is_empty() {
                return;
            }
            for id in falling {
                self.out.to.remove(&id);
                if id.target().is_none() {
                    self.wait(&id, "make it", None);
                }
            }
        }
    }

    /// A table with columns that wait is of no type until these have become that one's.
    fn let_go_of_types(&mut self) {
        let state = &self.out.to;
        let walk = Walk::new(state);
        let differs = |table: &QName, row_type: &RowType| {
            let columns: Vec<(&ObjectId, &Column)> = walk.members_of::<Column>(table).collect();
            let names: Vec<&Ident> = columns.iter().filter_map(|(id, _)| id.name()).collect();
            let composite = state.payload::<CompositeType>(&row_type.type_id());
            let attributes = composite.map(|composite| composite.attributes.as_slice());
            let shape = |column: &Column| (column.data_type.clone(), column.collation.clone());
            let same = columns
                .iter()
                .zip(attributes.unwrap_or_default())
                .all(|((_, column), attribute)| shape(column) == shape(&Column::from(attribute)));
            names != state.attributes_of(&row_type.of) || !same
        };
        let falling: Vec<ObjectId> = state
            .of_kind::<RowType>()
            .filter(|(id, row_type)| {
                let table = id.target().and_then(ObjectId::qname);
                table.is_some_and(|table| differs(table, row_type))
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in falling {
            self.out.to.remove(&id);
            self.wait(&id, "make it", None);
        }
    }

    /// Puts in what stands in for what has another name.
    fn rename(&mut self) {
        let sides = self.sides;
        for rename in &sides.split.put_off {
            let why = "it has one name at a time: move the code over between the two, or declare a new one beside it";
            self.wait(
                &rename.to,
                format!("rename it from {}", rename.from.label()),
                Some(why),
            );
        }
        for mirror in &sides.split.mirrors {
            self.mirror(mirror);
        }
        for rename in sides
            .split
            .carried
            .iter()
            .filter(|rename| rename.to.kind == Kind::Table)
        {
            self.stand_in(rename);
        }
    }

    fn mirror(&mut self, mirror: &Mirror) {
        let engine = self.sides.engine;
        let Some(mut column) = self.out.to.payload::<Column>(&mirror.old_id()).cloned() else {
            return;
        };
        let known = self.sides.from.contains(&mirror.new_id());
        let is_key = Walk::new(&self.out.to)
            .members_of::<PrimaryKey>(&mirror.table)
            .any(|(_, key)| key.columns == std::slice::from_ref(&mirror.old));
        if engine.requires_before_triggers(&column, is_key) {
            column.nullable = true;
            self.out.to.insert(mirror.old_id(), column.clone());
        }
        let mut copy = Column {
            default: None,
            identity: None,
            generated: None,
            ..column
        };
        copy.nullable |= engine.requires_before_triggers(&copy, false);
        self.out.to.insert(mirror.new_id(), copy);
        for (id, index) in twins(mirror, &self.out.to, engine) {
            self.out.to.insert(id, index);
        }
        if !known {
            for (id, object) in engine.mirror(mirror, &self.out.to) {
                self.out.to.insert(id, object);
            }
            self.out.mirrors.push(mirror.clone());
        }
        self.wait(
            &mirror.new_id(),
            format!("rename it from {}, whose copy it is until then", mirror.old),
            None,
        );
    }

    fn stand_in(&mut self, rename: &RenameIntent) {
        let (Some(former), Some(table)) = (rename.from.qname(), rename.to.qname()) else {
            return;
        };
        // Somebody declared what code of before finds there.
        if self
            .out
            .to
            .contains(&ObjectId::qualified(Kind::View, former.clone()))
        {
            return;
        }
        let columns: Vec<Ident> = Walk::new(self.sides.from)
            .members_of::<Column>(table)
            .filter_map(|(id, _)| id.name().cloned())
            .collect();
        let made = self.sides.engine.stand_in(former, table, &columns, &self.out.to);
        for (id, object) in made {
            self.out.stand_ins.push(id.clone());
            self.out.to.insert(id, object);
        }
        let view = ObjectId::qualified(Kind::View, former.clone());
        self.wait(&view, "drop", None);
    }
}

/// The keys and indexes over a column, as indexes over its copy.
fn twins(mirror: &Mirror, state: &Catalog, engine: &dyn Engine) -> Vec<(ObjectId, Index)> {
    let (old, new) = (mirror.old_id(), mirror.new_id());
    let sql = engine.quote(mirror.new.text());
    let renaming = Renaming {
        from: &old,
        to: &new,
        sql: &sql,
    };
    let walk = Walk::new(state);
    let members = walk.members(&mirror.table).filter(|(id, _)| !is_kept(id));
    members
        .filter_map(|(id, object)| {
            let index = match object {
                Object::Index(index) => index.clone(),
                key => Index::of_key(key)?,
            };
            let mut twin = Object::from(index.clone());
            twin.rename(id, &renaming);
            let twin = Index::of(&twin).filter(|twin| **twin != index)?.clone();
            let name = match id.name() {
                Some(name) => kept_name(&[name.text()], engine),
                None => kept_name(&[mirror.table.name.text(), mirror.new.text(), "key"], engine),
            };
            Some((ObjectId::member(Kind::Index, &mirror.table, name), twin))
        })
        .collect()
}
