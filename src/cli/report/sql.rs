//! A script as SQL that a client of the engine runs: statements, what they expect as comments, transactions.

use crate::op::Txn;
use crate::script::{Item, Script, Step};

/// The whole script.
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
pub(in crate::cli) fn step(step: &Step) -> String {
    let mut out = format!("-- {}\n", step.title);
    for item in &step.items {
        match item {
            Item::Sql(sql) => out.push_str(&format!("{sql};\n")),
            Item::Expect { label, sql, value } => {
                let query = sql.replace('\n', " ");
                out.push_str(&format!("-- expects {label}: {query} = {value}\n"));
            }
            Item::Batched(batched) => out.push_str(&format!("{};\n", batched.whole)),
            // Whoever runs the script begins at its start.
            Item::DoneWhen { .. } => {}
        }
    }
    out
}
