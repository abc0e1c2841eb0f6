//! From ops to statements: a [`Plan`] in, a [`Script`] out, by calling the rule rows. No decisions are made here.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::catalog::kinds::Grants;
use crate::catalog::{Catalog, Kind, Object, ObjectId, QName, aside};
use crate::op::{Action, Batch, Op, Plan, Txn};
use crate::script::{Consent, Item, Lock, Script, Step};

use super::rules::ErasedAlter;
use super::{Engine, Impact, ImpactCx, Kept, RenderCx, Server, Sql, alembic};

/// The statements of a plan on this server.
pub fn render(plan: &Plan, server: &Server) -> Script {
    let engine = server.engine();
    let to = plan.before_renames.as_ref().unwrap_or(&plan.to);
    let cx = RenderCx {
        server,
        to,
        txn: Txn::Inside,
    };
    let renamed = after_renames(plan, engine);
    let facts = ImpactCx {
        server,
        from: &renamed,
        to,
    };
    let created: HashSet<ObjectId> = plan
        .ops()
        .filter_map(|op| match &op.action {
            Action::Create { id, .. } => Some(id.clone()),
            _ => None,
        })
        .collect();
    let replaced: HashSet<&ObjectId> = plan
        .ops()
        .filter_map(|op| match &op.action {
            Action::Drop { id, .. } => Some(id).filter(|id| created.contains(id)),
            _ => None,
        })
        .collect();
    let steps: Vec<Step> = plan
        .batches
        .iter()
        .map(|batch| step(batch, (&created, &replaced), &cx, &facts))
        .collect();
    let foreign_keys_off = plan.ops().any(|op| engine.needs_foreign_keys_off(op));
    Script {
        foreign_keys_off,
        steps: steps.into_iter().filter(|step| !step.items.is_empty()).collect(),
    }
}

/// The state before the plan, under the names that the renames at its head give.
pub fn after_renames<'a>(plan: &'a Plan, engine: &dyn Engine) -> Cow<'a, Catalog> {
    let mut catalog = Cow::Borrowed(&*plan.from);
    let renames = plan.ops().filter_map(|op| match &op.action {
        Action::Rename { to, .. } => to.room(),
        _ => None,
    });
    let rooms: HashSet<ObjectId> = renames.collect();
    let leads = |batch: &&Batch| match &batch.head.action {
        Action::Rename { .. } => true,
        Action::Create { id, .. } => rooms.contains(id),
        _ => false,
    };
    for batch in plan.batches.iter().take_while(leads) {
        for op in batch.ops() {
            op.apply(catalog.to_mut(), &|name| engine.quote(name));
        }
    }
    catalog
}

/// `replaced` is what goes and is made again.
fn step(
    batch: &Batch,
    (created, replaced): (&HashSet<ObjectId>, &HashSet<&ObjectId>),
    cx: &RenderCx<'_>,
    facts: &ImpactCx<'_>,
) -> Step {
    let engine = cx.server.engine();
    let cx = &RenderCx {
        txn: batch.head.txn,
        ..*cx
    };
    let mut items: Vec<Item> = batch
        .questions
        .iter()
        .filter_map(|question| engine.question(question, cx))
        .map(|(label, sql)| Item::Expect {
            label,
            sql,
            value: "0".to_owned(),
        })
        .collect();
    let [mut sql, mut first, mut last] = [(); 3].map(|()| Sql::new(engine));
    let again = |id: &ObjectId| replaced.contains(id);
    // Grants that the plan knows of are taken down and put back by ops of their own.
    let knows = |catalog: &Catalog| catalog.of_kind::<Grants>().next().is_some();
    let kept = if knows(facts.from) || knows(facts.to) {
        Kept::Owner
    } else {
        Kept::OwnerAndGrants
    };
    if let Action::Drop { id, .. } = &batch.head.action
        && again(id)
    {
        engine.note_rights(id, kept, &mut first);
    }
    op_sql(&batch.head, &batch.created(), cx, &mut sql);
    if let (Action::Create { id, .. }, true) = (&batch.head.action, knows(facts.to)) {
        engine.take_defaults_back(id, (facts.from, facts.to), &mut last);
    }
    if let Action::Create { id, .. } = &batch.head.action
        && again(id)
    {
        engine.give_rights_back(id, kept, &mut last);
    }
    let [done, first, last] = [sql, first, last].map(Sql::finish);
    // Alembic has no words for rights.
    let is_alone = first.is_empty() && last.is_empty();
    let operations = is_alone.then(|| alembic::operations(batch, &done, cx)).flatten();
    items.extend(first);
    items.extend(done);
    items.extend(last);
    let mut step = Step {
        title: batch.head.to_string(),
        items,
        txn: batch.head.txn,
        operations,
        ..Step::default()
    };
    step.subject = Some(batch.head.subject());
    charge(&mut step, batch, created, facts);
    step
}

/// What the step locks, how long it takes, and what it loses.
fn charge(step: &mut Step, batch: &Batch, created: &HashSet<ObjectId>, facts: &ImpactCx<'_>) {
    let engine = facts.server.engine();
    let subject = batch.head.subject();
    // What is made in this very plan has no readers to lock out and no rows to lose.
    let is_made = |id: &ObjectId| created.contains(id) && !facts.from.contains(id);
    let is_new = |relation: &QName| {
        let kinds = [Kind::Table, Kind::View, Kind::MaterializedView];
        let ids = kinds.map(|kind| ObjectId::qualified(kind, relation.clone()));
        // What was a view and becomes a materialized one was there.
        ids.iter().any(is_made) && !ids.iter().any(|id| facts.from.contains(id))
    };
    let whose = subject.target().unwrap_or(&subject);
    let shared = match &batch.head.action {
        Action::Create { object, .. } | Action::Drop { object, .. } => object.shares(),
        _ => None,
    };
    let whose = shared.as_ref().unwrap_or(whose);
    let on_new = match whose.relation() {
        Some(relation) => is_new(relation),
        None => is_made(whose),
    };
    // What is done to partitions with their parent is a part of what is done to that; what is said of an index goes with it.
    let goes = |id: &ObjectId| {
        batch
            .ops()
            .any(|op| matches!(&op.action, Action::Drop { id: gone, .. } if gone == id))
    };
    let goes_along = |op: &Op| match &op.action {
        Action::Drop { id, .. } => id
            .target()
            .is_some_and(|target| target.kind == Kind::Index && goes(target)),
        _ => false,
    };
    let own = |op: &&Op| !facts.from.is_below(&op.subject(), &subject) && !goes_along(op);
    let impacts: Vec<Impact> = batch
        .ops()
        .filter(own)
        .map(|op| engine.impact(op, facts))
        .collect();
    for (relation, lock) in impacts.iter().flat_map(|impact| &impact.locks) {
        if !is_new(relation) {
            take(&mut step.locks, relation, lock, engine);
        }
    }
    let strength = |lock: &str| engine.locks().iter().position(|other| *other == lock);
    step.lock = step
        .locks
        .iter()
        .map(|lock| lock.lock.clone())
        .max_by_key(|lock| strength(lock));
    let Some(head) = impacts.first() else {
        return;
    };
    // What is filled by a query is new, and yet reads what is there.
    let is_filled = matches!(
        &batch.head.action,
        Action::Create {
            object: Object::MaterializedView(_),
            ..
        }
    );
    if !on_new || is_filled {
        step.cost = head.cost;
        step.rewrites = head.rewrites;
        step.rebuilds_indexes = head.rebuilds_indexes;
        step.one_way = head.one_way;
    }
    // The parts of what is dropped go with it, and their loss is said once.
    let said = match batch.head.action {
        Action::Drop { .. } => 1,
        _ => usize::MAX,
    };
    let agreed = batch
        .ops()
        .filter(own)
        .zip(&impacts)
        .filter(|(_, impact)| impact.loses.is_some())
        .all(|(op, _)| loses_what_is_aside(op));
    step.loses = impacts
        .into_iter()
        .take(said)
        .filter_map(|impact| impact.loses)
        .collect();
    if agreed && !step.loses.is_empty() {
        step.consent = Consent::Given;
    }
}

/// Whether what an op loses is what was set aside, and nothing else.
fn loses_what_is_aside(op: &Op) -> bool {
    let gone = op.destroys();
    let mut data = gone.iter().filter(|id| id.kind.holds_data()).peekable();
    data.peek().is_some() && data.all(|id| aside::until(id).is_some())
}

/// Adds a lock; of two on the same relation the stronger one counts.
fn take(locks: &mut Vec<Lock>, relation: &QName, lock: &str, engine: &dyn Engine) {
    let strength = |lock: &str| engine.locks().iter().position(|other| *other == lock);
    match locks.iter_mut().find(|other| other.relation == *relation) {
        Some(other) if strength(&other.lock) >= strength(lock) => {}
        Some(other) => lock.clone_into(&mut other.lock),
        None => locks.push(Lock {
            relation: relation.clone(),
            lock: lock.to_owned(),
        }),
    }
}

fn op_sql(op: &Op, members: &[(&ObjectId, &Object)], cx: &RenderCx<'_>, sql: &mut Sql) {
    let engine = cx.server.engine();
    match &op.action {
        Action::Create { id, object } => {
            if let Some(rules) = engine.rules(id.kind) {
                rules.create(id, object, members, cx, sql);
            }
        }
        Action::Drop { id, object } => {
            if let Some(rules) = engine.rules(id.kind) {
                rules.drop(id, object, cx, sql);
            }
        }
        Action::Alter {
            id,
            from,
            to,
            attrs,
            using,
        } => {
            if let Some(rules) = engine.rules(id.kind) {
                let change = ErasedAlter {
                    id,
                    from,
                    to,
                    attrs,
                    using: using.as_ref(),
                };
                rules.alter_sql(&change, cx, sql);
            }
        }
        Action::Rename { from, to, .. } => {
            if let Some(rules) = engine.rules(from.kind) {
                rules.rename(from, to, cx, sql);
            }
        }
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
        | Action::Analyze { .. } => {
            engine.render_action(&op.action, cx, sql);
        }
    }
    sql.end();
}
