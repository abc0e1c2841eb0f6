//! `reserved-word`: a name that is a word of SQL.

use crate::catalog::Kind;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "reserved-word",
    code: "RC0713",
    title: "a name that is a word of SQL",
    explanation: "\
A table called `order` or a column called `user` must be quoted in every statement for ever, by every person and every tool.
Without quotes it is an error at best: `SELECT user FROM t` is PostgreSQL's word for who is logged in, and returns that. Choose
another name; `was=` renames what is there.",
    also: &[],
    level: Level::Warn,
    examples: examples!("reserved-word": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    let named = cx.catalog.iter().filter_map(|(id, _)| Some((id, id.name()?)));
    for (id, name) in named {
        let used_bare = matches!(
            id.kind,
            Kind::Schema
                | Kind::Table
                | Kind::Column
                | Kind::View
                | Kind::MaterializedView
                | Kind::Enum
                | Kind::Sequence
                | Kind::Function
        );
        if used_bare && cx.engine.is_reserved(name.text()) {
            let message = format!(
                "`{name}` is a word of {}, and must be quoted everywhere",
                cx.engine.title()
            );
            remarks.about(id, message).help(format!(
                "choose another name for the {}, with was={name}",
                id.kind.noun()
            ));
        }
    }
}
