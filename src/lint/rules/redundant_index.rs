//! `redundant-index`: an index that is the beginning of another.

use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Declarations, Keyed};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "redundant-index",
    code: "RC0704",
    title: "an index that is the beginning of another",
    explanation: "\
An index on `(a, b)` finds rows by `a` as well as an index on `(a)` does, so the short one costs writes and memory and
answers nothing that the long one does not. Keep it only if the long one is much larger, and say so with an `allow`.",
    also: &[],
    level: Level::Warn,
    examples: examples!("redundant-index": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (_, table) in cx.tables() {
        let all = cx.keyed(table);
        for short in all.iter().filter(|keyed| !keyed.unique) {
            if let Some(long) = all.iter().find(|long| begins(short, long)) {
                remarks
                    .about(short.id, format!("{} is the beginning of {}", short.id, long.id))
                    .help("take it out: the longer one finds the same rows");
            }
        }
    }
}

fn begins(short: &Keyed<'_>, long: &Keyed<'_>) -> bool {
    let longer = short.keys.len() < long.keys.len() && long.keys.starts_with(&short.keys);
    let ordered = short.method == "btree" && long.method == "btree";
    let stored = short
        .include
        .iter()
        .all(|column| long.include.contains(column) || long.leading().any(|key| key == column));
    longer && ordered && stored && short.predicate == long.predicate
}
