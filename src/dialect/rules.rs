//! Rule rows: for each kind, what the engine can do with it and how that reads.
//!
//! [`Rules<T>`] is typed by payload; [`KindRules`] is the same with the type erased, which is what `plan` and `render`
//! see. The one downcast of the program is here.

use std::collections::HashMap;

use crate::catalog::walk::{References, Walk};
use crate::catalog::{Attr, Catalog, Expr, Kind, Object, ObjectId, Payload, QName};
use crate::op::{Op, Txn};
use crate::script::Cost;

use super::{Server, Sizes, Sql};

/// How a change is carried out on an engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alter {
    /// By a statement of its own.
    InPlace,
    /// By a statement of its own, while dependents of these kinds are taken down and put back.
    InPlaceOver(&'static [Kind]),
    /// By dropping and creating it again.
    Replace,
    /// By building the table anew.
    RebuildParent,
    /// Not at all; says why and what to do instead.
    Unsupported(&'static str),
}

/// Whether an object is made within the statement that makes its parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// By a statement of its own.
    Never,
    /// Within its parent's, unless that would make a circle.
    WhenIndependent,
    /// Within its parent's always; the engine has no other way.
    Always,
}

/// An object under its id.
#[derive(Debug)]
pub struct Item<'a, T> {
    /// Its identity.
    pub id: &'a ObjectId,
    /// What it is.
    pub payload: &'a T,
}

impl<T> Clone for Item<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Item<'_, T> {}

/// What a rule may look at to classify a change.
#[derive(Debug)]
pub struct PlanCx<'a> {
    /// The server planned for.
    pub server: &'a Server,
    /// The state before, after declared renames.
    pub from: &'a Catalog,
    /// The state after.
    pub to: &'a Catalog,
    /// Who needs whom before.
    pub from_references: &'a References,
    /// Who needs whom after.
    pub to_references: &'a References,
    /// Members of relations before.
    pub from_walk: &'a Walk<'a>,
    /// Members of relations after.
    pub to_walk: &'a Walk<'a>,
    /// How large the tables of the state before are, under their names after declared renames, as far as it is known.
    pub sizes: &'a Sizes,
    /// Which strategies the project wants.
    pub choices: &'a Choices,
    /// How the values of retyped columns become others, where that is said.
    pub using: &'a HashMap<ObjectId, Expr>,
}

impl PlanCx<'_> {
    /// Whether the table is there before the plan and may have rows, here or where the plan will be carried out: what is not
    /// known to be empty is not empty.
    pub fn has_rows(&self, table: &QName) -> bool {
        !self.choices.at_once
            && self.from.contains(&ObjectId::table(table.clone()))
            && !self.from.is_foreign(table)
            && (self.choices.always || self.sizes.get(table).is_none_or(|size| !size.is_empty()))
    }
}

/// What a project chooses among the ways to carry something out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choices {
    /// The strategies that are not wanted, by name.
    pub off: Vec<String>,
    /// The strategies that are wanted among those that have to be asked for.
    pub on: Vec<String>,
    /// How many rows a backfill writes at a time at most; fewer where they take long.
    pub batch: u32,
    /// Whether tables that are empty where the plan is made are treated like tables with rows.
    pub always: bool,
    /// Whether nothing is done in stages, because others must see all of it or nothing.
    pub at_once: bool,
}

impl Default for Choices {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Choices {
    /// Every strategy, and batches that take well under a second.
    pub const DEFAULT: Self = Self {
        off: Vec::new(),
        on: Vec::new(),
        batch: 5_000,
        always: false,
        at_once: false,
    };

    /// Whether a strategy may be used.
    pub fn wants(&self, strategy: &dyn Strategy) -> bool {
        let among = |names: &[String]| names.iter().any(|name| name == strategy.name());
        match strategy.choice() {
            Choice::None => true,
            Choice::UnlessOff => !among(&self.off),
            Choice::IfOn => among(&self.on),
        }
    }
}

/// What rendering may look at.
#[derive(Clone, Copy, Debug)]
pub struct RenderCx<'a> {
    /// The server rendered for.
    pub server: &'a Server,
    /// The state after the plan.
    pub to: &'a Catalog,
    /// How the op that is rendered shares transactions: what is made in none may be made without keeping others out.
    pub txn: Txn,
}

/// What is kept of an object that goes and is made again, besides what the plan does by ops of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// Whose it is.
    Owner,
    /// Whose it is, and who may do what with it.
    OwnerAndGrants,
}

/// What the facts about an op may depend on.
#[derive(Clone, Copy, Debug)]
pub struct ImpactCx<'a> {
    /// The server.
    pub server: &'a Server,
    /// The state before the plan, after declared renames.
    pub from: &'a Catalog,
    /// The state after the plan.
    pub to: &'a Catalog,
}

impl ImpactCx<'_> {
    /// Whether the values of a column are those of another, which keeps them.
    pub fn is_mirrored(&self, column: &ObjectId) -> bool {
        super::bridge::is_mirrored(column, self.from, self.server.engine())
    }

    /// The members of one kind that the relation has before the plan and keeps as they are.
    pub fn kept<'a, T: Payload>(
        &'a self,
        relation: &'a QName,
    ) -> impl Iterator<Item = (&'a ObjectId, &'a T)> {
        self.from.of_kind::<T>().filter(move |(id, payload)| {
            id.relation() == Some(relation) && self.to.payload::<T>(id) == Some(*payload)
        })
    }
}

/// What an op costs: facts, no opinion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Impact {
    /// The strongest lock, in the engine's words; `None` where nobody has to wait.
    pub lock: Option<&'static str>,
    /// What is locked and how, the relation that the op is about first. A foreign key locks two tables.
    pub locks: Vec<(QName, &'static str)>,
    /// How long.
    pub cost: Cost,
    /// Whether a table is written anew, into another file.
    pub rewrites: bool,
    /// Whether indexes that are there are built anew.
    pub rebuilds_indexes: bool,
    /// What is lost beyond recall.
    pub loses: Option<String>,
    /// Whether the way back does not bring every value back as it was.
    pub one_way: bool,
}

/// Whether a project may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// There is no other way.
    None,
    /// It is used where the project does not switch it off.
    UnlessOff,
    /// It is used where it was asked for.
    IfOn,
}

/// Rewrites one op into a sequence that is safer or the only possible one. Data to data: no SQL, no connection.
pub trait Strategy: Sync {
    /// Its name in output and configuration.
    fn name(&self) -> &'static str;
    /// Whether there is another way, so that a project may choose.
    fn choice(&self) -> Choice {
        Choice::None
    }
    /// The ops to do instead, or `None` if it has nothing to say of this op.
    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>>;
    /// Why it leaves an op as it is that is of the sort that it was asked for; the end of a sentence.
    fn declines(&self, _op: &Op, _cx: &PlanCx<'_>) -> Option<String> {
        None
    }
}

/// How an object reads when it is made, with the members that are folded into its statement.
pub type Create<T> = fn(Item<'_, T>, &[(&ObjectId, &Object)], &RenderCx<'_>, &mut Sql);

/// The rule row of one kind, typed.
pub struct Rules<T: Payload> {
    /// Whether it is made within its parent's statement.
    pub fold: Fold,
    /// Whether dropping and creating it again loses nothing but time.
    pub replaceable: bool,
    /// The namespace in which its name must be unique beside other kinds' names, if any.
    pub namespace: Option<&'static str>,
    /// How a change of one attribute is carried out.
    pub alter: fn(T::Attr, Item<'_, T>, Item<'_, T>, &PlanCx<'_>) -> Alter,
    /// How it is added to a parent that is there already.
    pub attach: fn(Item<'_, T>, &PlanCx<'_>) -> Alter,
    /// How it is taken from a parent that stays.
    pub detach: fn(Item<'_, T>, &PlanCx<'_>) -> Alter,
    /// `CREATE …` with the folded members, or the statement that adds it to its parent.
    pub create: Create<T>,
    /// The clause inside its parent's `CREATE`.
    pub inline: fn(Item<'_, T>, &RenderCx<'_>, &mut Sql),
    /// `DROP …`, or the statement that takes it from its parent.
    pub drop: fn(Item<'_, T>, &RenderCx<'_>, &mut Sql),
    /// The statements that change these attributes in place.
    pub alter_sql: fn(&AlterItem<'_, T>, &RenderCx<'_>, &mut Sql),
    /// The statement that renames it; `None` where it must be dropped and created.
    pub rename: Option<fn(&ObjectId, &ObjectId, &RenderCx<'_>, &mut Sql)>,
}

/// A change of attributes, typed.
#[derive(Debug)]
pub struct AlterItem<'a, T: Payload> {
    /// The identity.
    pub id: &'a ObjectId,
    /// What it was.
    pub from: &'a T,
    /// What it is to be.
    pub to: &'a T,
    /// What differs.
    pub attrs: Vec<T::Attr>,
    /// How existing values become values of the new type.
    pub using: Option<&'a Expr>,
}

/// A rule row with its type erased.
pub trait KindRules: Sync {
    /// See [`Rules::fold`].
    fn fold(&self) -> Fold;
    /// See [`Rules::replaceable`].
    fn replaceable(&self) -> bool;
    /// See [`Rules::namespace`].
    fn namespace(&self) -> Option<&'static str>;
    /// See [`Rules::rename`].
    fn renames(&self) -> bool;
    /// See [`Rules::alter`].
    fn alter(&self, attr: Attr, id: &ObjectId, from: &Object, to: &Object, cx: &PlanCx<'_>) -> Alter;
    /// See [`Rules::attach`].
    fn attach(&self, id: &ObjectId, object: &Object, cx: &PlanCx<'_>) -> Alter;
    /// See [`Rules::detach`].
    fn detach(&self, id: &ObjectId, object: &Object, cx: &PlanCx<'_>) -> Alter;
    /// See [`Rules::create`].
    fn create(
        &self,
        id: &ObjectId,
        object: &Object,
        members: &[(&ObjectId, &Object)],
        cx: &RenderCx<'_>,
        sql: &mut Sql,
    );
    /// See [`Rules::inline`].
    fn inline(&self, id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql);
    /// See [`Rules::drop`].
    fn drop(&self, id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql);
    /// See [`Rules::alter_sql`].
    fn alter_sql(&self, change: &ErasedAlter<'_>, cx: &RenderCx<'_>, sql: &mut Sql);
    /// See [`Rules::rename`].
    fn rename(&self, from: &ObjectId, to: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql);
}

/// A change of attributes with its type erased.
#[derive(Debug)]
pub struct ErasedAlter<'a> {
    /// The identity.
    pub id: &'a ObjectId,
    /// What it was.
    pub from: &'a Object,
    /// What it is to be.
    pub to: &'a Object,
    /// What differs.
    pub attrs: &'a [Attr],
    /// How existing values become values of the new type.
    pub using: Option<&'a Expr>,
}

/// The one downcast: a rule row is only asked about objects of its own kind, because it was found by that kind.
#[expect(
    clippy::expect_used,
    reason = "a row is found by the kind of the object it is handed"
)]
fn erase<T: Payload>(object: &Object) -> &T {
    T::of(object).expect("the rule row was found by the kind of this object")
}

impl<T: Payload> KindRules for Rules<T> {
    fn fold(&self) -> Fold {
        self.fold
    }

    fn replaceable(&self) -> bool {
        self.replaceable
    }

    fn namespace(&self) -> Option<&'static str> {
        self.namespace
    }

    fn renames(&self) -> bool {
        self.rename.is_some()
    }

    fn alter(&self, attr: Attr, id: &ObjectId, from: &Object, to: &Object, cx: &PlanCx<'_>) -> Alter {
        match T::attr(attr) {
            Some(attr) => (self.alter)(
                attr,
                Item {
                    id,
                    payload: erase(from),
                },
                Item {
                    id,
                    payload: erase(to),
                },
                cx,
            ),
            None => Alter::Replace,
        }
    }

    fn attach(&self, id: &ObjectId, object: &Object, cx: &PlanCx<'_>) -> Alter {
        (self.attach)(
            Item {
                id,
                payload: erase(object),
            },
            cx,
        )
    }

    fn detach(&self, id: &ObjectId, object: &Object, cx: &PlanCx<'_>) -> Alter {
        (self.detach)(
            Item {
                id,
                payload: erase(object),
            },
            cx,
        )
    }

    fn create(
        &self,
        id: &ObjectId,
        object: &Object,
        members: &[(&ObjectId, &Object)],
        cx: &RenderCx<'_>,
        sql: &mut Sql,
    ) {
        (self.create)(
            Item {
                id,
                payload: erase(object),
            },
            members,
            cx,
            sql,
        );
    }

    fn inline(&self, id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql) {
        (self.inline)(
            Item {
                id,
                payload: erase(object),
            },
            cx,
            sql,
        );
    }

    fn drop(&self, id: &ObjectId, object: &Object, cx: &RenderCx<'_>, sql: &mut Sql) {
        (self.drop)(
            Item {
                id,
                payload: erase(object),
            },
            cx,
            sql,
        );
    }

    fn alter_sql(&self, change: &ErasedAlter<'_>, cx: &RenderCx<'_>, sql: &mut Sql) {
        let typed = AlterItem {
            id: change.id,
            from: erase::<T>(change.from),
            to: erase::<T>(change.to),
            attrs: change.attrs.iter().filter_map(|attr| T::attr(*attr)).collect(),
            using: change.using,
        };
        (self.alter_sql)(&typed, cx, sql);
    }

    fn rename(&self, from: &ObjectId, to: &ObjectId, cx: &RenderCx<'_>, sql: &mut Sql) {
        if let Some(rename) = self.rename {
            rename(from, to, cx, sql);
        }
    }
}
