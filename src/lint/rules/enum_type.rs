//! `enum-type`: an enumerated type.

use crate::catalog::kinds::EnumType;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "enum-type",
    code: "RC0718",
    title: "an enumerated type",
    explanation: "\
A value can be added to an enum at any time, but not taken out or moved: for that the type is made anew and every table that uses it
is written again while everybody waits. Where values come and go, a table of them with a foreign key, or a text with a check, is
changed without that. Off unless a project wants it.",
    also: &["eugene W13"],
    level: Level::Allow,
    examples: examples!("enum-type": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _) in cx.catalog.of_kind::<EnumType>() {
        remarks
            .about(
                id,
                format!("{id} can only grow: to take a value out, every row is written anew"),
            )
            .help("use a table with `rows` and a foreign key, or a text with a check");
    }
}
