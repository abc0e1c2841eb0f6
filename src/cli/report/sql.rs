//! A script as SQL that a client of the engine runs: statements, what they expect as comments, transactions.

use crate::dialect::Dialect;
use crate::op::Txn;
use crate::script::{Item, Script, Step};

/// The script with what a client has to be told before, to be run by itself.
pub(in crate::cli) fn whole(body: &Script, dialect: Dialect) -> String {
    let settings = dialect.engine().client_settings().iter();
    let settings: String = settings.map(|setting| closed(setting)).collect();
    let gap = if settings.is_empty() { "" } else { "\n" };
    format!("{settings}{gap}{}", script(body))
}

/// The steps in their transactions.
pub(in crate::cli) fn script(script: &Script) -> String {
    let mut out = String::new();
    if script.foreign_keys_off && !script.is_empty() {
        out.push_str("PRAGMA foreign_keys = OFF;\n");
    }
    for segment in script.segments() {
        let steps = &script.steps[segment];
        let plain = steps.iter().all(|step| step.txn == Txn::Outside);
        out.push_str(if plain { "" } else { "BEGIN;\n" });
        for one in steps {
            out.push_str(&step(one));
        }
        out.push_str(if plain { "" } else { "COMMIT;\n" });
    }
    if script.foreign_keys_off && !script.is_empty() {
        out.push_str("PRAGMA foreign_keys = ON;\n");
    }
    out
}

/// One step.
fn step(step: &Step) -> String {
    let mut out = format!("-- {}\n", step.title);
    for item in &step.items {
        match item {
            Item::Sql(sql) => out.push_str(&closed(sql)),
            Item::Expect { label, sql, value } => {
                let query = sql.replace('\n', " ");
                out.push_str(&format!("-- expects {label}: {query} = {value}\n"));
            }
            Item::Batched(batched) => out.push_str(&closed(&batched.whole)),
            // Whoever runs the script begins at its start.
            Item::DoneWhen { .. } => {}
        }
    }
    out
}

/// A statement with its semicolon, which must not become part of a comment that the statement ends with.
fn closed(sql: &str) -> String {
    let last = sql.lines().next_back().unwrap_or_default();
    let end = if last.contains("--") { "\n;" } else { ";" };
    format!("{sql}{end}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_semicolon_stands_behind_no_comment() {
        assert_eq!(closed("SELECT 1"), "SELECT 1;\n");
        assert_eq!(closed("SELECT 1\n-- one"), "SELECT 1\n-- one\n;\n");
    }
}
