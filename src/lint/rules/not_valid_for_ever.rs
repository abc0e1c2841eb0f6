//! `not-valid-for-ever`: a constraint that existing rows need not hold.

use crate::catalog::kinds::{Check as CheckConstraint, ForeignKey};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "not-valid-for-ever",
    code: "RC0722",
    title: "a constraint that existing rows need not hold",
    explanation: "\
`not-valid` keeps a constraint from being checked against the rows that are there. As a step on the way that is right; as a declared
state it says that nobody knows whether the rows hold it, and the planner of the engine cannot rely on it either. Mend the rows and
take the word out: the rows are then checked without keeping anybody out.",
    also: &["squawk constraint-missing-not-valid", "pg-schema-diff"],
    level: Level::Note,
    examples: examples!("not-valid-for-ever": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    let checks = cx
        .members::<CheckConstraint>()
        .map(|(id, _, check)| (id, check.validated || check.not_enforced));
    let keys = cx
        .members::<ForeignKey>()
        .map(|(id, _, key)| (id, key.validated || key.not_enforced));
    // What is not enforced is meant to stay so.
    for (id, _) in checks.chain(keys).filter(|(_, fine)| !fine) {
        remarks
            .about(
                id,
                format!("nobody knows whether the rows that are there hold {id}"),
            )
            .help("mend the rows, and take out `not-valid`");
    }
}
