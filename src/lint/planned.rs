//! What is about to be done to a database, as rules read it: [`Planned`], op by op with what it locks and costs.
//!
//! Rules judge an op by its impact, not by its form: where the planner has found a way that keeps nobody out, they have
//! nothing to say.

use std::collections::HashSet;

use crate::catalog::kinds::PrimaryKey;
use crate::catalog::{Catalog, Kind, ObjectId, QName, aside};
use crate::dialect::bridge::is_kept;
use crate::dialect::render::after_renames;
use crate::dialect::{Blocks, Impact, ImpactCx, Server};
use crate::op::{Action, Batch, Op, Phase, Plan, Question, Txn};
use crate::script::Cost;

/// A plan and what the engine knows of it.
pub struct Planned<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Every op in order.
    pub acts: Vec<Act<'a>>,
}

/// One op of a plan.
pub struct Act<'a> {
    /// The op.
    pub op: &'a Op,
    /// The batch that it is carried out with.
    pub batch: &'a Batch,
    /// What it locks, costs and loses.
    pub impact: Impact,
    /// Who waits for it.
    pub blocks: Blocks,
    /// Whether it touches a table that is there before the plan and may have rows.
    pub on_rows: bool,
    /// Whether it is done when no code is there that minds: in one of two phases.
    pub in_phase: bool,
}

impl Act<'_> {
    /// The object it is about.
    pub fn subject(&self) -> ObjectId {
        self.op.subject()
    }

    /// Whether others wait while every row is read or written.
    pub fn keeps_out(&self) -> bool {
        self.on_rows && self.blocks >= Blocks::Writers && self.impact.cost >= Cost::Scan
    }

    /// Who waits, in words.
    pub fn who_waits(&self) -> &'static str {
        match self.blocks {
            Blocks::Everybody => "everybody who reads or writes the table waits",
            Blocks::Writers => "everybody who writes to the table waits",
            Blocks::Nobody => "nobody waits",
        }
    }

    /// Whether it fails with the first row that is there: a required column without a value for it is added.
    pub fn wants_no_rows(&self) -> bool {
        let subject = self.subject();
        let mut questions = self.batch.questions.iter();
        questions.any(|question| matches!(question, Question::NoRows { column } if *column == subject))
    }

    /// Whether it makes an object of this kind.
    pub fn creates(&self, kind: Kind) -> bool {
        matches!(&self.op.action, Action::Create { id, .. } | Action::AddUnfilled { id, .. } if id.kind == kind)
    }

    /// The object that it takes away, unless that was set aside before.
    pub fn dropped(&self) -> Option<&ObjectId> {
        match &self.op.action {
            Action::Drop { id, .. } if !self.was_aside() => Some(id),
            _ => None,
        }
    }

    /// Whether it takes away what was set aside before: what there is to say of that was said then.
    pub fn was_aside(&self) -> bool {
        matches!(&self.op.action, Action::Drop { id, .. } if aside::until(id).is_some())
    }

    /// Whether code that runs against the state before the plan does not find what it names.
    pub fn breaks_code(&self) -> bool {
        if self.in_phase || is_kept(&self.subject()) {
            return false;
        }
        match &self.op.action {
            Action::Rename { from: id, .. } | Action::Drop { id, .. } if aside::until(id).is_some() => false,
            Action::Rename { from, .. } => {
                !from.kind.has_cosmetic_name()
                    && !matches!(from.kind, Kind::Trigger | Kind::Policy | Kind::Rule)
            }
            Action::Drop { id, .. } => matches!(
                id.kind,
                Kind::Table
                    | Kind::Column
                    | Kind::View
                    | Kind::MaterializedView
                    | Kind::Function
                    | Kind::Enum
                    | Kind::Schema
            ),
            _ => false,
        }
    }
}

impl<'a> Planned<'a> {
    /// `has_rows` says whether a table that is there may have rows.
    pub(super) fn new(
        plan: &'a Plan,
        phase: Option<Phase>,
        server: &Server,
        has_rows: &dyn Fn(&QName) -> bool,
    ) -> Self {
        let engine = server.engine();
        let renamed = after_renames(plan, engine);
        let facts = ImpactCx {
            server,
            from: &renamed,
            to: &plan.to,
        };
        let new: HashSet<QName> = plan
            .ops()
            .filter_map(|op| match &op.action {
                Action::Create { id, .. } if matches!(id.kind, Kind::Table | Kind::MaterializedView) => {
                    id.qname().cloned()
                }
                _ => None,
            })
            .collect();
        let acts = plan.batches.iter().flat_map(|batch| {
            let (new, has_rows, facts) = (&new, &has_rows, &facts);
            // What is said of a table is said of its partitions.
            let own = |op: &&Op| !plan.from.is_below(&op.subject(), &batch.head.subject());
            batch.ops().filter(own).map(move |op| {
                let impact = engine.impact(op, facts);
                let touched = tables(op, &plan.from);
                Act {
                    op,
                    batch,
                    blocks: impact.lock.map(|lock| engine.blocks(lock)).unwrap_or_default(),
                    on_rows: touched
                        .iter()
                        .any(|table| !new.contains(table) && has_rows(table)),
                    in_phase: phase.is_some(),
                    impact,
                }
            })
        });
        Self {
            plan,
            acts: acts.collect(),
        }
    }

    /// Whether there is an object of this identity after the plan: what goes and comes back is not gone.
    pub fn is_there_after(&self, id: &ObjectId) -> bool {
        self.plan.to.contains(id)
    }

    /// Whether the table that the object is a member of, or said about, is there after the plan; true for what is neither.
    pub fn has_table_of(&self, id: &ObjectId) -> bool {
        match (id.relation(), id.target()) {
            (Some(table), _) => {
                let of = |kind| ObjectId::qualified(kind, table.clone());
                let mut relations = [Kind::Table, Kind::View, Kind::MaterializedView].into_iter();
                relations.any(|kind| self.plan.to.contains(&of(kind)))
            }
            (None, Some(target)) => self.plan.to.contains(target),
            (None, None) => true,
        }
    }

    /// Whether a table has a primary key after the plan.
    pub fn has_primary_key(&self, table: &QName) -> bool {
        let mut keys = self.plan.to.of_kind::<PrimaryKey>();
        keys.any(|(id, _)| id.relation() == Some(table))
    }

    /// The ops cut into stretches that run in one transaction each.
    pub fn transactions(&self) -> Vec<&[Act<'a>]> {
        let mut out = Vec::new();
        let mut start = 0;
        for (at, act) in self.acts.iter().enumerate() {
            match act.op.txn {
                Txn::Inside => {}
                Txn::CommitAfter => {
                    out.push(&self.acts[start..=at]);
                    start = at + 1;
                }
                Txn::Outside | Txn::Alone => {
                    out.push(&self.acts[start..at]);
                    out.push(&self.acts[at..=at]);
                    start = at + 1;
                }
            }
        }
        out.push(&self.acts[start..]);
        out.retain(|acts| !acts.is_empty());
        out
    }
}

/// The tables that an op touches.
fn tables(op: &Op, from: &Catalog) -> Vec<QName> {
    if let Action::SwapEnum(swap) = &op.action {
        let columns = swap.columns.iter();
        return columns.filter_map(|(id, _)| id.relation().cloned()).collect();
    }
    if let Action::Retype(retype) = &op.action {
        return retype.tables();
    }
    let id = match &op.action {
        Action::Rename { from, .. } => from.clone(),
        _ => op.subject(),
    };
    let target = id.target().unwrap_or(&id);
    let table = match target.relation() {
        Some(relation) => Some(relation),
        None => target.qname().filter(|_| target.kind == Kind::Table),
    };
    // A view has no rows of its own.
    let is_view = |name: &QName| {
        let mut views = [Kind::View, Kind::MaterializedView].into_iter();
        views.any(|kind| from.contains(&ObjectId::qualified(kind, name.clone())))
    };
    table.filter(|name| !is_view(name)).cloned().into_iter().collect()
}
