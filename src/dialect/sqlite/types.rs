//! Types: the portable ones in SQLite's words, the one spelling of all others, and [`Affinity`].

use crate::dialect::Holds;

use super::token::{TokenKind, tokens};

/// Which storage class a column prefers (<https://sqlite.org/datatype3.html#determination_of_column_affinity>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Affinity {
    Integer,
    Text,
    Blob,
    Real,
    Numeric,
}

/// The affinity of a declared type.
pub(super) fn affinity(data_type: &str) -> Affinity {
    let upper = data_type.to_ascii_uppercase();
    let any = |words: &[&str]| words.iter().any(|word| upper.contains(word));
    if any(&["INT"]) {
        Affinity::Integer
    } else if any(&["CHAR", "CLOB", "TEXT"]) {
        Affinity::Text
    } else if upper.is_empty() || any(&["BLOB"]) {
        Affinity::Blob
    } else if any(&["REAL", "FLOA", "DOUB"]) {
        Affinity::Real
    } else {
        Affinity::Numeric
    }
}

/// What a column of this type holds: whole numbers have up to 64 bits, texts no limit that is kept.
pub(super) fn holds(data_type: &str) -> Holds {
    match affinity(data_type) {
        Affinity::Integer => Holds::Integer { bits: 64 },
        Affinity::Text => Holds::Text,
        Affinity::Real => Holds::Float,
        Affinity::Blob | Affinity::Numeric => Holds::Other,
    }
}

/// Types to suggest from.
pub(super) const KNOWN: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "boolean",
    "text",
    "varchar",
    "char",
    "numeric",
    "real",
    "double",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "INTEGER",
    "TEXT",
    "REAL",
    "BLOB",
    "NUMERIC",
    "VARCHAR",
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "TIME",
    "JSON",
    "FLOAT",
    "ANY",
];

/// The one spelling of a type text: single spaces, `NAME(1, 2)`, and the six names that SQLite itself knows in upper
/// case, as it reports them since 3.37.
pub(super) fn canonical(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut glued = true;
    for token in tokens(text) {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => {}
            TokenKind::Punct => {
                out.push_str(token.text);
                if token.text == "," {
                    out.push(' ');
                }
                glued = true;
            }
            _ => {
                if !glued {
                    out.push(' ');
                }
                out.push_str(token.text);
                glued = false;
            }
        }
    }
    let standard = ["ANY", "BLOB", "INT", "INTEGER", "REAL", "TEXT"];
    if standard.iter().any(|name| out.eq_ignore_ascii_case(name)) {
        out.make_ascii_uppercase();
    }
    out
}

/// The type for a declared one: a portable name (lower case) means the natural thing, other text stays.
pub(super) fn data_type(declared: &str) -> String {
    let text = canonical(declared);
    if text.ends_with("[]") {
        return "JSON".to_owned();
    }
    let (name, arguments) = match text.find('(') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    let natural = match name {
        "smallint" | "int" | "integer" | "bigint" => return "INTEGER".to_owned(),
        "boolean" | "bool" => "BOOLEAN",
        "text" | "uuid" => "TEXT",
        "varchar" | "character varying" => return format!("VARCHAR{arguments}"),
        "char" | "character" => return format!("CHAR{arguments}"),
        "numeric" | "decimal" => return format!("NUMERIC{arguments}"),
        "real" | "double" | "double precision" => "REAL",
        "date" => "DATE",
        "time" => "TIME",
        "timestamp" | "timestamptz" | "timestamp with time zone" | "timestamp without time zone" => {
            "DATETIME"
        }
        "json" | "jsonb" => "JSON",
        "bytea" => "BLOB",
        _ => return text,
    };
    natural.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_have_one_spelling() {
        for (declared, canonical) in [
            ("bigint", "INTEGER"),
            ("BIGINT", "BIGINT"),
            ("varchar(64)", "VARCHAR(64)"),
            ("numeric(10,2)", "NUMERIC(10, 2)"),
            ("NUMERIC ( 10 , 2 )", "NUMERIC(10, 2)"),
            ("text[]", "JSON"),
            ("timestamptz", "DATETIME"),
            ("uuid", "TEXT"),
            ("Integer", "INTEGER"),
            ("DOUBLE  PRECISION", "DOUBLE PRECISION"),
            ("geometry(point, 4326)", "geometry(point, 4326)"),
            ("", ""),
            ("NUMERIC(-1,+2)", "NUMERIC(-1, +2)"),
        ] {
            assert_eq!(data_type(declared), canonical);
            assert_eq!(data_type(canonical), canonical);
        }
    }
}
