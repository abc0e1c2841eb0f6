//! Writing a revision file: what a reviewer asks first stands first, statements stand as they will be executed.

use std::fmt::Write as _;

use crate::op::Txn;
use crate::quoting::{block, fits_block, quoted, word};
use crate::revision::{EngineScript, Revision};
use crate::script::{Consent, Cost, Item, Script, Step};

/// Writes a revision as the text of its file. A single engine stands in `revision`, several stand at their scripts.
pub fn print(revision: &Revision) -> String {
    let mut out = String::new();
    let alone = match revision.scripts.as_slice() {
        [one] => Some(one),
        _ => None,
    };
    head(&mut out, revision, alone);
    for engine in &revision.scripts {
        let (up, down) = match alone {
            Some(_) => (String::new(), String::new()),
            None => (placed(engine), format!(" engine={}", word(&engine.engine))),
        };
        script(&mut out, &format!("upgrade{up}"), &engine.upgrade);
        script(&mut out, &format!("downgrade{down}"), &engine.downgrade);
    }
    out
}

fn placed(engine: &EngineScript) -> String {
    let mut out = format!(
        " engine={} version={} from={}",
        word(&engine.engine),
        quoted(&engine.version),
        quoted(engine.from.as_str())
    );
    let others = [
        ("or-from", &engine.or_from),
        ("to", &Some(engine.to.clone())),
        ("was", &engine.was),
    ];
    for (name, state) in others {
        if let Some(state) = state {
            out.push_str(&format!(" {name}={}", quoted(state.as_str())));
        }
    }
    if let Some(proof) = &engine.proof {
        out.push_str(&format!(" proof={}", quoted(proof)));
    }
    out
}

fn head(out: &mut String, revision: &Revision, alone: Option<&EngineScript>) {
    line(out, 0, &format!("revision {} {{", quoted(&revision.id)));
    line(out, 1, &format!("message {}", quoted(&revision.message)));
    list(out, "down-revision", &revision.down_revisions);
    list(out, "branch-labels", &revision.branch_labels);
    list(out, "depends-on", &revision.depends_on);
    list(out, "replaces", &revision.replaces);
    line(out, 1, &format!("created {}", quoted(&revision.created)));
    if let Some(phase) = revision.phase {
        line(out, 1, &format!("phase {}", phase.word()));
    }
    if let Some(script) = alone {
        let engine = format!(
            "engine {} version={}",
            word(&script.engine),
            quoted(&script.version)
        );
        line(out, 1, &engine);
        line(out, 1, &format!("from {}", quoted(script.from.as_str())));
        if let Some(from) = &script.or_from {
            line(out, 1, &format!("or-from {}", quoted(from.as_str())));
        }
        line(out, 1, &format!("to {}", quoted(script.to.as_str())));
        if let Some(was) = &script.was {
            line(out, 1, &format!("was {}", quoted(was.as_str())));
        }
        if let Some(proof) = &script.proof {
            line(out, 1, &format!("proof {}", quoted(proof)));
        }
    }
    for note in &revision.notes {
        line(out, 1, &format!("note {}", quoted(note)));
    }
    line(out, 0, "}");
}

fn list(out: &mut String, name: &str, values: &[String]) {
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(|value| quoted(value)).collect();
        line(out, 1, &format!("{name} {}", values.join(" ")));
    }
}

fn script(out: &mut String, head: &str, script: &Script) {
    let keys = if script.foreign_keys_off {
        " foreign-keys=off"
    } else {
        ""
    };
    out.push('\n');
    line(out, 0, &format!("{head}{keys} {{"));
    for each in &script.steps {
        step(out, each);
    }
    line(out, 0, "}");
}

fn step(out: &mut String, step: &Step) {
    let mut head = format!("step {}", quoted(&step.title));
    // Writing into a string has no way to fail.
    if let Some(lock) = &step.lock {
        write!(head, " lock={}", quoted(lock)).unwrap_or_default();
    }
    if step.cost != Cost::default() {
        write!(head, " cost={}", step.cost.word()).unwrap_or_default();
    }
    for (name, number) in [("rows", step.rows), ("bytes", step.bytes)] {
        if let Some(number) = number {
            write!(head, " {name}={number}").unwrap_or_default();
        }
    }
    if step.rebuilds_indexes {
        head.push_str(" rebuilds=indexes");
    }
    if step.one_way {
        head.push_str(" one-way=#true");
    }
    if let [loss] = step.loses.as_slice() {
        write!(head, " loses={}", quoted(loss)).unwrap_or_default();
    }
    if step.consent == Consent::Given {
        head.push_str(" agreed=#true");
    }
    match step.txn {
        Txn::Inside => {}
        Txn::Outside => head.push_str(" transaction=none"),
        Txn::CommitAfter => head.push_str(" transaction=commit-after"),
        Txn::Alone => head.push_str(" transaction=own"),
    }
    if let Some(Item::Batched(batched)) = step.items.iter().find(|item| matches!(item, Item::Batched(_))) {
        write!(head, " batch={}", batched.size).unwrap_or_default();
    }
    line(out, 1, &format!("{head} {{"));
    if step.loses.len() > 1 {
        for loss in &step.loses {
            line(out, 2, &format!("loses {}", quoted(loss)));
        }
    }
    for each in &step.items {
        item(out, each);
    }
    line(out, 1, "}");
}

fn item(out: &mut String, item: &Item) {
    match item {
        Item::Sql(sql) => line(out, 2, &format!("sql {}", statement(sql, &indent(3)))),
        Item::Batched(batched) => {
            line(out, 2, &format!("sql {}", statement(&batched.sql, &indent(3))));
            line(
                out,
                2,
                &format!("whole {}", statement(&batched.whole, &indent(3))),
            );
        }
        Item::DoneWhen { sql, value } => {
            let sql = statement(sql, &indent(3));
            line(out, 2, &format!("done-when {sql} value={}", quoted(value)));
        }
        Item::Expect { label, sql, value } => {
            let label = quoted(label);
            let sql = format!("sql {} value={}", statement(sql, &indent(4)), quoted(value));
            if sql.contains('\n') {
                line(out, 2, &format!("expect {label} {{"));
                line(out, 3, &sql);
                line(out, 2, "}");
            } else {
                line(out, 2, &format!("expect {label} {{ {sql} }}"));
            }
        }
    }
}

fn line(out: &mut String, depth: usize, text: &str) {
    out.push_str(&indent(depth));
    out.push_str(text);
    out.push('\n');
}

fn indent(depth: usize) -> String {
    "    ".repeat(depth)
}

/// A statement: over several lines where it has several.
fn statement(text: &str, indent: &str) -> String {
    if !fits_block(text) {
        return quoted(text);
    }
    let mut out = String::new();
    block(text, indent, &mut out);
    out
}
