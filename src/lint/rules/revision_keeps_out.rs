//! `revision-keeps-out`: a revision that reads or writes whole tables while others wait.

use crate::dialect::{Blocks, Dialect};
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Chain, Part};
use crate::script::Cost;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "revision-keeps-out",
    code: "RC0782",
    title: "a revision that reads or writes whole tables while others wait",
    explanation: "\
One of its steps holds a lock for which writers, or everybody, must wait, and reads or writes every row meanwhile. On a large table that is
an outage. Plan it anew, so that it goes in steps, or allow it for that file in `reconcile.kdl` if the table is small.",
    also: &["squawk", "eugene"],
    level: Level::Note,
    examples: examples!("revision-keeps-out": "revision.kdl"),
    check: Check::Chain(check),
};

fn check(cx: &Chain<'_>, remarks: &mut Remarks) {
    for (revision, part, step) in cx.steps() {
        let Part::Step { engine, .. } = part else {
            continue;
        };
        let engine = Dialect::from_name(engine).map(Dialect::engine);
        let blocks = step
            .lock
            .as_deref()
            .zip(engine)
            .map(|(lock, engine)| engine.blocks(lock));
        if blocks.is_some_and(|blocks| blocks >= Blocks::Writers) && step.cost >= Cost::Scan {
            let message = format!(
                "revision {}: {} goes over every row while others wait",
                revision.id, step.title
            );
            remarks
                .at(cx.place(revision, part), message)
                .help("plan it anew, or allow the rule for this file in reconcile.kdl if the table is small");
        }
    }
}
