//! The names of constraints and indexes that the author left unnamed: the engine's own, or SQLAlchemy's templates
//! (<https://docs.sqlalchemy.org/en/20/core/metadata.html#sqlalchemy.schema.MetaData.params.naming_convention>).
//!
//! Where two would have one name, later ones get a digit, as on PostgreSQL.

use std::collections::{HashMap, HashSet};

use crate::catalog::{Ident, Key, Kind, QName};
use crate::dialect::Engine;

use super::Naming;
use super::kinds::{MemberDraft, Names};
use super::reading::{Reading, TableDraft};
use super::report::NAME;

/// The names that are taken, by schema.
#[derive(Debug, Default)]
pub(super) struct Taken {
    names: HashSet<(Option<Ident>, Ident)>,
}

impl Taken {
    /// Takes in a name.
    pub(super) fn insert(&mut self, schema: Option<&Ident>, name: &Ident) -> bool {
        self.names.insert((schema.cloned(), name.clone()))
    }
}

/// The keys under which the constraints, indexes and triggers of the tables stand.
pub(super) fn keys(reading: &Reading<'_>, taken: &mut Taken, tables: &[TableDraft]) -> Vec<Vec<Key>> {
    let own: HashMap<&QName, Vec<Option<Key>>> = tables
        .iter()
        .map(|table| {
            let of = |member: &MemberDraft| {
                let own = member.inherits.is_none();
                own.then(|| key(reading, taken, &table.name, member))
            };
            (&table.name, table.members.iter().map(of).collect())
        })
        .collect();
    let places: HashMap<&QName, &TableDraft> = tables.iter().map(|table| (&table.name, table)).collect();
    let find = |table: &TableDraft, at: usize| {
        let (mut table, mut at) = (table, at);
        loop {
            let member = &table.members[at];
            let above = member.inherits.as_ref();
            let next = above.and_then(|inherits| Some((*places.get(&inherits.table)?, inherits.at)));
            match next {
                Some((parent, place)) => (table, at) = (parent, place),
                None => {
                    let key = own
                        .get(&table.name)
                        .and_then(|keys| keys.get(at).cloned().flatten());
                    return key.unwrap_or_else(|| member.object.structural_key());
                }
            }
        }
    };
    tables
        .iter()
        .map(|table| (0..table.members.len()).map(|at| find(table, at)).collect())
        .collect()
}

/// The key under which a constraint or index stands.
pub(super) fn key(reading: &Reading<'_>, taken: &mut Taken, table: &QName, member: &MemberDraft) -> Key {
    if let Some(given) = &member.given {
        return Key::Named(given.clone());
    }
    if member.unnamed {
        return member.object.structural_key();
    }
    let name = match implicit_name(reading.engine, reading.naming, member.kind, table, &member.names) {
        Ok(name) => name,
        Err(token) => {
            reading.report.error_with(
                NAME,
                member.span.clone(),
                format!(
                    "the naming template of a {} has the unknown token `{token}`",
                    member.kind.noun()
                ),
                "see SQLAlchemy's naming_convention for the tokens; mend it in the configuration",
            );
            None
        }
    };
    let Some(name) = name else {
        return member.object.structural_key();
    };
    let schema = table.schema.as_ref();
    let mut count = 0_u32;
    loop {
        let candidate = match count {
            0 => name.clone(),
            count => format!("{name}{count}"),
        };
        let ident = reading.engine.ident(&candidate);
        if taken.insert(schema, &ident) {
            check_length(reading, &candidate, member);
            return Key::Named(ident);
        }
        count += 1;
    }
}

fn check_length(reading: &Reading<'_>, name: &str, member: &MemberDraft) {
    if let Some(limit) = reading.engine.name_limit()
        && name.len() > limit
    {
        reading.report.error_with(
            NAME,
            member.span.clone(),
            format!(
                "this {} would be named `{name}`, which has {} bytes",
                member.kind.noun(),
                name.len()
            ),
            format!(
                "{} cuts names after {limit} bytes: give it one with name=",
                reading.engine.title()
            ),
        );
    }
}

/// The name of an unnamed constraint or index before collisions; `None` where it has none. The error is a token of a
/// template that means nothing.
pub(super) fn implicit_name(
    engine: &dyn Engine,
    naming: &Naming,
    kind: Kind,
    table: &QName,
    names: &Names,
) -> Result<Option<String>, String> {
    let template = template_key(kind).and_then(|key| naming.templates.get(key));
    if let Some(template) = template
        && let Some(name) = expand(template, table, names)?
    {
        return Ok(Some(name));
    }
    let columns: Vec<&str> = names.columns.iter().map(String::as_str).collect();
    Ok(engine.implicit_name(kind, table.name.text(), &columns))
}

fn template_key(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Index => "ix",
        Kind::Unique => "uq",
        Kind::Check => "ck",
        Kind::ForeignKey => "fk",
        Kind::PrimaryKey => "pk",
        _ => return None,
    })
}

/// The template with its tokens replaced; `None` if it asks for a name that the author did not give.
fn expand(template: &str, table: &QName, names: &Names) -> Result<Option<String>, String> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find("%(") {
        out.push_str(&rest[..at]);
        let Some(end) = rest[at..].find(")s") else {
            return Err(rest[at..].to_owned());
        };
        let token = &rest[at + 2..at + end];
        match value_of(token, table, names) {
            Value::Text(value) => out.push_str(&value),
            Value::Absent => return Ok(None),
            Value::Unknown => return Err(token.to_owned()),
        }
        rest = &rest[at + end + 2..];
    }
    out.push_str(rest);
    Ok(Some(out))
}

/// What a token stands for.
enum Value {
    /// A part of the name.
    Text(String),
    /// Something that this object does not have.
    Absent,
    /// Nothing that we know.
    Unknown,
}

impl Value {
    fn of(text: Option<String>) -> Self {
        text.map_or(Self::Absent, Self::Text)
    }
}

fn value_of(token: &str, table: &QName, names: &Names) -> Value {
    let table = table.name.text();
    let (referred, referred_columns) = match &names.referred {
        Some((table, columns)) => (Some(table.as_str()), columns.as_slice()),
        None => (None, [].as_slice()),
    };
    match token {
        "table_name" => return Value::Text(table.to_owned()),
        "referred_table_name" => return Value::of(referred.map(str::to_owned)),
        "constraint_name" => return Value::Absent,
        _ => {}
    }
    if let Some(rest) = token.strip_prefix("referred_column_") {
        return columns_of(rest, referred.unwrap_or_default(), referred_columns);
    }
    match token.strip_prefix("column_") {
        Some(rest) => columns_of(rest, table, &names.columns),
        None => Value::Unknown,
    }
}

/// `0_name`, `1_label`, `0N_name`, `0_N_name`: one column, or all of them.
fn columns_of(token: &str, table: &str, columns: &[String]) -> Value {
    let (position, spell): (&str, fn(&str, &str) -> String) = match token.rsplit_once('_') {
        Some((position, "name" | "key")) => (position, |_, column| column.to_owned()),
        Some((position, "label")) => (position, |table, column| format!("{table}_{column}")),
        _ => return Value::Unknown,
    };
    let all = |separator| {
        let all: Vec<String> = columns.iter().map(|column| spell(table, column)).collect();
        Value::of((!all.is_empty()).then(|| all.join(separator)))
    };
    match position {
        "0N" => all(""),
        "0_N" => all("_"),
        number => match number.parse::<usize>() {
            Ok(at) => Value::of(columns.get(at).map(|column| spell(table, column))),
            Err(_) => Value::Unknown,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(template: &str) -> Result<Option<String>, String> {
        let table = QName::bare(Ident::exact("orders"));
        let names = Names {
            columns: vec!["a".to_owned(), "b".to_owned()],
            referred: Some(("users".to_owned(), vec!["id".to_owned()])),
        };
        expand(template, &table, &names)
    }

    #[test]
    fn tokens_of_sqlalchemy_are_replaced() {
        for (template, name) in [
            ("ix_%(column_0_label)s", "ix_orders_a"),
            ("uq_%(table_name)s_%(column_0_name)s", "uq_orders_a"),
            ("uq_%(table_name)s_%(column_0_N_name)s", "uq_orders_a_b"),
            ("uq_%(column_0N_name)s", "uq_ab"),
            (
                "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "fk_orders_a_users",
            ),
            ("fk_%(referred_column_0_name)s", "fk_id"),
            ("plain", "plain"),
        ] {
            assert_eq!(expanded(template), Ok(Some(name.to_owned())), "{template}");
        }
        assert_eq!(expanded("ck_%(table_name)s_%(constraint_name)s"), Ok(None));
        assert_eq!(expanded("ix_%(columm_0)s"), Err("columm_0".to_owned()));
    }
}
