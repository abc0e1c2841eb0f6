//! Which rows a partition takes, as a condition: what the data is asked before one is attached.
//!
//! In: the bound of a partition and the key of its parent. Out: a condition that is never NULL, or `None` where only the
//! engine can tell. <https://www.postgresql.org/docs/current/sql-createtable.html>, `PARTITION OF`.

use crate::catalog::kinds::{Bound, IndexKey, IndexTerm, Partition, PartitionKey, PartitionStrategy, Table};
use crate::catalog::{Catalog, Expr, ObjectId, QName};
use crate::dialect::{Dialect, Sql};

use super::expressions::parenthesised;
use super::literals::name_literal;

/// The condition that a row of `table`, which is a partition in the second state, meets; asked in the first.
pub(super) fn condition(table: &QName, (from, catalog): (&Catalog, &Catalog)) -> Option<Expr> {
    let id = ObjectId::on(crate::catalog::Kind::Partition, ObjectId::table(table.clone()));
    let partition = catalog.payload::<Partition>(&id)?;
    let key = key_of(&partition.parent, catalog)?;
    // The hash is asked of the parent.
    if key.strategy == PartitionStrategy::Hash && key_of(&partition.parent, from) != Some(key) {
        return None;
    }
    let text = match &partition.bound {
        Bound::Default => {
            let others = catalog.partitions_of(&partition.parent);
            let others = others.filter(|(_, other)| other.bound != Bound::Default);
            let taken: Option<Vec<String>> = others
                .map(|(_, other)| of_bound(&other.bound, key, &other.parent).map(|text| format!("({text})")))
                .collect();
            let taken = taken?;
            if taken.is_empty() {
                return None;
            }
            format!("NOT ({})", taken.join(" OR "))
        }
        bound => of_bound(bound, key, &partition.parent)?,
    };
    Some(Expr::new(text))
}

/// By what a table is divided.
fn key_of<'a>(table: &QName, catalog: &'a Catalog) -> Option<&'a PartitionKey> {
    let table = catalog.payload::<Table>(&ObjectId::table(table.clone()))?;
    table.partitioned.as_ref()
}

fn of_bound(bound: &Bound, key: &PartitionKey, parent: &QName) -> Option<String> {
    // Another operator class has an order of its own.
    if key.strategy != PartitionStrategy::Hash && key.keys.iter().any(|key| key.opclass.is_some()) {
        return None;
    }
    let terms: Vec<String> = key.keys.iter().map(term).collect();
    match bound {
        Bound::Default => None,
        Bound::List(values) => {
            let term = terms.first()?;
            let is_null = |value: &Expr| value.text().eq_ignore_ascii_case("null");
            let others: Vec<&str> = values
                .iter()
                .filter(|value| !is_null(value))
                .map(Expr::text)
                .collect();
            let listed = (!others.is_empty()).then(|| format!("{term} IN ({})", others.join(", ")));
            Some(match (listed, values.iter().any(is_null)) {
                (Some(listed), true) => format!("{term} IS NULL OR {listed}"),
                (Some(listed), false) => format!("{term} IS NOT NULL AND {listed}"),
                (None, _) => format!("{term} IS NULL"),
            })
        }
        Bound::Range { from, to } => {
            let mut parts: Vec<String> = terms.iter().map(|term| format!("{term} IS NOT NULL")).collect();
            parts.extend(side(&terms, from, true));
            parts.extend(side(&terms, to, false));
            Some(parts.join(" AND "))
        }
        Bound::Hash { modulus, remainder } => Some(format!(
            "satisfies_hash_partition({}::regclass, {modulus}, {remainder}, {})",
            name_literal(parent),
            terms.join(", ")
        )),
    }
}

fn term(key: &IndexKey) -> String {
    let mut sql = Sql::new(Dialect::Postgres.engine());
    match &key.term {
        IndexTerm::Column(column) => sql.ident(column),
        IndexTerm::Expr(expr) => sql.raw(&parenthesised(expr.text())),
    };
    if let Some(collation) = &key.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    sql.clause()
}

/// One end of a range: `None` where nothing is beyond it. What follows a `MINVALUE` or `MAXVALUE` does not count.
fn side(terms: &[String], values: &[Expr], is_lower: bool) -> Option<String> {
    let limit = |value: &Expr| matches!(value.text(), "MINVALUE" | "MAXVALUE");
    let finite = values.iter().take_while(|value| !limit(value)).count();
    let beyond = values.get(finite).map(Expr::text);
    let operator = match (is_lower, beyond) {
        (true, None | Some("MINVALUE")) => ">=",
        (true, Some(_)) => ">",
        (false, Some("MAXVALUE")) => "<=",
        (false, _) => "<",
    };
    match (finite, beyond) {
        (0, Some("MINVALUE")) => (!is_lower).then(|| "false".to_owned()),
        (0, _) => is_lower.then(|| "false".to_owned()),
        (1, _) => Some(format!(
            "{} {operator} {}",
            terms.first()?,
            values.first()?.text()
        )),
        (count, _) => {
            let values: Vec<&str> = values.iter().take(count).map(Expr::text).collect();
            let terms = terms.get(..count)?;
            Some(format!(
                "({}) {operator} ({})",
                terms.join(", "),
                values.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Ident;

    fn exprs(texts: &[&str]) -> Vec<Expr> {
        texts.iter().map(|text| Expr::new((*text).to_owned())).collect()
    }

    fn said(bound: &Bound, columns: &[&str], strategy: PartitionStrategy) -> Option<String> {
        let keys = columns.iter().map(|name| IndexKey::column(Ident::exact(name)));
        let key = PartitionKey {
            strategy,
            keys: keys.collect(),
        };
        of_bound(bound, &key, &QName::bare(Ident::exact("p")))
    }

    #[test]
    fn a_range_has_two_ends_and_no_nulls() {
        let range = |from: &[&str], to: &[&str], columns: &[&str]| {
            let bound = Bound::Range {
                from: exprs(from),
                to: exprs(to),
            };
            said(&bound, columns, PartitionStrategy::Range).unwrap()
        };
        assert_eq!(
            range(&["1"], &["5"], &["a"]),
            "a IS NOT NULL AND a >= 1 AND a < 5"
        );
        assert_eq!(range(&["MINVALUE"], &["5"], &["a"]), "a IS NOT NULL AND a < 5");
        assert_eq!(range(&["1"], &["MAXVALUE"], &["a"]), "a IS NOT NULL AND a >= 1");
        assert_eq!(
            range(&["1", "MINVALUE"], &["5", "MAXVALUE"], &["a", "b"]),
            "a IS NOT NULL AND b IS NOT NULL AND a >= 1 AND a <= 5"
        );
        assert_eq!(
            range(&["1", "'x'"], &["5", "'y'"], &["a", "b"]),
            "a IS NOT NULL AND b IS NOT NULL AND (a, b) >= (1, 'x') AND (a, b) < (5, 'y')"
        );
    }

    #[test]
    fn a_list_may_hold_null() {
        let list = |values: &[&str]| {
            let bound = Bound::List(exprs(values));
            said(&bound, &["a"], PartitionStrategy::List).unwrap()
        };
        assert_eq!(list(&["1", "2"]), "a IS NOT NULL AND a IN (1, 2)");
        assert_eq!(list(&["1", "NULL"]), "a IS NULL OR a IN (1)");
        assert_eq!(list(&["NULL"]), "a IS NULL");
    }
}
