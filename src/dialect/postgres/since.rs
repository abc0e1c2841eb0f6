//! Which version brought what: what an object asks of a server that is too old for it is refused by name.
//!
//! In: an object and the version of a server. Out: the end of a sentence. Must not: say what is refused for other reasons.

use crate::catalog::Object;
use crate::catalog::kinds::{Body, Collation, CollationProvider, IndexKey, NotNull, Publication};

/// What the object has that the server does not.
pub(super) fn lacks(object: &Object, version: u32) -> Option<&'static str> {
    const NULLS: &str = "nulls-not-distinct needs PostgreSQL 15";
    const WITHOUT_OVERLAPS: &str = "without-overlaps needs PostgreSQL 18";
    const OPTIONS: &str = "an operator class with options needs PostgreSQL 13";
    const NOT_ENFORCED: &str = "not-enforced needs PostgreSQL 18";
    let (since, reason) = match object {
        Object::Unique(key) if key.nulls_not_distinct => (150_000, NULLS),
        Object::Index(index) if index.nulls_not_distinct => (150_000, NULLS),
        Object::View(view) if view.security_invoker => (150_000, "security-invoker needs PostgreSQL 15"),
        Object::Function(function) if matches!(function.body, Body::Standard(_)) => {
            (140_000, "a body that is no text needs PostgreSQL 14")
        }
        Object::PrimaryKey(key) if key.without_overlaps => (180_000, WITHOUT_OVERLAPS),
        Object::Unique(key) if key.without_overlaps => (180_000, WITHOUT_OVERLAPS),
        Object::ForeignKey(key) if key.period => (180_000, "period needs PostgreSQL 18"),
        Object::Check(check) if check.not_enforced => (180_000, NOT_ENFORCED),
        Object::ForeignKey(key) if key.not_enforced => (180_000, NOT_ENFORCED),
        Object::ForeignKey(key) if !key.on_delete_columns.is_empty() => {
            (150_000, "on-delete-columns needs PostgreSQL 15")
        }
        Object::Table(table) if table.access_method.is_some() && table.partitioned.is_some() => (
            170_000,
            "an access method of a partitioned table needs PostgreSQL 17",
        ),
        Object::Column(column) if column.not_null != NotNull::default() => {
            (180_000, "NOT NULL with a name or options needs PostgreSQL 18")
        }
        Object::Index(index) if has_options(&index.keys) => (130_000, OPTIONS),
        Object::Exclusion(exclusion) if has_options(&exclusion.keys) => (130_000, OPTIONS),
        Object::Statistics(statistics) if !statistics.exprs.is_empty() => {
            (140_000, "statistics of expressions need PostgreSQL 14")
        }
        Object::Statistics(statistics) if statistics.target.is_some() => {
            (130_000, "how finely statistics are counted needs PostgreSQL 13")
        }
        Object::Collation(collation) => return collation_lacks(collation, version),
        Object::Publication(publication) => return publication_lacks(publication, version),
        Object::PublishedTable(table) if !table.columns.is_empty() || table.filter.is_some() => (
            150_000,
            "columns and conditions of published tables need PostgreSQL 15",
        ),
        _ => return None,
    };
    (version < since).then_some(reason)
}

/// Whether one of the operator classes has options in parentheses behind its name.
fn has_options(keys: &[IndexKey]) -> bool {
    let classes = keys.iter().filter_map(|key| key.opclass.as_ref());
    classes.into_iter().any(|class| class.ends_with(')'))
}

fn collation_lacks(collation: &Collation, version: u32) -> Option<&'static str> {
    let builtin = collation.provider == CollationProvider::Builtin;
    [
        (
            collation.rules.is_some(),
            160_000,
            "rules of a collation need PostgreSQL 16",
        ),
        (builtin, 170_000, "provider=builtin needs PostgreSQL 17"),
        (
            builtin && &*collation.locale == "PG_UNICODE_FAST",
            180_000,
            "the locale PG_UNICODE_FAST needs PostgreSQL 18",
        ),
    ]
    .into_iter()
    .find(|(asked, since, _)| *asked && version < *since)
    .map(|(_, _, reason)| reason)
}

fn publication_lacks(publication: &Publication, version: u32) -> Option<&'static str> {
    [
        (publication.via_root, 130_000, "via-root needs PostgreSQL 13"),
        (
            !publication.schemas.is_empty(),
            150_000,
            "publications of schemas need PostgreSQL 15",
        ),
        (
            publication.generated,
            180_000,
            "that generated columns are published needs PostgreSQL 18",
        ),
    ]
    .into_iter()
    .find(|(asked, since, _)| *asked && version < *since)
    .map(|(_, _, reason)| reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::kinds::{ForeignKey, Function, PrimaryKey, PublishedTable, Statistics, Unique, View};
    use crate::catalog::{Expr, Ident, QName};

    #[test]
    fn a_server_that_is_too_old_is_told_what_it_lacks() {
        let body = Body::Standard(Expr::new("RETURN 1"));
        let function = Function::new(Expr::new(""), Some(Expr::new("integer")), "sql", body);
        let view = View {
            security_invoker: true,
            ..View::of_query(Expr::new("SELECT 1"))
        };
        let of_expression = Statistics {
            of: QName::bare(Ident::exact("t")),
            kinds: Vec::new(),
            columns: Vec::new(),
            exprs: vec![Expr::new("lower(a)")],
            target: None,
        };
        let counted = Statistics {
            columns: vec![Ident::exact("a"), Ident::exact("b")],
            exprs: Vec::new(),
            target: Some(1),
            ..of_expression.clone()
        };
        let of_schema = Publication {
            all_tables: false,
            schemas: vec![Ident::exact("s")],
            publish: Vec::new(),
            via_root: false,
            generated: false,
        };
        let filtered = PublishedTable {
            columns: Vec::new(),
            filter: Some(Expr::new("a")),
        };
        let key = ForeignKey::to(Vec::new(), QName::bare(Ident::exact("t")), Vec::new());
        let set = ForeignKey {
            on_delete_columns: vec![Ident::exact("a")],
            ..key.clone()
        };
        let unenforced = ForeignKey {
            not_enforced: true,
            ..key.clone()
        };
        let period = ForeignKey { period: true, ..key };
        let spans = PrimaryKey {
            without_overlaps: true,
            ..PrimaryKey::new(Vec::new())
        };
        let nulls = Unique {
            nulls_not_distinct: true,
            ..Unique::new(Vec::new())
        };
        let expected = [
            (Object::from(function), 140_000),
            (view.into(), 150_000),
            (set.into(), 150_000),
            (nulls.into(), 150_000),
            (unenforced.into(), 180_000),
            (period.into(), 180_000),
            (spans.into(), 180_000),
            (of_expression.into(), 140_000),
            (counted.into(), 130_000),
            (of_schema.into(), 150_000),
            (filtered.into(), 150_000),
        ];
        check(expected);
    }

    #[test]
    fn collations_came_by_and_by() {
        let tailored = Collation {
            provider: CollationProvider::Icu,
            locale: "und".into(),
            ctype: None,
            nondeterministic: false,
            rules: Some("&a < b".into()),
        };
        let builtin = Collation {
            provider: CollationProvider::Builtin,
            locale: "C.UTF-8".into(),
            rules: None,
            ..tailored.clone()
        };
        let fast = Collation {
            locale: "PG_UNICODE_FAST".into(),
            ..builtin.clone()
        };
        check([
            (tailored.into(), 160_000),
            (builtin.into(), 170_000),
            (fast.into(), 180_000),
        ]);
    }

    fn check(expected: impl IntoIterator<Item = (Object, u32)>) {
        for (object, since) in expected {
            let words = lacks(&object, since - 1).unwrap();
            assert!(words.ends_with(&format!(" PostgreSQL {}", since / 10_000)));
            assert_eq!(lacks(&object, since), None);
        }
    }
}
