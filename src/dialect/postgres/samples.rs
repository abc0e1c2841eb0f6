//! Values to try things with: literals for every type of the engine's list, and for enums, domains and arrays.
//!
//! Out: the text of the `nth` value of a type; as far as a type has so many, no two are the same. A type that is not
//! known here (an extension's, mostly) has none.

use crate::catalog::kinds::{Domain, EnumType};
use crate::catalog::{Catalog, DataType};
use crate::dialect::sql::text_literal;

use super::types::{arguments, split_array, words};

/// The `nth` value as a literal.
pub(super) fn sample(data_type: &DataType, catalog: &Catalog, nth: usize) -> Option<String> {
    let (base, is_array) = split_array(&data_type.text);
    let one = |nth| element(base, data_type, catalog, nth);
    if !is_array {
        return one(nth).map(|text| text_literal(&text));
    }
    // https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO
    let quoted = |text: String| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
    let delimiter = if base == "box" { ";" } else { "," };
    let elements = [quoted(one(nth)?), quoted(one(nth + 1)?)];
    Some(text_literal(&format!("{{{}}}", elements.join(delimiter))))
}

fn element(base: &str, data_type: &DataType, catalog: &Catalog, nth: usize) -> Option<String> {
    if let Some(user) = &data_type.user {
        // What its rules refuse is tried, and told by the engine.
        if let Some(domain) = catalog.payload::<Domain>(user) {
            let (inner, is_array) = split_array(&domain.base.text);
            return (!is_array)
                .then(|| element(inner, &domain.base, catalog, nth))
                .flatten();
        }
        let values = &catalog.payload::<EnumType>(user)?.values;
        return Some(values.get(nth % values.len().max(1))?.to_string());
    }
    let (name, size) = (words(base).0, arguments(base).first().copied());
    let found = number(&name, base, nth)
        .or_else(|| moment(&name, nth))
        .or_else(|| text(&name, size, nth))
        .or_else(|| shape(&name, nth));
    found.or_else(|| range(&name, nth)).or_else(|| other(&name, nth))
}

fn number(name: &str, base: &str, nth: usize) -> Option<String> {
    Some(match name {
        // Beyond what a double holds exactly.
        "bigint" if nth % 4 == 3 => (9_007_199_254_740_993 + nth).to_string(),
        "smallint" | "integer" | "bigint" | "oid" => (nth + 1).to_string(),
        "numeric" => numeric(&arguments(base), nth),
        "real" | "double precision" => format!("{}.25", nth + 1),
        "money" => format!("{}.50", nth + 1),
        "boolean" => nth.is_multiple_of(2).to_string(),
        _ => return None,
    })
}

/// `numeric(5,2)` has three digits before the point.
fn numeric(arguments: &[u32], nth: usize) -> String {
    let (digits, scale) = match arguments {
        [precision, scale, ..] => (precision.saturating_sub(*scale), *scale),
        [precision] => (*precision, 0),
        [] => (18, 1),
    };
    let whole = (nth + 1) % 10_usize.pow(digits.min(9));
    match scale {
        0 => whole.to_string(),
        _ => format!("{whole}.{}", (nth + 5) % 10),
    }
}

/// <https://www.postgresql.org/docs/current/datatype-datetime.html>; all in the past, and in one year.
fn moment(name: &str, nth: usize) -> Option<String> {
    let date = format!("2024-{:02}-{:02}", 1 + nth / 28 % 12, 1 + nth % 28);
    let time = format!("04:{:02}:06.789{}", nth % 60, nth % 10);
    Some(match name {
        "date" => date,
        "time without time zone" => time,
        "time with time zone" => format!("{time}+02"),
        "timestamp without time zone" => format!("{date} {time}"),
        "timestamp with time zone" => format!("{date} {time}+02"),
        _ if name.starts_with("interval") => {
            format!("{} years {} days 02:03:{:02}", nth % 9 + 1, nth + 1, nth % 60)
        }
        _ => return None,
    })
}

fn text(name: &str, size: Option<u32>, nth: usize) -> Option<String> {
    let fits = |size: Option<u32>, long: String| match size.and_then(|size| usize::try_from(size).ok()) {
        Some(size) if size < long.chars().count() => short(size, nth),
        _ => long,
    };
    Some(match name {
        "text" | "bpchar" | "character varying" => fits(size, format!("{nth} it's \"one\" \\ {{ü}}")),
        "character" => fits(size.or(Some(1)), format!("c{nth}")),
        "name" | "public.citext" => format!("name {nth}"),
        "\"char\"" => short(1, nth),
        "bit" => bits(size.unwrap_or(1), nth),
        "bit varying" => bits(size.unwrap_or(8), nth),
        _ => return None,
    })
}

/// The last so many letters and digits that tell one number from another.
fn short(size: usize, nth: usize) -> String {
    let letters: Vec<char> = ('a'..='z').collect();
    let mut rest = nth;
    let mut out: Vec<char> = Vec::new();
    while out.len() < size.min(8) {
        out.push(letters[rest % letters.len()]);
        rest /= letters.len();
    }
    out.into_iter().rev().collect()
}

fn bits(size: u32, nth: usize) -> String {
    let place = |at: u32| (nth >> at.min(31)) & 1;
    (0..size.min(64))
        .rev()
        .map(|at| if place(at) == 1 { '1' } else { '0' })
        .chain(std::iter::repeat_n(
            '0',
            usize::try_from(size.saturating_sub(64)).unwrap_or_default(),
        ))
        .collect()
}

/// <https://www.postgresql.org/docs/current/datatype-geometric.html>
fn shape(name: &str, nth: usize) -> Option<String> {
    let (one, two) = (nth + 1, nth + 2);
    Some(match name {
        "point" => format!("({one},{two})"),
        "line" => format!("{{{one},{two},3}}"),
        "lseg" | "path" => format!("[({one},1),(2,{two})]"),
        "box" => format!("({two},{two}),(0,{nth})"),
        "polygon" => format!("(({one},1),(2,{two}),(0,0))"),
        "circle" => format!("<({one},1),{two}>"),
        _ => return None,
    })
}

/// Ranges that do not overlap.
fn range(name: &str, nth: usize) -> Option<String> {
    let (from, to) = (nth * 10, nth * 10 + 5);
    let day = |at: usize| format!("{}-01-01", 2000 + at);
    let one = match name.replace("multirange", "range").as_str() {
        "int4range" | "int8range" => format!("[{from},{to})"),
        "numrange" => format!("[{from}.5,{to}.5)"),
        "daterange" | "tsrange" => format!("[{},{})", day(from), day(to)),
        "tstzrange" => format!("[{} 00:00+00,{} 00:00+00)", day(from), day(to)),
        _ => return None,
    };
    Some(if name.contains("multirange") {
        format!("{{{one}}}")
    } else {
        one
    })
}

fn other(name: &str, nth: usize) -> Option<String> {
    Some(match name {
        "uuid" => format!("00000000-0000-4000-8000-{nth:012x}"),
        "json" | "jsonb" => format!("{{\"b\": [{nth}, null], \"a\": \"it's\"}}"),
        "jsonpath" => format!("$.\"a\"[{nth}]"),
        "bytea" => format!("\\x00ff{:04x}", nth % 65_536),
        "inet" => format!("10.0.{}.{}", nth / 250 % 250, nth % 250 + 1),
        "cidr" => format!("10.{}.{}.0/24", nth / 250 % 250, nth % 250),
        "macaddr" => format!("08:00:2b:01:{:02x}:{:02x}", nth / 256 % 256, nth % 256),
        "macaddr8" => format!("08:00:2b:01:02:03:{:02x}:{:02x}", nth / 256 % 256, nth % 256),
        "xml" => format!("<a>{nth}</a>"),
        "tsvector" => format!("'fat':2 'rat{nth}':3"),
        "tsquery" => format!("'fat' & 'rat{nth}'"),
        "regclass" => ["pg_class", "pg_type", "pg_proc", "pg_index"][nth % 4].to_owned(),
        "public.hstore" => format!("\"a\"=>\"{nth}\""),
        "public.ltree" => format!("a.b{nth}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::types::KNOWN;
    use super::super::types::canonical;
    use super::*;

    #[test]
    fn every_known_type_has_values() {
        let catalog = Catalog::new();
        for known in KNOWN {
            for suffix in ["", "[]"] {
                let data_type = DataType::builtin(canonical(&format!("{known}{suffix}")));
                assert!(sample(&data_type, &catalog, 5).is_some(), "{data_type:?}");
            }
        }
    }

    #[test]
    fn values_fit_their_type() {
        let catalog = Catalog::new();
        for (data_type, literal) in [
            ("numeric(2,2)", "'0.0'"),
            ("numeric(5,0)", "'6'"),
            ("character varying(3)", "'aaf'"),
            ("character(1)", "'f'"),
            ("bit(3)", "'101'"),
            (
                "text[]",
                "'{\"5 it''s \\\"one\\\" \\\\ {ü}\",\"6 it''s \\\"one\\\" \\\\ {ü}\"}'",
            ),
        ] {
            let found = sample(&DataType::builtin(data_type), &catalog, 5);
            assert_eq!(found.as_deref(), Some(literal), "{data_type}");
        }
    }
}
