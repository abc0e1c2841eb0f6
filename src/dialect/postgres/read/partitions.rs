//! By what tables are divided, and which rows a partition takes.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-partitioned-table.html>

use crate::catalog::Expr;
use crate::catalog::kinds::{Bound, PartitionStrategy};
use crate::dialect::EngineError;
use crate::dialect::postgres::expressions::settled;
use crate::dialect::session::EngineErrorKind;

use super::batch::Part;

/// A row of `pg_partitioned_table`.
pub(super) struct KeyRow {
    pub(super) relation: u32,
    pub(super) strategy: PartitionStrategy,
    /// Column numbers; zero for an expression.
    pub(super) columns: Vec<i16>,
    pub(super) opclasses: Vec<u32>,
    pub(super) collations: Vec<u32>,
    /// The expressions, in the order of the zeros.
    pub(super) expressions: Vec<Expr>,
}

/// By what tables are divided.
pub(super) fn keys() -> Part {
    Part {
        what: "partition keys",
        sql: "SELECT p.partrelid, p.partstrat, p.partattrs, p.partclass, p.partcollation, \
              pg_catalog.pg_get_expr(p.partexprs, p.partrelid) FROM pg_catalog.pg_partitioned_table p \
              WHERE p.partrelid >= 16384 ORDER BY p.partrelid"
            .to_owned(),
        take: |raw, cells| {
            let expressions = cells.opt(5)?.unwrap_or_default();
            let row = KeyRow {
                relation: cells.number(0)?,
                strategy: match cells.letter(1)? {
                    b'l' => PartitionStrategy::List,
                    b'h' => PartitionStrategy::Hash,
                    _ => PartitionStrategy::Range,
                },
                columns: cells.numbers(2)?,
                opclasses: cells.numbers(3)?,
                collations: cells.numbers(4)?,
                expressions: pieces(expressions).map(|text| Expr::new(settled(text))).collect(),
            };
            raw.partition_keys.insert(row.relation, row);
            Ok(())
        },
    }
}

/// A bound as the engine prints it: `FOR VALUES FROM ('a', 1) TO (MAXVALUE, MAXVALUE)`.
pub(super) fn bound(text: &str) -> Result<Bound, EngineError> {
    let broken = || {
        let message = format!("the bound of a partition cannot be read: {text}");
        EngineError::new(EngineErrorKind::Catalog, message)
    };
    if text == "DEFAULT" {
        return Ok(Bound::Default);
    }
    let rest = text.strip_prefix("FOR VALUES ").ok_or_else(broken)?;
    let (word, rest) = rest.split_once(" (").ok_or_else(broken)?;
    let (first, rest) = group(rest).ok_or_else(broken)?;
    let values = |text: &str| pieces(text).map(|piece| Expr::new(piece.to_owned())).collect();
    match word {
        "IN" => Ok(Bound::List(values(first))),
        "FROM" => {
            let rest = rest.strip_prefix(" TO (").ok_or_else(broken)?;
            let (second, _) = group(rest).ok_or_else(broken)?;
            Ok(Bound::Range {
                from: values(first),
                to: values(second),
            })
        }
        "WITH" => {
            let mut numbers = first
                .split(", ")
                .filter_map(|part| part.rsplit_once(' ')?.1.parse().ok());
            match (numbers.next(), numbers.next()) {
                (Some(modulus), Some(remainder)) => Ok(Bound::Hash { modulus, remainder }),
                _ => Err(broken()),
            }
        }
        _ => Err(broken()),
    }
}

/// What stands before the parenthesis that closes one opened before, and what stands after it.
fn group(text: &str) -> Option<(&str, &str)> {
    let end = outside(text)
        .find(|(_, byte, depth)| *byte == b')' && *depth == 0)?
        .0;
    Some((&text[..end], &text[end + 1..]))
}

/// What stands between commas that are in no parentheses and no quotes.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut cuts: Vec<usize> = outside(text)
        .filter(|(_, byte, depth)| *byte == b',' && *depth == 0)
        .map(|(at, ..)| at)
        .collect();
    cuts.push(text.len());
    let mut start = 0;
    let cut = move |end: usize| {
        let piece = text[start..end].trim();
        start = end + 1;
        piece
    };
    cuts.into_iter().map(cut).filter(|piece| !piece.is_empty())
}

/// The bytes outside of quotes, each with the number of parentheses around it; a closing one counts as outside of its own.
fn outside(text: &str) -> impl Iterator<Item = (usize, u8, usize)> + '_ {
    let (mut depth, mut quote) = (0_usize, None);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match (quote, byte) {
            (Some(open), _) if byte == open => {
                quote = None;
                return None;
            }
            (Some(_), _) => return None,
            (None, b'"' | b'\'') => {
                quote = Some(byte);
                return None;
            }
            (None, b'(' | b'[') => depth += 1,
            (None, b')' | b']') if depth > 0 => {
                depth -= 1;
                return None;
            }
            _ => {}
        }
        Some((at, byte, depth))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exprs(texts: &[&str]) -> Vec<Expr> {
        texts.iter().map(|text| Expr::new((*text).to_owned())).collect()
    }

    #[test]
    fn bounds_are_taken_apart() {
        for (text, expected) in [
            ("DEFAULT", Bound::Default),
            (
                "FOR VALUES IN ('a, (b', 'it''s', NULL)",
                Bound::List(exprs(&["'a, (b'", "'it''s'", "NULL"])),
            ),
            (
                "FOR VALUES FROM ('2020-01-01', MINVALUE) TO ('2021-01-01', 5)",
                Bound::Range {
                    from: exprs(&["'2020-01-01'", "MINVALUE"]),
                    to: exprs(&["'2021-01-01'", "5"]),
                },
            ),
            (
                "FOR VALUES WITH (modulus 4, remainder 3)",
                Bound::Hash {
                    modulus: 4,
                    remainder: 3,
                },
            ),
        ] {
            assert_eq!(bound(text).unwrap(), expected);
        }
        assert!(bound("FOR VALUES IN ('a'").is_err());
    }

    #[test]
    fn expressions_are_cut_at_commas_of_their_own() {
        let text = "lower(x), ((a + 1)), substr(x, 1, 2), f('a,b')";
        let found: Vec<&str> = pieces(text).collect();
        assert_eq!(found, ["lower(x)", "((a + 1))", "substr(x, 1, 2)", "f('a,b')"]);
        assert_eq!(pieces("").count(), 0);
    }
}
