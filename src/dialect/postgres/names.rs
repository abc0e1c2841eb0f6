//! The names that PostgreSQL gives to constraints and indexes that have none (`makeObjectName` and
//! `ChooseConstraintName` in `src/backend/commands/indexcmds.c`), without the number that it adds when one is taken.

use crate::catalog::{Fingerprint, Kind};

/// The longest name, in bytes: `NAMEDATALEN` less its end.
pub(super) const LIMIT: usize = 63;

/// The implicit name of a constraint, an index, or the sequence of a column.
pub(super) fn implicit(kind: Kind, table: &str, columns: &[&str]) -> Option<String> {
    let label = match kind {
        Kind::PrimaryKey => return Some(join(table, "", "pkey")),
        Kind::Unique => "key",
        Kind::ForeignKey => "fkey",
        Kind::Index => "idx",
        Kind::Exclusion => "excl",
        Kind::Column => "not_null",
        Kind::Sequence => "seq",
        Kind::Check => {
            let only = if let [only] = columns { *only } else { "" };
            return Some(join(table, only, "check"));
        }
        _ => return None,
    };
    let mut joined = String::new();
    for column in columns {
        if joined.len() > LIMIT {
            break;
        }
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column);
    }
    Some(join(table, &joined, label))
}

/// The implicit name of the constraint of a required column, from PostgreSQL 18 on.
pub(super) fn not_null(table: &str, column: &str) -> String {
    join(table, column, "not_null")
}

/// The name that something has until it takes the place of what has this name: the same with a prefix.
pub(super) fn aside(prefix: &str, name: &str) -> String {
    let whole = format!("{prefix}{name}");
    if whole.len() <= LIMIT {
        return whole;
    }
    // Long names may begin alike.
    let digest = Fingerprint::of_bytes(name.as_bytes());
    let tail = clip(digest.as_str(), 8);
    format!("{}_{tail}", clip(&whole, LIMIT - tail.len() - 1))
}

/// `table_columns_label`, the longer of the first two shortened until the whole fits.
fn join(table: &str, columns: &str, label: &str) -> String {
    let separators = if columns.is_empty() { 1 } else { 2 };
    let room = LIMIT - label.len() - separators;
    let (mut first, mut second) = (table.len(), columns.len());
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let (first, second) = (clip(table, first), clip(columns, second));
    if columns.is_empty() {
        format!("{first}_{label}")
    } else {
        format!("{first}_{second}_{label}")
    }
}

/// At most so many bytes, in whole characters.
pub(super) fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_as_the_server_makes_them() {
        assert_eq!(
            implicit(Kind::PrimaryKey, "users", &["id"]).unwrap(),
            "users_pkey"
        );
        assert_eq!(
            implicit(Kind::Unique, "users", &["a", "b"]).unwrap(),
            "users_a_b_key"
        );
        assert_eq!(implicit(Kind::Check, "users", &["a"]).unwrap(), "users_a_check");
        assert_eq!(
            implicit(Kind::Check, "users", &["a", "b"]).unwrap(),
            "users_check"
        );
        assert_eq!(
            implicit(Kind::Index, "users", &["expr"]).unwrap(),
            "users_expr_idx"
        );
        assert_eq!(implicit(Kind::Trigger, "users", &[]), None);
    }

    #[test]
    fn what_stands_aside_has_a_name_of_its_own_that_fits() {
        assert_eq!(aside("_rcn_new_", "id"), "_rcn_new_id");
        let long = |end: &str| aside("_rcn_new_", &format!("{}{end}", "n".repeat(62)));
        assert_eq!(long("a").len(), LIMIT);
        assert_ne!(long("a"), long("b"));
    }

    #[test]
    fn long_names_are_shortened_as_the_server_shortens_them() {
        let name = implicit(Kind::Index, &"t".repeat(60), &["c".repeat(20).as_str()]).unwrap();
        assert_eq!(name, format!("{}_{}_idx", "t".repeat(38), "c".repeat(20)));
        assert_eq!(name.len(), LIMIT);
    }
}
