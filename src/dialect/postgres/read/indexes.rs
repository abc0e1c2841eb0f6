//! Indexes: those of constraints for what they store, the others as objects.
//!
//! Vectors are read as they are; the engine prints only predicates and the keys that are expressions.
//! <https://www.postgresql.org/docs/current/catalog-pg-index.html>

use crate::dialect::postgres::expressions::settled;
use std::sync::Arc;

use crate::catalog::{Expr, Ident};
use crate::dialect::Server;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_index`.
pub(super) struct IndexRow {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) name: Ident,
    pub(super) method: Arc<str>,
    pub(super) unique: bool,
    pub(super) valid: bool,
    pub(super) nulls_not_distinct: bool,
    /// How many of `columns` are keys; the others are stored only.
    pub(super) keys: usize,
    /// Column numbers; zero for an expression.
    pub(super) columns: Vec<i16>,
    /// Bit 0: descending; bit 1: NULLs first.
    pub(super) options: Vec<i16>,
    pub(super) opclasses: Vec<u32>,
    pub(super) collations: Vec<u32>,
    pub(super) predicate: Option<Expr>,
}

/// The indexes of tables.
pub(super) fn part(server: &Server) -> Part {
    let nulls = if server.version >= 150_000 {
        "i.indnullsnotdistinct"
    } else {
        "false"
    };
    Part {
        what: "indexes",
        sql: format!(
            "SELECT i.indexrelid, i.indrelid, c.relname, m.amname, i.indisunique, i.indisvalid, {nulls}, \
             i.indnkeyatts, i.indkey, i.indoption, i.indclass, i.indcollation, \
             pg_catalog.pg_get_expr(i.indpred, i.indrelid) \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             JOIN pg_catalog.pg_am m ON m.oid = c.relam \
             WHERE i.indexrelid >= 16384 AND i.indislive AND c.relnamespace IN {USER_SCHEMAS} \
             ORDER BY i.indexrelid"
        ),
        take: |raw, cells| {
            let index = IndexRow {
                oid: cells.number(0)?,
                relation: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                method: raw.text(cells.text(3)?),
                unique: cells.flag(4)?,
                valid: cells.flag(5)?,
                nulls_not_distinct: cells.flag(6)?,
                keys: cells.number(7)?,
                columns: cells.numbers(8)?,
                options: cells.numbers(9)?,
                opclasses: cells.numbers(10)?,
                collations: cells.numbers(11)?,
                predicate: cells.opt(12)?.map(|text| Expr::new(settled(text))),
            };
            raw.indexes.push(index);
            Ok(())
        },
    }
}

/// The keys that are expressions, one by one, in the form in which they stand in `CREATE INDEX`.
pub(super) fn expressions() -> Part {
    Part {
        what: "index expressions",
        sql: format!(
            "SELECT i.indexrelid, k.at, pg_catalog.pg_get_indexdef(i.indexrelid, k.at, false) \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid \
             CROSS JOIN LATERAL pg_catalog.generate_series(1, i.indnkeyatts::integer) AS k(at) \
             WHERE i.indexrelid >= 16384 AND i.indexprs IS NOT NULL AND i.indkey[k.at - 1] = 0 \
             AND c.relnamespace IN {USER_SCHEMAS} ORDER BY i.indexrelid, k.at"
        ),
        take: |raw, cells| {
            let text = Arc::from(settled(without_doubled_parentheses(cells.text(2)?)));
            raw.index_expressions
                .insert((cells.number(0)?, cells.number(1)?), text);
            Ok(())
        },
    }
}

/// `((b + 1))` as `(b + 1)`, which the engine takes as well and prints everywhere else; `((a)::text)` as it is.
fn without_doubled_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else {
        return text;
    };
    let (mut depth, mut quote) = (0_usize, None);
    for (at, byte) in inner.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && quote.is_none() {
            return if at > 0 && at + 1 == inner.len() {
                inner
            } else {
                text
            };
        }
    }
    text
}

/// The operator classes that are no defaults, as they are written.
pub(super) fn opclasses() -> Part {
    Part {
        what: "operator classes",
        sql: "SELECT o.oid, CASE WHEN n.nspname = 'pg_catalog' THEN pg_catalog.quote_ident(o.opcname) \
              ELSE pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(o.opcname) END \
              FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_namespace n ON n.oid = o.opcnamespace \
              WHERE NOT o.opcdefault ORDER BY o.oid"
            .to_owned(),
        take: |raw, cells| {
            let text = Arc::from(cells.text(1)?);
            raw.opclasses.insert(cells.number(0)?, text);
            Ok(())
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_doubled_pair_is_taken_off() {
        for (text, expected) in [
            ("((b + 1))", "(b + 1)"),
            ("((a)::text)", "((a)::text)"),
            ("lower(a)", "lower(a)"),
            ("(CASE WHEN a THEN 1 END)", "(CASE WHEN a THEN 1 END)"),
            ("((a || ')'))", "(a || ')')"),
            ("((a + 1) * (b + 1))", "((a + 1) * (b + 1))"),
            ("(x)", "(x)"),
            ("()", "()"),
        ] {
            assert_eq!(without_doubled_parentheses(text), expected);
        }
    }
}
