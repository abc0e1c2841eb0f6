//! `blocking-index`: an index that is built while writers wait.

use crate::catalog::Kind;
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "blocking-index",
    code: "RC0740",
    title: "an index that is built while writers wait",
    explanation: "\
Building an index reads the whole table, and until it is done nobody can write to it. Built concurrently it takes longer and
keeps nobody out. The planner does so by itself on a table that has rows, unless the project has switched that off.",
    also: &["squawk require-concurrent-index-creation", "strong_migrations add_index", "eugene E6", "pg-schema-diff INDEX_BUILD"],
    level: Level::Warn,
    examples: examples!("blocking-index": "reconcile.kdl", "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx
        .acts
        .iter()
        .filter(|act| act.keeps_out() && act.creates(Kind::Index))
    {
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is read", act.op, act.who_waits()),
            )
            .help("build it concurrently, or while nobody writes");
    }
}
