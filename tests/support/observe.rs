//! The outside observer: `pg_dump`, and SQLite's own pragmas and `sqlite_schema`. Never our introspection.
//!
//! What is written down is a list of facts in a fixed order: two databases are the same if the lists are. The order of
//! columns is left out, because a column that is added comes last on every engine.

use std::collections::BTreeMap;
use std::process::Command;

use libtest_mimic::Failed;

use super::engine::Database;

/// What the program keeps for itself: tables, and on PostgreSQL a schema.
const OWN_TABLES: &[&str] = &["alembic_version", "reconcile_ledger"];
const OWN_SCHEMA: &str = "reconcile";

/// What the observer says of a database.
pub(crate) fn observe(database: &Database<'_>) -> Result<Vec<String>, Failed> {
    if database.engine.is_sqlite() {
        sqlite(database)
    } else {
        postgres(database)
    }
}

/// The difference of two observations, or nothing.
pub(crate) fn compare(what: &str, found: &[String], expected: &[String]) -> Result<(), Failed> {
    if found == expected {
        return Ok(());
    }
    let (found, expected) = (found.join("\n") + "\n", expected.join("\n") + "\n");
    let diff = similar::TextDiff::from_lines(&expected, &found);
    Err(format!(
        "{what}\n{}",
        diff.unified_diff().context_radius(2).header("expected", "found")
    )
    .into())
}

fn postgres(database: &Database<'_>) -> Result<Vec<String>, Failed> {
    let pg_dump = database.engine.pg_dump.as_deref().ok_or("no pg_dump")?;
    let mut command = Command::new(pg_dump);
    command.args(["--schema-only", "--no-owner", "--no-password"]);
    command.args(["--exclude-schema", OWN_SCHEMA]);
    for table in OWN_TABLES {
        command.args(["--exclude-table", &format!("*.{table}")]);
    }
    let output = command.arg(&database.url).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let mut facts: Vec<String> = Vec::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        if line.starts_with("-- Name: ") {
            facts.push(String::new());
        }
        let noise = line.is_empty()
            || line.starts_with("--")
            || line.starts_with('\\')
            || line.starts_with("SET ")
            || line.starts_with("SELECT pg_catalog.set_config")
            // The engine's own name for the sequence of an identity column; a rename of the table leaves it.
            || line.trim_start().starts_with("SEQUENCE NAME ");
        if let (false, Some(fact)) = (noise, facts.last_mut()) {
            fact.push_str(line);
            fact.push('\n');
        }
    }
    let mut facts: Vec<String> = facts.iter().map(|fact| in_fixed_order(fact)).collect();
    facts.retain(|fact| !fact.is_empty());
    facts.sort();
    Ok(facts)
}

/// A dumped statement; the lines of a table and of a list of rights sorted.
fn in_fixed_order(statement: &str) -> String {
    let lines: Vec<&str> = statement.trim_end().lines().collect();
    match lines.as_slice() {
        [first, rest @ ..]
            if ["CREATE TABLE ", "CREATE UNLOGGED ", "CREATE FOREIGN TABLE "]
                .iter()
                .any(|made| first.starts_with(made)) =>
        {
            let end = rest.iter().position(|line| line.starts_with(')'));
            let (members, tail) = rest.split_at(end.unwrap_or(rest.len()));
            let mut members: Vec<String> = members.iter().map(|line| member(line)).collect();
            members.sort();
            // Behind it what is said of columns, column by column.
            let mut tail: Vec<String> = tail.iter().map(|line| (*line).to_owned()).collect();
            if let [_, said @ ..] = tail.as_mut_slice() {
                said.sort();
            }
            [&[(*first).to_owned()][..], &members, &tail].concat().join("\n")
        }
        // Rights come in the order in which they were granted, which means nothing.
        lines
            if lines.iter().all(|line| {
                ["GRANT ", "REVOKE ", "ALTER DEFAULT PRIVILEGES "]
                    .iter()
                    .any(|start| line.starts_with(start))
            }) =>
        {
            let mut lines = lines.to_vec();
            lines.sort_unstable();
            lines.join("\n")
        }
        // The sequence of an identity keeps its name when its table is renamed; it is not ours to manage.
        _ => lines
            .into_iter()
            .filter(|line| !line.starts_with("    SEQUENCE NAME "))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}

/// A column or constraint in `CREATE TABLE`. Since 18, NOT NULL has a name, which stays when its column is renamed; it
/// is not ours to manage.
fn member(line: &str) -> String {
    let line = line.trim_end_matches(',');
    let Some((head, rest)) = line.split_once(" CONSTRAINT ") else {
        return line.to_owned();
    };
    match rest.split_once(" NOT NULL") {
        Some((name, tail)) if !name.contains(' ') || name.starts_with('"') => {
            format!("{head} NOT NULL{tail}")
        }
        _ => line.to_owned(),
    }
}

fn sqlite(database: &Database<'_>) -> Result<Vec<String>, Failed> {
    let mut facts = Vec::new();
    let objects = database.query(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
    )?;
    for object in objects {
        let [kind, name, table, sql] = object.map_cells();
        if OWN_TABLES.contains(&table.as_str()) {
            continue;
        }
        if kind != "table" {
            facts.push(format!("{kind} {name} on {table}: {}", normal(&sql)));
            continue;
        }
        let (head, members, tail) = table_text(&normal(&sql));
        facts.push(format!("table {name}: {head} {tail}"));
        facts.extend(members.iter().map(|member| format!("table {name}: {member}")));
        facts.extend(
            pragmas(database, &name)?
                .into_iter()
                .map(|fact| format!("table {name}: {fact}")),
        );
    }
    let violations = database.query("SELECT \"table\", \"parent\" FROM pragma_foreign_key_check")?;
    facts.extend(violations.into_iter().map(|row| format!("orphan {row:?}")));
    facts.sort();
    Ok(facts)
}

fn pragmas(database: &Database<'_>, table: &str) -> Result<Vec<String>, Failed> {
    let table = format!("'{}'", table.replace('\'', "''"));
    let mut facts = Vec::new();
    for (what, sql) in [
        (
            "column",
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo({})",
        ),
        (
            "key",
            "SELECT f.\"table\", group_concat(f.\"from\"), group_concat(coalesce(f.\"to\", '')), f.on_update, f.on_delete, f.match \
             FROM pragma_foreign_key_list({}) f GROUP BY f.id",
        ),
        (
            "index",
            "SELECT CASE WHEN l.name LIKE 'sqlite_autoindex%' THEN 'auto' ELSE l.name END, l.\"unique\", l.origin, l.partial, \
             (SELECT group_concat(coalesce(x.name, 'expr') || x.\"desc\" || x.coll) FROM pragma_index_xinfo(l.name) x WHERE x.key) \
             FROM pragma_index_list({}) l",
        ),
    ] {
        let rows = database.query(&cast_to_text(&sql.replace("{}", &table)))?;
        facts.extend(rows.into_iter().map(|row| {
            let cells: Vec<String> = row
                .into_iter()
                .map(|cell| cell.unwrap_or_else(|| "NULL".to_owned()))
                .collect();
            format!("{what} {}", cells.join(" | ").replace('"', ""))
        }));
    }
    Ok(facts)
}

/// Every column of the query as text: the pragmas give numbers as well.
fn cast_to_text(sql: &str) -> String {
    let names = ["a", "b", "c", "d", "e", "f"];
    let from = sql.find(" FROM pragma").map_or(sql, |at| &sql[..at]);
    let mut depth = 0;
    let count = 1 + from
        .chars()
        .filter(|character| {
            depth += i32::from(*character == '(') - i32::from(*character == ')');
            *character == ',' && depth == 0
        })
        .count();
    let count = if sql.contains("index_list") { 5 } else { count };
    let names = &names[..count];
    let casts: Vec<String> = names.iter().map(|name| format!("CAST({name} AS TEXT)")).collect();
    format!(
        "WITH q({}) AS ({sql}) SELECT {} FROM q",
        names.join(", "),
        casts.join(", ")
    )
}

/// SQL with single spaces, and without quotes around names that need none: `RENAME` leaves them behind.
fn normal(sql: &str) -> String {
    let mut out = String::new();
    let mut rest = sql.trim();
    while let Some(at) = rest.find(['"', '\'']) {
        let (before, quoted) = rest.split_at(at);
        out.push_str(before);
        let quote = &quoted[..1];
        let Some(end) = quoted[1..].find(quote) else {
            break;
        };
        let inner = &quoted[1..=end];
        let plain = !inner.is_empty()
            && inner
                .bytes()
                .all(|byte| byte.is_ascii_alphabetic() || byte == b'_' || byte.is_ascii_digit());
        if quote == "\"" && plain {
            out.push_str(inner);
        } else {
            // White space inside a literal means something.
            out.push_str(&quoted[..end + 2].replace(' ', "\u{1}"));
        }
        rest = &quoted[end + 2..];
    }
    out.push_str(rest);
    let words: Vec<&str> = out.split_whitespace().collect();
    words
        .join(" ")
        .replace("( ", "(")
        .replace(" )", ")")
        .replace(" (", "(")
        .replace(" ;", ";")
        .replace('\u{1}', " ")
}

/// A column with `NOT NULL` behind its default, on which side of it that was written.
fn not_null_last(member: &str) -> String {
    const WORDS: &str = " NOT NULL";
    let (mut depth, mut quote) = (0, None);
    for (at, character) in member.char_indices() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ' ') if depth == 0 && member[at..].starts_with(WORDS) => {
                return format!("{}{}{WORDS}", &member[..at], &member[at + WORDS.len()..]);
            }
            _ => {}
        }
    }
    member.to_owned()
}

/// `CREATE TABLE t (a, b) STRICT` as head, members and tail.
fn table_text(sql: &str) -> (String, Vec<String>, String) {
    let (Some(open), Some(close)) = (sql.find('('), sql.rfind(')')) else {
        return (sql.to_owned(), Vec::new(), String::new());
    };
    let mut members = Vec::new();
    let (mut depth, mut quote, mut member) = (0, None, String::new());
    for character in sql[open + 1..close].chars() {
        match (quote, character) {
            (Some(open), _) if open == character => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                members.push(std::mem::take(&mut member).trim().to_owned());
                continue;
            }
            _ => {}
        }
        member.push(character);
    }
    members.push(member.trim().to_owned());
    let mut members: Vec<String> = members.iter().map(|member| not_null_last(member)).collect();
    members.sort();
    (
        sql[..open].trim().to_owned(),
        members,
        sql[close + 1..].trim().to_owned(),
    )
}

/// Rows of the tables, column by column.
pub(crate) type Rows = BTreeMap<String, Table>;

/// The columns of a table and its rows in these columns.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    pub(crate) columns: Vec<String>,
    rows: Vec<Vec<Option<String>>>,
}

impl Table {
    /// The rows in some of the columns, sorted.
    fn only(&self, columns: &[&String]) -> Vec<String> {
        let places: Vec<usize> = columns
            .iter()
            .filter_map(|column| self.columns.iter().position(|own| own == *column))
            .collect();
        let mut rows: Vec<String> = self
            .rows
            .iter()
            .map(|row| {
                let cells: Vec<&str> = places
                    .iter()
                    .map(|at| row[*at].as_deref().unwrap_or("NULL"))
                    .collect();
                cells.join(" | ")
            })
            .collect();
        rows.sort();
        rows
    }
}

/// All rows of all tables.
pub(crate) fn rows(database: &Database<'_>) -> Result<Rows, Failed> {
    let columns = if database.engine.is_sqlite() {
        "SELECT '\"' || replace(m.name, '\"', '\"\"') || '\"', m.name, x.name FROM sqlite_schema m, pragma_table_xinfo(m.name) x \
         WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 2, x.cid"
    } else {
        // The rows of tables that inherit it are not its own.
        "SELECT 'ONLY ' || c.oid::regclass::text, \
         (CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END) || c.relname, a.attname::text \
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid \
         WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'reconcile') AND a.attnum > 0 AND NOT a.attisdropped \
         ORDER BY 2, a.attnum"
    };
    let mut tables: BTreeMap<String, (String, Vec<String>)> = BTreeMap::new();
    for row in database.query(columns)? {
        let [sql_name, table, column] = row.map_cells();
        if !OWN_TABLES.contains(&table.as_str()) {
            tables
                .entry(table)
                .or_insert((sql_name, Vec::new()))
                .1
                .push(column);
        }
    }
    let mut out = Rows::new();
    for (table, (sql_name, columns)) in tables {
        let text = |column: &String| {
            let name = format!("\"{}\"", column.replace('"', "\"\""));
            // The bytes of a BLOB need not be text.
            if database.engine.is_sqlite() {
                format!("CASE typeof({name}) WHEN 'blob' THEN quote({name}) ELSE CAST({name} AS TEXT) END")
            } else {
                format!("CAST({name} AS TEXT)")
            }
        };
        let texts: Vec<String> = columns.iter().map(text).collect();
        let rows = database.query(&format!("SELECT {} FROM {sql_name}", texts.join(", ")))?;
        out.insert(table, Table { columns, rows });
    }
    Ok(out)
}

/// Rows must be the same in all columns that both have, except for what `lost` says is lost.
pub(crate) fn survive(
    what: &str,
    before: &Rows,
    after: &Rows,
    lost: impl Fn(&str, Option<&str>) -> bool,
) -> Result<(), Failed> {
    for (name, table) in before {
        let Some(other) = after.get(name) else { continue };
        if lost(name, None) {
            continue;
        }
        let both: Vec<&String> = table
            .columns
            .iter()
            .filter(|column| other.columns.contains(column) && !lost(name, Some(column)))
            .collect();
        compare(
            &format!("{what}: rows of {name} ({both:?})"),
            &other.only(&both),
            &table.only(&both),
        )?;
    }
    Ok(())
}

/// A row as so many texts.
trait Cells {
    fn map_cells<const N: usize>(self) -> [String; N];
}

impl Cells for Vec<Option<String>> {
    fn map_cells<const N: usize>(self) -> [String; N] {
        let mut cells = self.into_iter().map(Option::unwrap_or_default);
        std::array::from_fn(|_| cells.next().unwrap_or_default())
    }
}
