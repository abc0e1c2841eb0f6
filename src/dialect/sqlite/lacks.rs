//! What SQLite has no words for at all, and would otherwise be left out unsaid.
//!
//! In: an object. Out: the end of a sentence. Must not: refuse what the engine itself refuses when it reads the text.

use crate::catalog::Object;
use crate::catalog::kinds::NotNull;

/// What the object has that no SQLite has.
pub(super) fn words(object: &Object) -> Option<&'static str> {
    const NOT_VALID: &str = "SQLite looks at every row: take out `not-valid`, or limit it with on=postgres";
    const TEMPORAL: &str = "SQLite has no keys over periods: limit it with on=postgres";
    const NOT_ENFORCED: &str = "SQLite looks at every constraint: limit it to others with on=postgres";
    match object {
        Object::ForeignKey(key) if !key.on_delete_columns.is_empty() => Some(
            "SQLite sets all columns of a foreign key: take out `on-delete-columns`, or limit it with on=postgres",
        ),
        Object::Table(table) if table.access_method.is_some() => {
            Some("SQLite has no access methods: limit it with on=postgres")
        }
        Object::Table(table) if table.foreign.is_some() => {
            Some("SQLite has no foreign tables: limit it with on=postgres")
        }
        Object::Column(column) if column.not_null != NotNull::default() => {
            Some("SQLite keeps no name and no options of NOT NULL: limit them with on=postgres")
        }
        Object::PrimaryKey(key) if key.without_overlaps => Some(TEMPORAL),
        Object::Unique(key) if key.without_overlaps => Some(TEMPORAL),
        Object::ForeignKey(key) if key.period => Some(TEMPORAL),
        Object::ForeignKey(key) if key.not_enforced => Some(NOT_ENFORCED),
        Object::Check(check) if check.not_enforced => Some(NOT_ENFORCED),
        Object::ForeignKey(key) if !key.validated => Some(NOT_VALID),
        Object::Check(check) if !check.validated => Some(NOT_VALID),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::kinds::{ForeignKey, ReferentialAction};
    use crate::catalog::{Ident, QName};

    #[test]
    fn what_would_be_left_out_is_refused() {
        let key = ForeignKey {
            on_delete: ReferentialAction::SetNull,
            ..ForeignKey::to(
                vec![Ident::exact("a")],
                QName::bare(Ident::exact("t")),
                Vec::new(),
            )
        };
        assert_eq!(words(&key.clone().into()), None);
        let columns = ForeignKey {
            on_delete_columns: key.columns.clone(),
            ..key.clone()
        };
        assert!(words(&columns.into()).is_some_and(|words| words.contains("on-delete-columns")));
        let unchecked = ForeignKey {
            validated: false,
            ..key
        };
        assert!(words(&unchecked.into()).is_some_and(|words| words.contains("not-valid")));
    }
}
