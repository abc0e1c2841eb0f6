//! Results for programs. docs/json.md describes every field; fields are added, never renamed.

use serde_json::{Value, json};

use crate::diagnostic::Diagnostic;
use crate::op::{Action, Op, Txn, attribute_words};
use crate::revision::Revision;
use crate::script::{Consent, Item, Script};
use crate::workflow::Proposal;

use crate::cli::error::as_json;

/// What is worth knowing.
pub(in crate::cli) fn notes(notes: &[Diagnostic]) -> Value {
    notes.iter().map(as_json).collect()
}

/// A proposal.
pub(in crate::cli) fn proposal(proposal: &Proposal) -> Value {
    json!({
        "engine": proposal.server.dialect.name(),
        "version": proposal.server.version_text,
        "from": proposal.from().as_str(),
        "to": proposal.to().as_str(),
        "arbitrated": proposal.arbitrated,
        "changes": proposal.plan.ops().map(op).collect::<Vec<_>>(),
        "upgrade": script(&proposal.upgrade),
        "downgrade": script(&proposal.downgrade),
        "proof": proposal.proof,
        "notes": notes(&proposal.notes),
    })
}

fn op(op: &Op) -> Value {
    let id = op.subject();
    let verb = match &op.action {
        Action::Create { .. } | Action::AddUnfilled { .. } | Action::UseIndex { .. } | Action::Attach(_) => {
            "create"
        }
        Action::Drop { .. } => "drop",
        Action::Alter { .. } | Action::HandOver(_) | Action::Require(_) | Action::Retype(_) => "alter",
        Action::Rename { .. } => "rename",
        Action::Rebuild(_) | Action::SwapEnum(_) => "rebuild",
        Action::Backfill { .. } => "backfill",
        Action::CopyRows(_) => "copy",
        Action::Analyze { .. } => "analyze",
    };
    let mut value = json!({ "op": verb, "kind": id.kind.noun(), "name": id.label() });
    if let Action::Alter { attrs, .. } = &op.action {
        value["attributes"] = attrs.iter().map(|attr| attribute_words(*attr)).collect();
    }
    if let Action::Rename { from, .. } = &op.action {
        value["was"] = json!(from.label());
    }
    value
}

/// A script.
pub(in crate::cli) fn script(script: &Script) -> Value {
    let steps = script.steps.iter().map(|step| {
        let statements = step.items.iter().map(|item| match item {
            Item::Sql(sql) => json!({ "sql": sql }),
            Item::Expect { label, sql, value } => json!({ "expect": label, "sql": sql, "value": value }),
            Item::DoneWhen { sql, value } => json!({ "done_when": sql, "value": value }),
            Item::Batched(batched) => {
                json!({ "sql": batched.whole, "batch": batched.size, "batch_sql": batched.sql })
            }
        });
        json!({
            "title": step.title,
            "lock": step.lock,
            "locks": step.locks.iter().map(|lock| json!({ "relation": lock.relation.to_string(), "lock": lock.lock })).collect::<Vec<_>>(),
            "cost": step.cost.word(),
            "rewrites": step.rewrites,
            "rebuilds_indexes": step.rebuilds_indexes,
            "reversible": !step.one_way,
            "transaction": transaction(step.txn),
            "rows": step.rows,
            "bytes": step.bytes,
            "estimate": step.estimate(),
            "loses": step.loses,
            "agreed": step.consent == Consent::Given,
            "statements": statements.collect::<Vec<_>>(),
        })
    });
    json!({ "foreign_keys_off": script.foreign_keys_off, "steps": steps.collect::<Vec<_>>() })
}

fn transaction(txn: Txn) -> &'static str {
    match txn {
        Txn::Inside => "shared",
        Txn::Outside => "none",
        Txn::CommitAfter => "commit-after",
        Txn::Alone => "own",
    }
}

/// A revision without its statements.
pub(in crate::cli) fn revision(revision: &Revision) -> Value {
    json!({
        "id": revision.id,
        "message": revision.message,
        "down_revisions": revision.down_revisions,
        "created": revision.created,
        "phase": revision.phase.map(crate::op::Phase::word),
        "path": revision.path.display().to_string(),
        "engines": revision.scripts.iter().map(|script| script.engine.as_str()).collect::<Vec<_>>(),
    })
}
