//! A proposal for a pull request: what changes as a table, what is lost in bold, the SQL folded away.

use crate::workflow::Proposal;

use super::{sql, text};

/// The whole comment.
pub(in crate::cli) fn proposal(proposal: &Proposal) -> String {
    if proposal.is_empty() {
        return "**reconcile**: nothing differs.\n".to_owned();
    }
    let mut out = format!(
        "**reconcile**: {} on {}\n\n",
        text::summary(&proposal.plan.batches),
        proposal.server
    );
    out.push_str("| step | lock | cost | loses |\n|---|---|---|---|\n");
    for step in &proposal.upgrade.steps {
        let lock = step.lock.as_deref().unwrap_or("–");
        let loses = if step.loses.is_empty() {
            "–".to_owned()
        } else {
            format!("**{}**", step.loses.join("; "))
        };
        out.push_str(&format!(
            "| {} | {lock} | {} | {} |\n",
            cell(&step.title),
            step.cost.word(),
            cell(&loses)
        ));
    }
    for note in &proposal.notes {
        out.push_str(&format!("\n> {}\n", note.message));
    }
    let up = sql::script(&proposal.upgrade);
    let down = sql::script(&proposal.downgrade);
    out.push_str(&format!(
        "\n<details><summary>SQL</summary>\n\n```sql\n{up}```\n\n</details>\n"
    ));
    out.push_str(&format!(
        "\n<details><summary>The way back</summary>\n\n```sql\n{down}```\n\n</details>\n"
    ));
    out
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
