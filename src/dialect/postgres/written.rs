//! SQL files for PostgreSQL: as somebody wrote them, or as `pg_dump` did.
//!
//! In: a statement. Out: what becomes of it. Roles, databases and settings of the server are no part of a schema, and what a
//! dump holds besides one (rows, owners) is told apart here. Must not: understand what the engine has to understand.

use crate::catalog::{Ident, Kind, QName};
use crate::dialect::Server;
use crate::dialect::sql::text_literal;
use crate::dialect::written::{About, Head, Written};
use crate::statements::{Lexis, TokenKind};

/// How SQL is written for psql.
pub(super) const LEXIS: Lexis = Lexis {
    dollar_quotes: true,
    client_lines: true,
};

/// What shares one set of names.
const NAMED: &[Kind] = &[
    Kind::Table,
    Kind::View,
    Kind::MaterializedView,
    Kind::Sequence,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
];
const COLLATIONS: &[Kind] = &[Kind::Collation];
const DICTIONARIES: &[Kind] = &[Kind::TextSearchDictionary];
const CONFIGURATIONS: &[Kind] = &[Kind::TextSearchConfiguration];
const ROUTINES: &[Kind] = &[Kind::Function, Kind::Aggregate];
const CONSTRAINTS: &[Kind] = &[
    Kind::PrimaryKey,
    Kind::Unique,
    Kind::Check,
    Kind::ForeignKey,
    Kind::Exclusion,
];

const ROWS: Written = Written::Refused {
    why: "writes rows, and a SQL file declares none",
    help: "dump with `pg_dump --schema-only`, or declare the rows with `rows` in a KDL file",
};
const NOTHING: Written = Written::Refused {
    why: "declares nothing",
    help: "a SQL file holds what makes a schema: CREATE, ALTER, COMMENT, GRANT, REVOKE, DROP, DO, and SET for names",
};
const SERVER: Written = Written::Refused {
    why: "is about the whole server, and not about this database",
    help: "take it out: databases, roles and settings of a server are made by hand; a dump has them only with --create",
};
const TRANSACTION: Written = Written::Refused {
    why: "ends a transaction half-way: all SQL files run in one, which is undone when the result is read",
    help: "take it out",
};
const TEMPORARY: Written = Written::Refused {
    why: "is gone at the end of the session, and no part of a schema",
    help: "take it out, or leave out TEMPORARY",
};
const CONCURRENTLY: Written = Written::Refused {
    why: "cannot be run in a transaction",
    help: "leave out CONCURRENTLY: here it is about what is to be there; a plan makes an index without blocking anybody anyway",
};
const BACKSLASHES: Written = Written::Refused {
    why: "says that backslashes in plain strings are escapes",
    help: "write such strings as E'…', and take this out",
};
const ELSEWHERE: Written = Written::Refused {
    why: "reaches out to another server",
    help: "declare the tables themselves",
};

/// What becomes of a statement.
pub(super) fn judge(sql: &str, server: &Server) -> Written {
    let mut head = Head::new(sql, LEXIS, folded, Ident::exact);
    let Some(first) = head.step().filter(|token| token.kind == TokenKind::Word) else {
        return NOTHING;
    };
    match first.text.to_ascii_uppercase().as_str() {
        "CREATE" => create(head),
        "ALTER" => alter(head),
        "DROP" => drop(head),
        "COMMENT" | "SECURITY" => comment(head),
        "GRANT" | "REVOKE" => rights(head),
        "SET" => set(head, server),
        "RESET" | "DO" | "REFRESH" => Written::Run(None),
        "SELECT" => select(head),
        "BEGIN" | "START" | "COMMIT" | "END" if !head.has_word("PREPARED") => Written::Idle,
        "BEGIN" | "START" | "COMMIT" | "END" | "ROLLBACK" | "ABORT" | "SAVEPOINT" | "RELEASE" => TRANSACTION,
        "INSERT" | "UPDATE" | "DELETE" | "MERGE" | "TRUNCATE" | "COPY" | "WITH" => ROWS,
        "REASSIGN" => SERVER,
        "IMPORT" => ELSEWHERE,
        _ => NOTHING,
    }
}

fn folded(word: &str) -> Ident {
    Ident::exact(&word.to_lowercase())
}

/// The schema in which a name without one is looked for.
fn schema(given: Option<Ident>) -> Option<Ident> {
    given.or_else(|| Some(Ident::exact(super::session::DEFAULT_PATH)))
}

fn relation(head: &mut Head<'_>) -> Option<QName> {
    let (given, name) = head.qualified()?;
    Some(QName {
        schema: schema(given),
        name,
    })
}

fn about(head: &mut Head<'_>, makes: bool, kinds: &'static [Kind]) -> Option<About> {
    let QName { schema, name } = relation(head)?;
    Some(About {
        makes,
        kinds,
        has_rows: false,
        schema,
        name,
        on: None,
    })
}

/// A part of a table, which stands behind `ON`.
fn part(head: &mut Head<'_>, kinds: &'static [Kind], name: Ident) -> Option<About> {
    head.eat("ONLY");
    let on = relation(head)?;
    Some(About {
        makes: true,
        kinds,
        has_rows: false,
        schema: None,
        name,
        on: Some(on),
    })
}

/// What belongs to no schema.
fn global(name: Ident, makes: bool, kinds: &'static [Kind]) -> About {
    About {
        makes,
        kinds,
        has_rows: false,
        schema: None,
        name,
        on: None,
    }
}

/// What belongs to the server, by the words behind CREATE, ALTER, DROP and COMMENT ON.
fn is_of_server(head: &mut Head<'_>) -> bool {
    if head.eat_all(&["USER", "MAPPING"]) {
        return false;
    }
    let words = [
        "DATABASE",
        "ROLE",
        "USER",
        "GROUP",
        "TABLESPACE",
        "SYSTEM",
        "SUBSCRIPTION",
        "OWNED",
    ];
    head.eat_any(&words).is_some()
}

fn create(mut head: Head<'_>) -> Written {
    if is_of_server(&mut head) {
        return SERVER;
    }
    head.eat_all(&["OR", "REPLACE"]);
    while head.eat_any(&["GLOBAL", "LOCAL"]).is_some() {}
    if head.eat_any(&["TEMP", "TEMPORARY"]).is_some() {
        return TEMPORARY;
    }
    while head
        .eat_any(&["UNLOGGED", "RECURSIVE", "UNIQUE", "CONSTRAINT", "MATERIALIZED"])
        .is_some()
    {}
    if head.eat_all(&["EVENT", "TRIGGER"]) {
        let name = head.name();
        return Written::Run(name.map(|name| global(name, true, &[Kind::EventTrigger])));
    }
    if head.eat_all(&["FOREIGN", "TABLE"]) {
        return Written::Run(with_rows(&mut head));
    }
    if let Some(kinds) = text_search(&mut head) {
        return Written::Run(about(&mut head, true, kinds));
    }
    if let Some(kinds) = elsewhere(&mut head) {
        let makes = !head.eat_all(&["IF", "NOT", "EXISTS"]);
        let name = head.name();
        return Written::Run(name.map(|name| global(name, makes, kinds)));
    }
    let words = [
        "SCHEMA",
        "EXTENSION",
        "TABLE",
        "VIEW",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "FUNCTION",
        "PROCEDURE",
        "AGGREGATE",
        "COLLATION",
        "INDEX",
        "TRIGGER",
        "POLICY",
    ];
    match head.eat_any(&words) {
        Some("SCHEMA") => create_schema(head),
        Some("EXTENSION") => {
            let makes = !head.eat_all(&["IF", "NOT", "EXISTS"]);
            let name = head.name();
            name.map_or(Written::Run(None), |name| {
                Written::First(global(name, makes, &[Kind::Extension]))
            })
        }
        Some("FUNCTION" | "PROCEDURE" | "AGGREGATE") => Written::Run(about(&mut head, true, ROUTINES)),
        Some("COLLATION") => {
            head.eat_all(&["IF", "NOT", "EXISTS"]);
            Written::Run(about(&mut head, true, COLLATIONS))
        }
        Some("INDEX") => index(head),
        Some("TRIGGER") => {
            let name = head.name();
            head.skip_past(&["ON"]);
            Written::Run(name.and_then(|name| part(&mut head, &[Kind::Trigger], name)))
        }
        Some("POLICY") => {
            let name = head.name();
            head.skip_past(&["ON"]);
            Written::Run(name.and_then(|name| part(&mut head, &[Kind::Policy], name)))
        }
        Some("TABLE" | "VIEW") => Written::Run(with_rows(&mut head)),
        Some(_) => Written::Run(unless_there(&mut head)),
        // The engine knows more kinds than are managed.
        None => Written::Run(None),
    }
}

/// `TEXT SEARCH DICTIONARY` or `CONFIGURATION`; what else there is of text search is not managed.
fn text_search(head: &mut Head<'_>) -> Option<&'static [Kind]> {
    if head.eat_all(&["TEXT", "SEARCH", "DICTIONARY"]) {
        Some(DICTIONARIES)
    } else if head.eat_all(&["TEXT", "SEARCH", "CONFIGURATION"]) {
        Some(CONFIGURATIONS)
    } else {
        None
    }
}

/// What reaches out, and has one name for the whole database.
fn elsewhere(head: &mut Head<'_>) -> Option<&'static [Kind]> {
    if head.eat_all(&["FOREIGN", "DATA", "WRAPPER"]) {
        Some(&[Kind::ForeignDataWrapper])
    } else if head.eat("SERVER") {
        Some(&[Kind::ForeignServer])
    } else {
        None
    }
}

/// What is made with IF NOT EXISTS is another thing than what is there already under its name: it counts as made twice.
fn unless_there(head: &mut Head<'_>) -> Option<About> {
    head.eat_all(&["IF", "NOT", "EXISTS"]);
    about(head, true, NAMED)
}

fn with_rows(head: &mut Head<'_>) -> Option<About> {
    let about = unless_there(head)?;
    Some(About {
        has_rows: true,
        ..about
    })
}

fn create_schema(mut head: Head<'_>) -> Written {
    let unless_there = head.eat_all(&["IF", "NOT", "EXISTS"]);
    head.eat("AUTHORIZATION");
    let Some(name) = head.name() else {
        return Written::Run(None);
    };
    if name.text() == super::session::DEFAULT_PATH && head.peek().is_none() {
        // Every database has it; a dump of it alone makes it all the same.
        return Written::Idle;
    }
    let plain = head.peek().is_none_or(|next| next.is_word("AUTHORIZATION"));
    let about = global(name, !unless_there, &[Kind::Schema]);
    if plain {
        Written::First(about)
    } else {
        // With what is made in it.
        Written::Run(Some(about))
    }
}

fn index(mut head: Head<'_>) -> Written {
    if head.eat("CONCURRENTLY") {
        return CONCURRENTLY;
    }
    head.eat_all(&["IF", "NOT", "EXISTS"]);
    if head.eat("ON") {
        // Its name is the engine's to give.
        return Written::Run(None);
    }
    let name = head.name();
    head.skip_past(&["ON"]);
    Written::Run(name.and_then(|name| part(&mut head, &[Kind::Index], name)))
}

fn alter(mut head: Head<'_>) -> Written {
    if is_of_server(&mut head) {
        return SERVER;
    }
    if head.eat_all(&["DEFAULT", "PRIVILEGES"]) {
        return rights(head);
    }
    if head.ends_with(&["OWNER", "TO"]) {
        return Written::Owner;
    }
    if let Some(kinds) = text_search(&mut head) {
        return Written::Run(about(&mut head, false, kinds));
    }
    if let Some(kinds) = elsewhere(&mut head) {
        let name = head.name();
        return Written::Run(name.map(|name| global(name, false, kinds)));
    }
    head.eat_any(&["MATERIALIZED", "FOREIGN"]);
    match head.eat_any(&[
        "TABLE",
        "VIEW",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "SCHEMA",
        "FUNCTION",
        "PROCEDURE",
        "COLLATION",
    ]) {
        Some("TABLE") => {
            head.eat_all(&["IF", "EXISTS"]);
            head.eat("ONLY");
            let Some(table) = relation(&mut head) else {
                return Written::Run(None);
            };
            if head.eat_all(&["ADD", "CONSTRAINT"])
                && let Some(name) = head.name()
            {
                let constraint = About {
                    on: Some(table),
                    ..global(name, true, CONSTRAINTS)
                };
                return Written::Run(Some(constraint));
            }
            let QName { schema, name } = table;
            Written::Run(Some(About {
                schema,
                ..global(name, false, NAMED)
            }))
        }
        Some("SCHEMA") => {
            let name = head.name();
            Written::Run(name.map(|name| global(name, false, &[Kind::Schema])))
        }
        Some("FUNCTION" | "PROCEDURE") => Written::Run(about(&mut head, false, ROUTINES)),
        Some("COLLATION") => Written::Run(about(&mut head, false, COLLATIONS)),
        Some(_) => {
            head.eat_all(&["IF", "EXISTS"]);
            Written::Run(about(&mut head, false, NAMED))
        }
        None => Written::Run(None),
    }
}

fn drop(mut head: Head<'_>) -> Written {
    if is_of_server(&mut head) {
        return SERVER;
    }
    if let Some(kinds) = text_search(&mut head) {
        head.eat_all(&["IF", "EXISTS"]);
        return Written::Run(about(&mut head, false, kinds));
    }
    if let Some(kinds) = elsewhere(&mut head) {
        head.eat_all(&["IF", "EXISTS"]);
        let name = head.name();
        return Written::Run(name.map(|name| global(name, false, kinds)));
    }
    head.eat_any(&["MATERIALIZED", "FOREIGN"]);
    let kinds = match head.eat_any(&[
        "TABLE",
        "VIEW",
        "SEQUENCE",
        "TYPE",
        "DOMAIN",
        "FUNCTION",
        "PROCEDURE",
        "COLLATION",
    ]) {
        Some("FUNCTION" | "PROCEDURE") => ROUTINES,
        Some("COLLATION") => COLLATIONS,
        Some(_) => NAMED,
        None => return Written::Run(None),
    };
    head.eat_all(&["IF", "EXISTS"]);
    Written::Run(about(&mut head, false, kinds))
}

fn comment(mut head: Head<'_>) -> Written {
    head.skip_past(&["ON"]);
    if is_of_server(&mut head) {
        return SERVER;
    }
    Written::Run(None)
}

/// Rights on something, or those that everything gets that is made later.
fn rights(mut head: Head<'_>) -> Written {
    let mut names = Vec::new();
    let mut on_something = false;
    while let Some(token) = head.step() {
        on_something |= token.is_word("ON");
        let beyond = ["DATABASE", "TABLESPACE", "PARAMETER"];
        if token.is_word("ON") && head.eat_any(&beyond).is_some() {
            return SERVER;
        }
        let before_roles = ["ROLE", "USER", "TO", "FROM", "BY"]
            .iter()
            .any(|word| token.is_word(word));
        if before_roles {
            roles(&mut head, &mut names);
        }
    }
    if !on_something {
        // Who is a member of which role.
        return SERVER;
    }
    if names.is_empty() {
        return Written::Run(None);
    }
    let names: Vec<String> = names.iter().map(|name| text_literal(name.text())).collect();
    Written::Rights(format!(
        "SELECT n.name FROM pg_catalog.unnest(ARRAY[{}]::text[]) AS n (name) \
         WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE r.rolname = n.name) ORDER BY n.name",
        names.join(", ")
    ))
}

fn roles(head: &mut Head<'_>, names: &mut Vec<Ident>) {
    loop {
        head.eat("GROUP");
        let words = ["PUBLIC", "CURRENT_USER", "CURRENT_ROLE", "SESSION_USER"];
        if head.eat_any(&words).is_none() {
            names.extend(head.name());
        }
        if !head.eat_mark(",") {
            return;
        }
    }
}

fn set(mut head: Head<'_>, server: &Server) -> Written {
    if head.eat_all(&["SESSION", "AUTHORIZATION"]) {
        // The other way in which a dump says whose something is.
        return Written::Owner;
    }
    head.eat_any(&["SESSION", "LOCAL"]);
    if head
        .eat_any(&["ROLE", "TRANSACTION", "CHARACTERISTICS"])
        .is_some()
    {
        return NOTHING;
    }
    match head.name() {
        Some(name) if name.text() == "client_encoding" => {
            let is_ours = |text: &str| {
                let text = text.trim_matches('\'').to_ascii_lowercase();
                text == "utf8" || text == "utf-8" || text == "unicode"
            };
            head.step();
            match head.step() {
                Some(token) if !is_ours(token.text) => Written::Refused {
                    why: "says that the file is in another encoding than UTF-8",
                    help: "dump with `pg_dump --encoding=UTF8`, or save the file as UTF-8 and take this out",
                },
                _ => Written::Idle,
            }
        }
        Some(name) if name.text() == "standard_conforming_strings" => {
            head.step();
            let is_on = head.step().is_some_and(|token| {
                let text = token.text.trim_matches('\'');
                ["on", "true", "1", "yes"]
                    .iter()
                    .any(|on| text.eq_ignore_ascii_case(on))
            });
            if is_on { Written::Idle } else { BACKSLASHES }
        }
        // A newer pg_dump says this for servers that do not know it.
        Some(name) if name.text() == "transaction_timeout" && server.version < 170_000 => Written::Idle,
        _ => Written::Run(None),
    }
}

/// A query declares nothing, but for the settings that a dump makes by one.
fn select(mut head: Head<'_>) -> Written {
    if head.eat("pg_catalog") {
        head.eat_mark(".");
    }
    match head.name() {
        Some(name) if name.text() == "set_config" => Written::Run(None),
        Some(name) if name.text() == "setval" || name.text().starts_with("lo_") => ROWS,
        _ => NOTHING,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    fn judged(sql: &str) -> Written {
        judge(sql, &Dialect::Postgres.engine().default_server())
    }

    fn subject(sql: &str) -> String {
        let (Written::Run(Some(about)) | Written::First(about)) = judged(sql) else {
            return format!("{:?}", judged(sql));
        };
        let on = about.on.map(|on| format!(" on {on}")).unwrap_or_default();
        let schema = about
            .schema
            .map(|schema| format!("{schema}."))
            .unwrap_or_default();
        let makes = if about.makes { "makes " } else { "" };
        format!("{makes}{} {schema}{}{on}", about.kinds[0].noun(), about.name)
    }

    #[test]
    fn statements_tell_what_they_are_about() {
        for (sql, told) in [
            (
                "create table if not exists Users (id int)",
                "makes table public.users",
            ),
            ("CREATE TABLE app.\"Odd\"\"s\" ()", "makes table app.Odd\"s"),
            (
                "/* c */ CREATE OR REPLACE VIEW v AS SELECT 1",
                "makes table public.v",
            ),
            ("CREATE SCHEMA app", "makes schema app"),
            (
                "CREATE EXTENSION IF NOT EXISTS citext WITH SCHEMA app",
                "extension citext",
            ),
            (
                "CREATE UNIQUE INDEX i ON ONLY app.t USING btree (a)",
                "makes index i on app.t",
            ),
            (
                "CREATE TRIGGER g BEFORE UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION f()",
                "makes trigger g on t",
            ),
            (
                "ALTER TABLE ONLY app.t ADD CONSTRAINT t_pkey PRIMARY KEY (id)",
                "makes primary key t_pkey on app.t",
            ),
            ("ALTER TABLE t ENABLE ROW LEVEL SECURITY", "table public.t"),
            ("DROP FUNCTION IF EXISTS f(int)", "function public.f"),
            (
                "CREATE TEXT SEARCH CONFIGURATION app.plain (COPY = simple)",
                "makes text search configuration app.plain",
            ),
            (
                "ALTER TEXT SEARCH DICTIONARY words (accept = false)",
                "text search dictionary public.words",
            ),
            (
                "DROP TEXT SEARCH DICTIONARY IF EXISTS words",
                "text search dictionary public.words",
            ),
            (
                "CREATE COLLATION IF NOT EXISTS app.german FROM \"de-x-icu\"",
                "makes collation app.german",
            ),
            (
                "ALTER COLLATION german RENAME TO deutsch",
                "collation public.german",
            ),
            ("CREATE FOREIGN DATA WRAPPER w", "makes foreign data wrapper w"),
            (
                "CREATE SERVER IF NOT EXISTS s FOREIGN DATA WRAPPER w",
                "foreign server s",
            ),
            ("ALTER SERVER s VERSION '2'", "foreign server s"),
            ("DROP FOREIGN DATA WRAPPER IF EXISTS w", "foreign data wrapper w"),
        ] {
            assert_eq!(subject(sql), told, "{sql}");
        }
    }

    #[test]
    fn what_reaches_beyond_the_database_is_refused() {
        for sql in [
            "CREATE ROLE a",
            "ALTER SYSTEM SET x = 1",
            "DROP DATABASE a",
            "DROP OWNED BY a",
            "COMMENT ON DATABASE a IS 'x'",
            "GRANT a TO b",
            "GRANT CONNECT ON DATABASE a TO b",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
        ] {
            assert_eq!(judged(sql), SERVER, "{sql}");
        }
        assert_eq!(judged("CREATE USER MAPPING FOR a SERVER s"), Written::Run(None));
    }

    #[test]
    fn what_writes_rows_is_refused() {
        for sql in [
            "INSERT INTO t VALUES (1)",
            "COPY t FROM stdin",
            "SELECT pg_catalog.setval('s', 1, true)",
            "with x as (select 1) delete from t",
        ] {
            assert_eq!(judged(sql), ROWS, "{sql}");
        }
        for sql in ["SELECT 1", "VACUUM", "SET ROLE a", "( SELECT 1 )", "CALL f()"] {
            assert_eq!(judged(sql), NOTHING, "{sql}");
        }
    }

    #[test]
    fn what_a_dump_says_besides_is_told_apart() {
        assert_eq!(judged("ALTER TABLE app.t OWNER TO \"Odd role\""), Written::Owner);
        assert_eq!(judged("SET SESSION AUTHORIZATION 'a'"), Written::Owner);
        assert_eq!(judged("CREATE SCHEMA public"), Written::Idle);
        assert_eq!(
            judged("SELECT pg_catalog.set_config('search_path', '', false)"),
            Written::Run(None)
        );
        assert_eq!(judged("SET client_encoding = 'UTF8'"), Written::Idle);
        assert!(matches!(
            judged("SET client_encoding = 'LATIN1'"),
            Written::Refused { .. }
        ));
        let Written::Rights(query) =
            judged("GRANT SELECT, INSERT (a) ON t TO a, GROUP \"B c\", PUBLIC WITH GRANT OPTION")
        else {
            panic!("rights");
        };
        assert!(query.contains("ARRAY['a', 'B c']"), "{query}");
        let defaults = "ALTER DEFAULT PRIVILEGES FOR ROLE x IN SCHEMA s GRANT SELECT ON TABLES TO y";
        assert!(matches!(judged(defaults), Written::Rights(query) if query.contains("ARRAY['x', 'y']")));
    }
}
