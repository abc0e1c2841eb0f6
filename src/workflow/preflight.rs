//! Asks a plan's questions of the data as it is now, before anything is written.

use crate::catalog::ObjectId;
use crate::catalog::expr::replace_word;
use crate::declare::SourceMap;
use crate::diagnostic::Diagnostic;
use crate::dialect::{RenderCx, Session};
use crate::op::{Action, Plan, Question};

use super::{Failure, Proposal};

/// Every question of the proposal, asked read-only. Data in the way is an error that counts the rows.
pub(super) async fn ask(
    session: &mut dyn Session,
    proposal: &Proposal,
    sources: &SourceMap,
) -> Result<(), Failure> {
    let engine = proposal.server.engine();
    let cx = RenderCx {
        server: &proposal.server,
        to: &proposal.plan.to,
        txn: crate::op::Txn::Inside,
    };
    let mut problems = Vec::new();
    for question in proposal.plan.batches.iter().flat_map(|batch| &batch.questions) {
        let Some((label, sql)) = engine.question(question, &cx) else {
            continue;
        };
        let sql = under_old_names(&sql, &proposal.plan);
        let answer = session
            .query(&sql)
            .await?
            .into_iter()
            .flatten()
            .next()
            .flatten()
            .unwrap_or_default();
        if answer != "0" {
            problems.push(in_the_way(question, &label, &answer, sources));
        }
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(problems.into())
    }
}

/// The plan renames first and asks later; now the old names still stand.
fn under_old_names(sql: &str, plan: &Plan) -> String {
    let mut sql = sql.to_owned();
    for op in plan.ops() {
        if let Action::Rename { from, to, .. } = &op.action
            && let (Some(old), Some(new)) = (from.name(), to.name())
            && !plan.from.contains(to)
            && !to.kind.has_cosmetic_name()
        {
            sql = replace_word(&sql, new.text(), &crate::dialect::sql::quoted(old.text()));
        }
    }
    sql
}

fn in_the_way(question: &Question, label: &str, count: &str, sources: &SourceMap) -> Diagnostic {
    let subject: &ObjectId = question.subject();
    let message = format!("{count} row(s) are in the way of {subject}: the change needs {label}");
    let name = subject.name().map(ToString::to_string).unwrap_or_default();
    let help = match question {
        Question::NoNulls { .. } | Question::NoRows { .. } => {
            format!(
                "write what existing rows get: `column {name} … backfill=…` (a literal, or (sql)\"an expression\")"
            )
        }
        Question::Converts { to, .. } => {
            format!(
                "write how the values are converted: `column {name} … using=\"CAST({name} AS {to})\"`, or mend the rows first"
            )
        }
        Question::Unused { values, .. } => {
            format!(
                "give the rows that hold {} another value first",
                values.join(", ")
            )
        }
        Question::NoDuplicates { .. } | Question::NoOrphans { .. } | Question::Holds { .. } => {
            "mend or remove these rows first, then plan again".to_owned()
        }
    };
    Diagnostic::error("RC0540", message)
        .about(subject)
        .at_opt(sources.get(subject).cloned())
        .help(help)
}
