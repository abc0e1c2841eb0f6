//! From ops to statements: a [`Plan`] in, a [`Script`] out, by calling the rule rows. No decisions are made here.

use std::collections::HashSet;

use crate::catalog::{Object, ObjectId};
use crate::op::{Action, Batch, Op, Plan, Txn};
use crate::script::{Item, Script, Step};

use super::rules::ErasedAlter;
use super::{RenderCx, Server, Sql};

/// The statements of a plan on this server.
pub fn render(plan: &Plan, server: &Server) -> Script {
    let engine = server.engine();
    let cx = RenderCx {
        server,
        to: &plan.to,
        txn: Txn::Inside,
    };
    let created: HashSet<ObjectId> = plan
        .ops()
        .filter_map(|op| match &op.action {
            Action::Create { id, .. } => Some(id.clone()),
            _ => None,
        })
        .collect();
    let steps: Vec<Step> = plan
        .batches
        .iter()
        .map(|batch| step(batch, &created, &cx))
        .collect();
    let foreign_keys_off = plan.ops().any(|op| engine.needs_foreign_keys_off(op));
    Script {
        foreign_keys_off,
        steps: steps.into_iter().filter(|step| !step.items.is_empty()).collect(),
    }
}

fn step(batch: &Batch, created: &HashSet<ObjectId>, cx: &RenderCx<'_>) -> Step {
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
    let mut sql = Sql::new(engine);
    let members: Vec<(&ObjectId, &Object)> = batch
        .folded
        .iter()
        .filter_map(|op| match &op.action {
            Action::Create { id, object } => Some((id, object)),
            _ => None,
        })
        .collect();
    op_sql(&batch.head, &members, cx, &mut sql);
    items.extend(sql.finish());
    let mut step = Step {
        title: batch.head.to_string(),
        items,
        txn: batch.head.txn,
        ..Step::default()
    };
    step.subject = Some(batch.head.subject());
    // What is made in this very plan has no readers to lock out and no rows to lose.
    let subject = batch.head.subject();
    let on_new = match subject.relation() {
        Some(table) => created.contains(&ObjectId::table(table.clone())),
        None => created.contains(&subject),
    };
    if !on_new {
        let impact = engine.impact(&batch.head, cx.server);
        step.lock = impact.lock.map(str::to_owned);
        step.cost = impact.cost;
    }
    // The parts of what is dropped go with it, and their loss is said once.
    let said = match batch.head.action {
        Action::Drop { .. } => 1,
        _ => usize::MAX,
    };
    step.loses = batch
        .ops()
        .take(said)
        .filter_map(|op| engine.impact(op, cx.server).loses)
        .collect();
    step
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
        | Action::UseIndex { .. }
        | Action::Require(_) => {
            engine.render_action(&op.action, cx, sql);
        }
    }
    sql.end();
}
