//! `sqlite_schema` and the pragmas as the outside observer: what SQLite itself says, not what we have made of it.

use crate::catalog::QName;
use crate::dialect::sql::text_literal;
use crate::dialect::{EngineError, Session};

use super::token::{TokenKind, tokens};

const OBJECTS: &str = "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema \
     WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";
/// What the pragmas say of a table; `{}` is its name.
const PRAGMAS: &[&str] = &[
    "SELECT 'column', name, type, \"notnull\", coalesce(dflt_value, '-'), pk, hidden FROM pragma_table_xinfo({})",
    "SELECT 'key', k.\"table\", group_concat(k.\"from\"), group_concat(coalesce(k.\"to\", '')), k.on_update, k.on_delete \
     FROM pragma_foreign_key_list({}) k GROUP BY k.id",
    "SELECT 'index', CASE WHEN l.name LIKE 'sqlite_autoindex%' THEN 'auto' ELSE l.name END, l.\"unique\", l.origin, \
     l.partial, (SELECT group_concat(coalesce(x.name, 'expression') || x.\"desc\" || x.coll) \
     FROM pragma_index_xinfo(l.name) x WHERE x.key) FROM pragma_index_list({}) l",
    "SELECT 'orphan', rowid, parent FROM pragma_foreign_key_check({})",
];

/// Every object, and what the pragmas say of the tables.
pub(super) async fn observe(
    session: &mut dyn Session,
    leave_out: &[QName],
) -> Result<Vec<String>, EngineError> {
    let mut facts = Vec::new();
    for object in session.query(OBJECTS).await? {
        let cell = |at: usize| object.get(at).cloned().flatten().unwrap_or_default();
        let (kind, name, table, text) = (cell(0), cell(1), cell(2), cell(3));
        if leave_out.iter().any(|out| out.name.text() == table) {
            continue;
        }
        if kind != "table" {
            facts.push(format!("{kind} {name} on {table}: {}", words(&text).join(" ")));
            continue;
        }
        let members = members(&text);
        facts.extend(
            members
                .into_iter()
                .map(|member| format!("table {name}: {member}")),
        );
        for pragma in PRAGMAS {
            let rows = session.query(&pragma.replace("{}", &text_literal(&name))).await?;
            facts.extend(rows.into_iter().map(|row| {
                let cells: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
                format!("table {name}: {}", cells.join(" | ").replace('"', ""))
            }));
        }
    }
    facts.sort();
    Ok(facts)
}

/// The text word by word; quotes that a name does not need are no difference: `RENAME` leaves them behind.
fn words(text: &str) -> Vec<String> {
    let kept = tokens(text)
        .into_iter()
        .filter(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment));
    kept.map(|token| match (token.kind, token.name()) {
        (TokenKind::Quoted, Some(name)) => name,
        _ => token.text.to_owned(),
    })
    .collect()
}

/// The columns and constraints of a table, sorted; what stands around them is one more.
fn members(text: &str) -> Vec<String> {
    let (mut depth, mut around) = (0_usize, Vec::new());
    let mut members: Vec<Vec<String>> = vec![Vec::new()];
    for word in words(text) {
        match word.as_str() {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let opens = word == "(" && depth == 1 && members == [Vec::<String>::new()];
        match (depth, word.as_str()) {
            _ if depth == 0 || opens => around.push(word),
            (1, ",") => members.push(Vec::new()),
            _ => {
                if let Some(member) = members.last_mut() {
                    member.push(word);
                }
            }
        }
    }
    let mut out: Vec<String> = members.iter().map(|member| not_null_last(member)).collect();
    out.push(around.join(" "));
    out.sort();
    out
}

/// On which side of a default `NOT NULL` was written is no difference.
fn not_null_last(member: &[String]) -> String {
    let is = |at: usize, word: &str| {
        member
            .get(at)
            .is_some_and(|other| other.eq_ignore_ascii_case(word))
    };
    let at = (0..member.len()).find(|at| is(*at, "NOT") && is(at + 1, "NULL"));
    match at {
        Some(at) => [
            &member[..at],
            &member[at + 2..],
            &["NOT".to_owned(), "NULL".to_owned()],
        ]
        .concat()
        .join(" "),
        None => member.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_quotes_are_no_facts() {
        assert_eq!(
            members("CREATE TABLE \"t\" (a INT DEFAULT 1 NOT NULL, \"b\" TEXT CHECK (b IN ('x', 'y')))"),
            members("CREATE TABLE t(\n  b TEXT CHECK(b IN ('x','y')),\n  a INT NOT NULL DEFAULT 1)")
        );
        assert_ne!(
            members("CREATE TABLE t (a INT)"),
            members("CREATE TABLE t (a TEXT)")
        );
        assert_ne!(
            members("CREATE TABLE t (a INT)"),
            members("CREATE TABLE t (a INT) STRICT")
        );
    }
}
