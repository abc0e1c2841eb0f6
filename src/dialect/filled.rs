//! Rows as a plan makes them, asked before it does: the tables of a question, each behind a `WITH`. The same on every engine.
//!
//! Must not: decide what is asked, or what a column becomes.

use crate::catalog::{Ident, QName};
use crate::op::{Filled, Question};

use super::Sql;

/// The name under which the rows of the table at this place are asked.
fn place(at: usize) -> QName {
    let name = match at {
        0 => "filled".to_owned(),
        at => format!("filled{}", at + 1),
    };
    QName::bare(Ident::exact(&name))
}

/// `WITH filled AS (SELECT … FROM t) `. `lies` is what the engine calls the place where a row lies, if that is asked for;
/// `from` writes ` FROM t`.
pub(in crate::dialect) fn with(
    filled: &[Filled],
    lies: Option<&str>,
    from: impl Fn(&QName, &mut Sql),
    sql: &mut Sql,
) {
    sql.raw("WITH ");
    sql.list(filled.iter().enumerate(), |sql, (at, rows)| {
        sql.qname(&place(at)).raw(" AS (SELECT ");
        if let Some(lies) = lies {
            sql.raw(lies).raw(" AS ").raw(lies).raw(", ");
        }
        let kept = rows.kept.iter().map(|name| (name, None));
        let made = rows.made.iter().map(|(name, value)| (name, Some(value)));
        sql.list(kept.chain(made), |sql, (name, value)| {
            match value {
                Some(value) => sql.raw(value.text()).raw(" AS ").ident(name),
                None => sql.ident(name),
            };
        });
        from(&rows.table, sql);
        sql.raw(")");
    });
    sql.raw(" ");
}

/// The question of these rows.
pub(in crate::dialect) fn of(filled: &[Filled], question: &Question) -> Question {
    let rows = filled.iter().enumerate();
    rows.fold(question.clone(), |question, (at, rows)| {
        question.with_rows_in(&rows.table, &place(at))
    })
}

/// Whether rows can be named by these columns.
pub(in crate::dialect) fn has(filled: &[Filled], question: &Question, key: &[Ident]) -> bool {
    let own = |rows: &&Filled| Some(&rows.table) == question.table();
    filled
        .iter()
        .find(own)
        .is_some_and(|rows| key.iter().all(|name| rows.has(name)))
}
