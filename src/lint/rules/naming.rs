//! `naming`: a name that does not look like the others.

use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "naming",
    code: "RC0714",
    title: "a name that does not look like the others",
    explanation: "\
Names that differ in manner are hard to guess, and PostgreSQL folds what is not quoted to lower case: a table `OrderLines` must
be quoted in every statement. How names of each kind are to look is chosen in `reconcile.kdl`, by a word (`snake_case`,
`camelCase`, `PascalCase`, `UPPER_CASE`, `any`) or by a regular expression that the whole name must match:

    lint {
        names table=snake_case index=\"ix_.*\" check=\"ck_.*\"
    }

Without a choice, tables, columns, views, types, sequences, functions and schemas are `snake_case`; other names are free.",
    also: &["squawk prefer-snake-case"],
    level: Level::Warn,
    examples: examples!("naming": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    let named = cx.catalog.iter().filter_map(|(id, _)| Some((id, id.name()?)));
    for (id, name) in named {
        if let Some(style) = cx.name_broken(id.kind, name) {
            let noun = id.kind.noun();
            remarks
                .about(id, format!("the name `{name}` of the {noun} is not {style}"))
                .help("choose another name, with was= for the old one; or say in `lint { names … }` how names are to look");
        }
    }
}
