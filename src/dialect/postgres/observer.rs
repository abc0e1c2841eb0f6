//! `pg_dump` as the outside observer: it reads the catalog in its own way.
//!
//! In: a program and the URL of a database. Out: the statements that it prints, sorted. The password goes by the
//! environment, where no list of processes shows it.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::catalog::QName;
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{DatabaseUrl, EngineError, Observer, Server};

/// The program, if it can read this server; otherwise why not.
pub(super) fn find(server: &Server, program: Option<&Path>) -> Result<Observer, String> {
    let program = program.unwrap_or(Path::new("pg_dump"));
    let ran = Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{} cannot be run: {error}", program.display()))?;
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    let version = said
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))
        .unwrap_or_default();
    let major = |text: &str| text.split('.').next().and_then(|part| part.parse::<u32>().ok());
    match (major(version), major(server.major())) {
        (Some(reads), Some(serves)) if reads >= serves => Ok(Observer {
            name: format!("pg_dump {version}"),
            program: Some(program.to_owned()),
        }),
        (Some(_), _) => Err(format!("pg_dump {version} does not read {server}")),
        (None, _) => Err(format!("{} does not say which version it is", program.display())),
    }
}

/// What it prints of the database, without the tables that are left out.
pub(super) fn observe(
    program: &Path,
    url: &DatabaseUrl,
    leave_out: &[QName],
) -> Result<Vec<String>, EngineError> {
    let failed = |said: String| {
        EngineError::new(
            EngineErrorKind::Unusable,
            format!("{} failed: {said}", program.display()),
        )
    };
    let mut location = url::Url::parse(&url.location).map_err(|error| failed(error.to_string()))?;
    let mut command = Command::new(program);
    command.args(["--schema-only", "--no-password"]);
    for table in leave_out {
        let schema = table.schema.as_ref().map_or("*", |schema| schema.text());
        command.arg(format!("--exclude-table={schema}.{}", table.name));
    }
    if let Some(password) = location.password().map(decoded) {
        command.env("PGPASSWORD", password);
        // A URL with a host may have a password, and so may have none.
        location.set_password(None).unwrap_or_default();
    }
    let ran = command
        .arg(location.as_str())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !ran.status.success() {
        let said = String::from_utf8_lossy(&ran.stderr);
        return Err(failed(said.lines().next().unwrap_or_default().to_owned()));
    }
    Ok(facts(&String::from_utf8_lossy(&ran.stdout)))
}

/// `%41` is `A`.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text
            .get(at + 1..at + 3)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) if bytes[at] == b'%' => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// One fact an object, without what is said of the dump itself.
fn facts(dump: &str) -> Vec<String> {
    let mut facts: Vec<Vec<&str>> = Vec::new();
    for line in dump.lines() {
        if line.starts_with("-- Name: ") {
            facts.push(Vec::new());
        }
        let is_noise = line.is_empty()
            || ["--", "\\", "SET ", "SELECT pg_catalog.set_config"]
                .iter()
                .any(|start| line.starts_with(start))
            // The engine's own name for the sequence of an identity column; a rename of the table leaves it.
            || line.trim_start().starts_with("SEQUENCE NAME ");
        if let (false, Some(fact)) = (is_noise, facts.last_mut()) {
            fact.push(line);
        }
    }
    let mut facts: Vec<String> = facts.iter().map(|fact| in_fixed_order(fact)).collect();
    facts.retain(|fact| !fact.is_empty());
    facts.sort();
    facts
}

/// A dumped statement; the lines of a table sorted.
fn in_fixed_order(lines: &[&str]) -> String {
    match lines {
        [first, members @ .., last]
            if first.starts_with("CREATE TABLE ") || first.starts_with("CREATE UNLOGGED ") =>
        {
            let mut members: Vec<String> = members.iter().map(|line| member(line)).collect();
            members.sort();
            format!("{first}\n{}\n{last}", members.join("\n"))
        }
        _ => lines.join("\n"),
    }
}

/// A column or constraint of a table. Since 18, NOT NULL has a name, which stays when its column is renamed; it is not
/// ours to manage.
fn member(line: &str) -> String {
    let line = line.trim_end_matches(',');
    match (line.find(" CONSTRAINT "), line.strip_suffix(" NOT NULL")) {
        (Some(at), Some(_)) => format!("{} NOT NULL", &line[..at]),
        _ => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_columns_is_no_fact() {
        let dump = |one: &str, two: &str| {
            format!(
                "-- Dumped from 15\n\n-- Name: t; Type: TABLE\n\nCREATE TABLE public.t (\n    {one},\n    {two}\n);\n"
            )
        };
        assert_eq!(
            facts(&dump("a integer", "b text CONSTRAINT n NOT NULL")),
            facts(&dump("b text NOT NULL", "a integer"))
        );
        assert_ne!(
            facts(&dump("a integer", "b text")),
            facts(&dump("a integer", "b text NOT NULL"))
        );
    }

    #[test]
    fn passwords_are_decoded() {
        assert_eq!(decoded("a%40b%25%zz"), "a@b%%zz");
    }
}
