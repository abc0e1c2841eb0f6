//! `lock-held-while-working`: a lock that is held while something long goes on.

use crate::dialect::Blocks;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};
use crate::script::Cost;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "lock-held-while-working",
    code: "RC0759",
    title: "a lock that is held while something long goes on",
    explanation: "\
A lock is held until its transaction ends. Where a moment's change of one table and an hour's work on another share a transaction, the first
table is locked for the hour. Put the long one into a revision of its own.",
    also: &["eugene E4"],
    level: Level::Warn,
    examples: examples!("lock-held-while-working": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for acts in cx.transactions() {
        let locks = |act: &Act<'_>| act.on_rows && act.blocks == Blocks::Everybody;
        let Some(at) = acts.iter().position(locks) else {
            continue;
        };
        let lock = &acts[at];
        let works = |act: &&Act<'_>| act.on_rows && act.impact.cost >= Cost::Scan;
        if let Some(work) = acts[at + 1..].iter().find(works) {
            remarks
                .about(
                    &work.subject(),
                    format!("{} holds its lock until {} is done", lock.op, work.op),
                )
                .help("put the long one into a revision of its own");
        }
    }
}
