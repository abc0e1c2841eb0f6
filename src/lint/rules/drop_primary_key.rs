//! `drop-primary-key`: a primary key that is dropped.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-primary-key",
    code: "RC0756",
    title: "a primary key that is dropped",
    explanation: "\
Without it rows have no identity: updates and deletes of a published table fail, replicas and change streams cannot follow them, and foreign
keys have nothing to rest on. Replace a key in one revision, by one that is built beforehand.",
    also: &["pg-schema-diff CORRECTNESS"],
    level: Level::Warn,
    examples: examples!("drop-primary-key": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for id in cx.acts.iter().filter_map(Act::dropped) {
        let table = id.relation().filter(|_| id.kind == Kind::PrimaryKey);
        if let Some(table) = table
            && cx.has_table_of(id)
            && !cx.has_primary_key(table)
        {
            remarks
                .about(id, format!("rows of `{table}` have no identity any more"))
                .help("declare another primary key in its place");
        }
    }
}
