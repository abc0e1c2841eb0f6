//! How PostgreSQL spells types: a declared type in, the text of `format_type` out.
//!
//! Checked against `format_type` with an empty search path. A type that is not in the table is the author's own and
//! goes to the engine as it is written.

use crate::catalog::QName;
use crate::dialect::Holds;

use super::keywords::is_bare;

/// Names to suggest from. `serial` is left out: it is no type, and never what introspection reads.
pub(super) const KNOWN: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "int",
    "int2",
    "int4",
    "int8",
    "boolean",
    "bool",
    "text",
    "varchar",
    "character varying",
    "char",
    "character",
    "bpchar",
    "numeric",
    "decimal",
    "real",
    "float",
    "float4",
    "float8",
    "double",
    "double precision",
    "date",
    "time",
    "timetz",
    "timestamp",
    "timestamptz",
    "interval",
    "uuid",
    "json",
    "jsonb",
    "jsonpath",
    "bytea",
    "bit",
    "varbit",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "money",
    "xml",
    "point",
    "line",
    "lseg",
    "box",
    "path",
    "polygon",
    "circle",
    "tsvector",
    "tsquery",
    "int4range",
    "int8range",
    "numrange",
    "tsrange",
    "tstzrange",
    "daterange",
    "int4multirange",
    "int8multirange",
    "nummultirange",
    "tsmultirange",
    "tstzmultirange",
    "datemultirange",
    "oid",
    "name",
    "regclass",
];

/// The canonical spelling of a declared type.
pub(super) fn canonical(declared: &str) -> String {
    let declared = declared.trim();
    let (base, array) = split_array(declared);
    match element(base) {
        Some(text) if array => format!("{text}[]"),
        Some(text) => text,
        None if array => format!("{base}[]"),
        None => base.to_owned(),
    }
}

/// The type without its array brackets, and whether there were any; the engine keeps neither their number nor bounds.
pub(super) fn split_array(text: &str) -> (&str, bool) {
    let mut base = text.trim_end();
    let mut array = false;
    while let Some(inner) = base.strip_suffix(']')
        && let Some((before, bounds)) = inner.rsplit_once('[')
        && bounds.bytes().all(|byte| byte.is_ascii_digit())
    {
        base = before.trim_end();
        array = true;
    }
    let word = base.len().saturating_sub(" array".len());
    if base.is_char_boundary(word) && base[word..].eq_ignore_ascii_case(" array") {
        base = base[..word].trim_end();
        array = true;
    }
    (base, array)
}

/// The words of a type without its arguments, lower case, and the arguments without spaces.
pub(super) fn words(base: &str) -> (String, Option<String>) {
    let lower = base.to_ascii_lowercase();
    let (head, args, tail) = match lower.split_once('(') {
        Some((head, rest)) => match rest.split_once(')') {
            Some((args, tail)) => (head, Some(args.split_whitespace().collect()), tail),
            None => return (lower, None),
        },
        None => (lower.as_str(), None, ""),
    };
    let words: Vec<&str> = head.split_whitespace().chain(tail.split_whitespace()).collect();
    (words.join(" "), args)
}

fn element(base: &str) -> Option<String> {
    let (words, args) = words(base);
    let with = |name: &str, default: &str| match &args {
        Some(args) => format!("{name}({args})"),
        None => format!("{name}{default}"),
    };
    let zoned = |name: &str, zone: &str| format!("{} {zone} time zone", with(name, ""));
    Some(match words.as_str() {
        "smallint" | "int2" => "smallint".to_owned(),
        "integer" | "int" | "int4" => "integer".to_owned(),
        "bigint" | "int8" => "bigint".to_owned(),
        "boolean" | "bool" => "boolean".to_owned(),
        "real" | "float4" => "real".to_owned(),
        "double precision" | "double" | "float8" => "double precision".to_owned(),
        "float" => match args.as_deref().and_then(|bits| bits.parse::<u8>().ok()) {
            Some(bits) if bits <= 24 => "real".to_owned(),
            _ => "double precision".to_owned(),
        },
        "numeric" | "decimal" | "dec" => match args {
            Some(args) if !args.contains(',') => format!("numeric({args},0)"),
            _ => with("numeric", ""),
        },
        "varchar" | "character varying" | "char varying" | "national character varying" => {
            with("character varying", "")
        }
        "char" | "character" | "nchar" | "national character" | "national char" => with("character", "(1)"),
        "bpchar" if args.is_some() => with("character", ""),
        "timestamp" | "timestamp without time zone" => zoned("timestamp", "without"),
        "timestamptz" | "timestamp with time zone" => zoned("timestamp", "with"),
        "time" | "time without time zone" => zoned("time", "without"),
        "timetz" | "time with time zone" => zoned("time", "with"),
        "bit" => with("bit", "(1)"),
        "varbit" | "bit varying" => with("bit varying", ""),
        "interval" => with("interval", ""),
        known if args.is_none() && KNOWN.contains(&known) => known.to_owned(),
        _ => return None,
    })
}

/// What a column of a canonical type holds; an array holds something else.
pub(super) fn holds(canonical: &str) -> Holds {
    let (base, array) = split_array(canonical);
    if array {
        return Holds::Other;
    }
    match words(base).0.as_str() {
        "smallint" => Holds::Integer { bits: 16 },
        "integer" => Holds::Integer { bits: 32 },
        "bigint" => Holds::Integer { bits: 64 },
        "text" => Holds::Text,
        "character varying" => Holds::LimitedText,
        "character" | "bpchar" => Holds::PaddedText,
        "real" | "double precision" => Holds::Float,
        "money" => Holds::Money,
        "timestamp without time zone" => Holds::Timestamp { zone: false },
        "timestamp with time zone" => Holds::Timestamp { zone: true },
        "time without time zone" => Holds::Time { zone: false },
        "time with time zone" => Holds::Time { zone: true },
        "json" => Holds::Json { binary: false },
        "jsonb" => Holds::Json { binary: true },
        "uuid" => Holds::Uuid,
        _ => Holds::Other,
    }
}

/// The type of a constant in a printed expression: without length and precision, and by the name that is valid there.
pub(super) fn of_constant(canonical: &str) -> String {
    let (base, array) = split_array(canonical);
    let unsized_base = match (base.split_once('('), base.rsplit_once(')')) {
        (Some((head, _)), Some((_, tail))) if head != "interval" && !base.contains('"') => {
            format!("{head}{tail}")
        }
        _ => base.to_owned(),
    };
    let name = match unsized_base.as_str() {
        "character" => "bpchar",
        "bit" => "\"bit\"",
        other => other,
    };
    if array {
        format!("{name}[]")
    } else {
        name.to_owned()
    }
}

/// The text of `format_type` for a type of the database's own.
pub(super) fn user_type(name: &QName, array: bool) -> String {
    let quote = |text: &str| {
        if is_bare(text) {
            text.to_owned()
        } else {
            crate::dialect::sql::quoted(text)
        }
    };
    let mut out = String::new();
    if let Some(schema) = &name.schema {
        out.push_str(&quote(schema.text()));
        out.push('.');
    }
    out.push_str(&quote(name.name.text()));
    if array {
        out.push_str("[]");
    }
    out
}

/// What types have in common that matters for conversion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Integer,
    Numeric,
    Float,
    Text,
    Boolean,
    Timestamp,
    Json,
    Other,
}

/// The family of a canonical type; an array has none.
pub(super) fn family(canonical: &str) -> Family {
    if split_array(canonical).1 {
        return Family::Other;
    }
    match of_constant(canonical).as_str() {
        "smallint" | "integer" | "bigint" => Family::Integer,
        "numeric" => Family::Numeric,
        "real" | "double precision" => Family::Float,
        "text" | "character varying" | "bpchar" | "name" | "\"char\"" | "public.citext" => Family::Text,
        "boolean" => Family::Boolean,
        "timestamp with time zone" | "timestamp without time zone" | "date" => Family::Timestamp,
        "json" | "jsonb" => Family::Json,
        _ => Family::Other,
    }
}

/// The arguments of a canonical type: `10, 2` of `numeric(10,2)`.
pub(super) fn arguments(canonical: &str) -> Vec<u32> {
    let inner = canonical
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'));
    let Some((inner, _)) = inner else {
        return Vec::new();
    };
    inner
        .split(',')
        .filter_map(|part| part.trim().parse().ok())
        .collect()
}

/// Whether the table keeps its rows as they are when a column goes from one type to the other
/// (<https://www.postgresql.org/docs/current/sql-altertable.html>, Notes).
pub(super) fn keeps_rows(from: &str, to: &str) -> bool {
    let (of_from, of_to) = (of_constant(from), of_constant(to));
    let (from, to) = (arguments(from), arguments(to));
    match (of_from.as_str(), of_to.as_str()) {
        ("character varying" | "text", "text") | ("cidr", "inet") => true,
        ("text", "character varying") => to.is_empty(),
        ("character varying", "character varying")
        | ("bit varying", "bit varying")
        | ("timestamp with time zone", "timestamp with time zone")
        | ("timestamp without time zone", "timestamp without time zone") => {
            to.is_empty() || from.first().is_some_and(|from| *from <= to[0])
        }
        ("numeric", "numeric") => {
            to.is_empty() || (from.len() == 2 && to.len() == 2 && from[0] <= to[0] && from[1] == to[1])
        }
        _ => false,
    }
}

/// Whether columns of the two types can be compared, as a foreign key has to, when the one becomes the other.
pub(super) fn stays_comparable(from: &str, to: &str) -> bool {
    family(from) == family(to) && (family(from) != Family::Other || from == to)
}

/// Whether every value of the one type is one of the other, and comes back from there as it was.
pub(super) fn is_widened(from: &str, to: &str) -> bool {
    const WHOLE: [&str; 3] = ["smallint", "integer", "bigint"];
    let place = |name: &str| WHOLE.iter().position(|other| *other == name);
    let whole = match (place(from), place(to)) {
        (Some(from), Some(to)) => from <= to,
        (Some(_), None) => to == "numeric",
        _ => false,
    };
    whole || keeps_rows(from, to) || (from, to) == ("real", "double precision")
}

/// The casts that lead from one type to the other where the engine has no assignment cast
/// (<https://www.postgresql.org/docs/current/sql-createcast.html>); `None` where it has one.
pub(super) fn conversion(from: &str, to: &str) -> Option<String> {
    let (_, from_array) = split_array(from);
    let (_, to_array) = split_array(to);
    if of_constant(from) == of_constant(to) || from_array != to_array {
        return None;
    }
    if from_array {
        return Some(format!("::text[]::{to}"));
    }
    let numbers = [Family::Integer, Family::Numeric, Family::Float];
    match (family(from), family(to)) {
        (_, Family::Text) => None,
        (before, after) if numbers.contains(&before) && numbers.contains(&after) => None,
        (Family::Timestamp, Family::Timestamp) | (Family::Json, Family::Json) => None,
        (Family::Text, _) => Some(format!("::{to}")),
        (Family::Integer, Family::Boolean) | (Family::Boolean, Family::Integer) => {
            Some(format!("::integer::{to}"))
        }
        _ => Some(format!("::text::{to}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Ident;

    #[test]
    fn types_are_spelled_as_the_server_prints_them() {
        for (declared, printed) in [
            ("varchar(64)", "character varying(64)"),
            ("VARCHAR ( 64 )", "character varying(64)"),
            ("character  varying", "character varying"),
            ("char", "character(1)"),
            ("bpchar", "bpchar"),
            ("\"char\"", "\"char\""),
            ("timestamptz", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp(3) without time zone", "timestamp(3) without time zone"),
            ("time", "time without time zone"),
            ("int4", "integer"),
            ("decimal(10, 2)", "numeric(10,2)"),
            ("numeric(10)", "numeric(10,0)"),
            ("double", "double precision"),
            ("float(20)", "real"),
            ("float", "double precision"),
            ("bit", "bit(1)"),
            ("interval day", "interval day"),
            ("JSONB", "jsonb"),
            ("text[]", "text[]"),
            ("int[3][4]", "integer[]"),
            ("text ARRAY", "text[]"),
            ("public.\"Odd [x\"", "public.\"Odd [x\""),
            ("serial", "serial"),
        ] {
            assert_eq!(canonical(declared), printed, "{declared}");
            assert_eq!(canonical(printed), printed, "{printed} is canonical");
        }
    }

    #[test]
    fn constants_have_neither_length_nor_precision() {
        for (column, constant) in [
            ("character varying(64)", "character varying"),
            ("character(3)", "bpchar"),
            ("character(3)[]", "bpchar[]"),
            ("bit(3)", "\"bit\""),
            ("timestamp(3) with time zone", "timestamp with time zone"),
            ("interval(3)", "interval(3)"),
            ("public.user_role[]", "public.user_role[]"),
            ("public.\"We(ird)\"", "public.\"We(ird)\""),
        ] {
            assert_eq!(of_constant(column), constant);
        }
    }

    #[test]
    fn user_types_are_qualified_and_quoted() {
        let name = |text| QName::in_schema(Ident::exact("public"), Ident::exact(text));
        assert_eq!(user_type(&name("user_role"), false), "public.user_role");
        assert_eq!(user_type(&name("Weird"), true), "public.\"Weird\"[]");
    }

    #[test]
    fn only_what_the_engine_does_not_convert_is_cast() {
        for (from, to, casts) in [
            ("text", "public.role", Some("::public.role")),
            ("character varying(20)", "integer", Some("::integer")),
            ("integer", "text", None),
            ("text", "character varying(3)", None),
            ("integer", "numeric(10,2)", None),
            ("boolean", "bigint", Some("::integer::bigint")),
            ("public.a", "public.b", Some("::text::public.b")),
            ("text[]", "public.role[]", Some("::text[]::public.role[]")),
            ("json", "jsonb", None),
        ] {
            assert_eq!(conversion(from, to).as_deref(), casts, "{from} to {to}");
        }
    }

    #[test]
    fn only_a_widening_keeps_rows() {
        assert!(keeps_rows("character varying(10)", "character varying(20)"));
        assert!(keeps_rows("character varying(10)", "text"));
        assert!(!keeps_rows("character varying(20)", "character varying(10)"));
        assert!(!keeps_rows("text", "character varying(10)"));
        assert!(keeps_rows("numeric(10,2)", "numeric(12,2)"));
        assert!(!keeps_rows("numeric(10,2)", "numeric(12,3)"));
        assert!(!keeps_rows("integer", "bigint"));
    }
}
