//! SQL files for SQLite: as somebody wrote them, or as `.schema` of its shell prints them.
//!
//! In: a statement. Out: what becomes of it. Must not: understand what the engine has to understand.

use crate::catalog::{Ident, Kind, QName};
use crate::dialect::written::{About, Head, Written};
use crate::statements::{Lexis, TokenKind};

/// How SQL is written for SQLite.
pub(super) const LEXIS: Lexis = Lexis {
    dollar_quotes: false,
    client_lines: false,
};

const RELATIONS: &[Kind] = &[Kind::Table, Kind::View];

const ROWS: Written = Written::Refused {
    why: "writes rows, and a SQL file declares none",
    help: "write the file with `.schema` rather than with `.dump`, or declare the rows with `rows` in a KDL file",
};
const NOTHING: Written = Written::Refused {
    why: "declares nothing",
    help: "a SQL file holds what makes a schema: CREATE, ALTER TABLE and DROP",
};
const ELSEWHERE: Written = Written::Refused {
    why: "reaches out to another file",
    help: "take it out",
};
const TRANSACTION: Written = Written::Refused {
    why: "ends a transaction half-way: all SQL files run in one, which is undone when the result is read",
    help: "take it out",
};
const TEMPORARY: Written = Written::Refused {
    why: "is gone at the end of the session, and no part of a schema",
    help: "take it out, or leave out TEMPORARY",
};
const SETTING: Written = Written::Refused {
    why: "is a setting of a connection or of a file, and no part of a schema",
    help: "take it out, and set it where the application connects",
};

/// What becomes of a statement.
pub(super) fn judge(sql: &str) -> Written {
    let mut head = Head::new(sql, LEXIS, Ident::folded, Ident::folded);
    let Some(first) = head.step().filter(|token| token.kind == TokenKind::Word) else {
        return NOTHING;
    };
    match first.text.to_ascii_uppercase().as_str() {
        "CREATE" => create(head),
        "ALTER" if head.eat("TABLE") => Written::Run(about(&mut head, false, RELATIONS)),
        "DROP" => {
            head.step();
            head.eat_all(&["IF", "EXISTS"]);
            Written::Run(about(&mut head, false, RELATIONS))
        }
        "PRAGMA" if head.eat_any(&["foreign_keys", "defer_foreign_keys"]).is_some() => Written::Idle,
        "PRAGMA" => SETTING,
        "BEGIN" | "COMMIT" | "END" => Written::Idle,
        "ROLLBACK" | "SAVEPOINT" | "RELEASE" => TRANSACTION,
        "INSERT" | "UPDATE" | "DELETE" | "REPLACE" | "WITH" => ROWS,
        "ATTACH" | "DETACH" => ELSEWHERE,
        _ => NOTHING,
    }
}

fn create(mut head: Head<'_>) -> Written {
    if head.eat_any(&["TEMP", "TEMPORARY"]).is_some() {
        return TEMPORARY;
    }
    head.eat_any(&["UNIQUE", "VIRTUAL"]);
    let word = head.eat_any(&["TABLE", "VIEW", "INDEX", "TRIGGER"]);
    head.eat_all(&["IF", "NOT", "EXISTS"]);
    match word {
        Some("TABLE" | "VIEW") => {
            let about = about(&mut head, true, RELATIONS);
            let engines_own = |about: &About| about.name.key().starts_with("sqlite_");
            if about.as_ref().is_some_and(engines_own) {
                // `.schema` prints them, and the engine makes them by itself.
                return Written::Idle;
            }
            Written::Run(about)
        }
        Some("INDEX") => Written::Run(part(head, &[Kind::Index])),
        Some(_) => Written::Run(part(head, &[Kind::Trigger])),
        None => Written::Run(None),
    }
}

fn about(head: &mut Head<'_>, makes: bool, kinds: &'static [Kind]) -> Option<About> {
    let (_, name) = head.qualified()?;
    Some(About {
        makes,
        kinds,
        has_rows: true,
        schema: None,
        name,
        on: None,
    })
}

fn part(mut head: Head<'_>, kinds: &'static [Kind]) -> Option<About> {
    let (_, name) = head.qualified()?;
    head.skip_past(&["ON"]);
    let (_, table) = head.qualified()?;
    Some(About {
        makes: true,
        kinds,
        has_rows: false,
        schema: None,
        name,
        on: Some(QName::bare(table)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_apart() {
        for (sql, judged) in [
            ("INSERT INTO t VALUES (1)", ROWS),
            ("ATTACH 'x.db' AS x", ELSEWHERE),
            ("PRAGMA user_version = 3", SETTING),
            ("PRAGMA foreign_keys=OFF", Written::Idle),
            ("CREATE TABLE sqlite_sequence(name,seq)", Written::Idle),
            ("CREATE TEMP TABLE t (a)", TEMPORARY),
            ("SELECT load_extension('x')", NOTHING),
            (".tables", NOTHING),
        ] {
            assert_eq!(judge(sql), judged, "{sql}");
        }
        let Written::Run(Some(index)) = judge("CREATE UNIQUE INDEX IF NOT EXISTS main.[I a] ON `T` (a)")
        else {
            panic!("an index");
        };
        assert_eq!(index.name.text(), "I a");
        assert_eq!(index.on.map(|on| on.to_string()).as_deref(), Some("T"));
    }
}
