//! `drop-index`: an index that is dropped.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-index",
    code: "RC0754",
    title: "an index that is dropped",
    explanation: "\
Queries that used it read the whole table from that moment on. The engine counts how often it was used (`pg_stat_user_indexes.idx_scan`, on
every replica as well): look there first. Building it again takes as long as it took the first time.",
    also: &["squawk require-concurrent-index-deletion", "pg-schema-diff INDEX_DROPPED"],
    level: Level::Note,
    examples: examples!("drop-index": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for id in cx.acts.iter().filter_map(Act::dropped) {
        if id.kind == Kind::Index && !cx.is_there_after(id) && cx.has_table_of(id) {
            remarks
                .about(id, format!("queries that used {id} read the whole table"))
                .help("see in the engine's statistics whether it is used");
        }
    }
}
