//! A proposal for a pull request: the steps as a table, then what is lost in bold, what is asked of the data, and the SQL
//! folded away.

use crate::script::grouped;
use crate::workflow::Proposal;

use super::{sql, text};

/// The whole comment.
pub(in crate::cli) fn proposal(proposal: &Proposal) -> String {
    if proposal.is_empty() {
        return "**reconcile**: nothing differs.\n".to_owned();
    }
    let mut out = format!(
        "**reconcile**: {} on {}\n\n",
        text::summary(&proposal.plan),
        proposal.server
    );
    out.push_str("| step | lock | cost | rows | estimate |\n|---|---|---|---:|---|\n");
    for step in &proposal.upgrade.steps {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
        out.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            cell(&step.title),
            or_none(step.lock.clone()),
            text::cost(step),
            or_none(step.rows.map(grouped)),
            or_none(step.estimate())
        ));
    }
    let losses: Vec<&str> = proposal.upgrade.losses().collect();
    list(
        &mut out,
        "Lost",
        losses.iter().map(|loss| format!("**{}**", cell(loss))),
    );
    list(
        &mut out,
        "Lost, as was agreed to when it was set aside",
        proposal.upgrade.agreed_losses().map(cell),
    );
    let one_way = proposal.upgrade.steps.iter().filter(|step| step.one_way);
    list(
        &mut out,
        "The way back does not restore every value after",
        one_way.map(|step| cell(&step.title)),
    );
    list(
        &mut out,
        "Asked of the data, now and again before the step",
        text::asked(&proposal.upgrade).map(cell),
    );
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

fn list(out: &mut String, title: &str, items: impl Iterator<Item = String>) {
    for (at, item) in items.enumerate() {
        if at == 0 {
            out.push_str(&format!("\n{title}:\n\n"));
        }
        out.push_str(&format!("- {item}\n"));
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
