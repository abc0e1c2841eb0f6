//! `loose-table`: a table that takes values of any type.

use crate::catalog::kinds::Table;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "loose-table",
    code: "RC0721",
    title: "a table that takes values of any type",
    explanation: "\
SQLite stores whatever it is given: the text `abc` in an INTEGER column is no error, unless the table is `strict` (3.37). Other
engines refuse it, so what was tested on SQLite fails there. Off unless a project wants it, since a `strict` table allows six types
only and is declared with on=sqlite.",
    also: &[],
    level: Level::Allow,
    examples: examples!("loose-table": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table) in cx.catalog.of_kind::<Table>() {
        if !cx.engine.enforces_types(table.ext) {
            remarks
                .about(id, format!("{id} takes values of any type in any column"))
                .help(
                    "declare it `strict`, with types that {engine} enforces"
                        .replace("{engine}", cx.engine.title()),
                );
        }
    }
}
