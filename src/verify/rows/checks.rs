//! Values that hold all checks of a table at once: the engine is asked which combinations of candidates do.
//!
//! In: the checks of a table. Out: combinations of literals for the columns that they name. The literals that stand in the
//! checks themselves are the best candidates there are.

use crate::catalog::Ident;
use crate::catalog::expr::mentions;
use crate::dialect::sql::text_literal;
use crate::dialect::{EngineError, Session, Sql};

use super::demands::{Demands, Wanted};
use super::{Ground, is_refusal};

/// How many combinations may be tried.
const COMBINATIONS: usize = 20_000;
/// How many combinations are taken.
const TAKEN: usize = 60;

/// A value for each of some columns.
pub(super) type Solution = Vec<(Ident, String)>;

/// Combinations that the engine accepts, those first that have the least in common with the ones before them.
pub(super) async fn solve(
    ground: &Ground<'_>,
    demands: &Demands,
    session: &mut dyn Session,
) -> Result<Vec<Solution>, EngineError> {
    let all = demands.checks.len();
    // A text that is no value of a column's type refuses the whole query, and so does a check of a column to come.
    for (checks, with_texts) in [
        (all, true),
        (all, false),
        (demands.own_checks, true),
        (demands.own_checks, false),
    ] {
        let checks = &demands.checks[..checks];
        let found = asked(ground, demands, checks, with_texts, session).await?;
        if !found.is_empty() {
            return Ok(spread(found));
        }
    }
    Ok(Vec::new())
}

/// What the engine accepts of the candidates; nothing where it refuses the query.
async fn asked(
    ground: &Ground<'_>,
    demands: &Demands,
    checks: &[String],
    with_texts: bool,
    session: &mut dyn Session,
) -> Result<Vec<Solution>, EngineError> {
    let engine = ground.engine();
    let names: Vec<String> = checks.iter().flat_map(|check| mentions(check)).collect();
    let columns: Vec<&Wanted> = demands
        .columns
        .iter()
        .filter(|column| names.iter().any(|name| engine.ident(name) == column.name))
        .collect();
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let candidates = columns
        .iter()
        .map(|column| candidates(ground, checks, column, with_texts));
    let candidates = limited(candidates.collect());
    let rows = match session.query(&query(ground, checks, &columns, &candidates)).await {
        Ok(rows) => rows,
        Err(error) if is_refusal(&error) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let solutions = rows.into_iter().filter_map(|row| {
        let cells = row.into_iter().zip(&columns).zip(&candidates);
        cells
            .map(|((at, column), values)| {
                let at: usize = at?.parse().ok()?;
                Some((column.name.clone(), values.get(at)?.clone()))
            })
            .collect::<Option<Solution>>()
    });
    Ok(solutions.collect())
}

fn candidates(ground: &Ground<'_>, checks: &[String], column: &Wanted, with_texts: bool) -> Vec<String> {
    let samples: Vec<String> = (0..4).filter_map(|nth| ground.value(column, nth)).collect();
    let is_number = |text: &str| text.trim_matches('\'').parse::<f64>().is_ok();
    let is_numeric = samples.first().is_some_and(|sample| is_number(sample));
    let mut out: Vec<String> = Vec::new();
    let mut add = |literal: String| {
        if !out.contains(&literal) {
            out.push(literal);
        }
    };
    for check in checks {
        for literal in literals(check) {
            match literal {
                Literal::Number(number) => {
                    if let (true, Ok(whole)) = (is_numeric, number.parse::<i64>()) {
                        for near in [whole, whole.saturating_add(1), whole.saturating_sub(1)] {
                            add(near.to_string());
                        }
                    } else if is_numeric {
                        add(number);
                    }
                }
                Literal::Text(text) if with_texts && (!is_numeric || is_number(&text)) => {
                    add(text_literal(&text));
                }
                Literal::Text(_) => {}
            }
        }
    }
    samples.into_iter().for_each(&mut add);
    if !column.required {
        add("NULL".to_owned());
    }
    out
}

/// Few enough that all combinations can be tried; the literals of the checks stand first and stay.
fn limited(mut candidates: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let product = |all: &[Vec<String>]| all.iter().map(Vec::len).fold(1_usize, usize::saturating_mul);
    while product(&candidates) > COMBINATIONS {
        let Some(longest) = candidates.iter_mut().max_by_key(|values| values.len()) else {
            break;
        };
        if longest.len() < 2 {
            break;
        }
        longest.pop();
    }
    candidates
}

fn query(ground: &Ground<'_>, checks: &[String], columns: &[&Wanted], candidates: &[Vec<String>]) -> String {
    let engine = ground.engine();
    let mut sql = Sql::new(engine);
    let alias = |at: usize| engine.ident(&format!("_rcn_{at}"));
    sql.raw("SELECT ");
    sql.list(0..columns.len(), |sql, at| {
        sql.ident(&alias(at))
            .raw(".")
            .ident(&engine.ident(&format!("_rcn_at_{at}")));
    });
    sql.raw(" FROM ");
    for (at, (column, values)) in columns.iter().zip(candidates).enumerate() {
        sql.raw(if at > 0 { " CROSS JOIN (" } else { "(" });
        for (nth, value) in values.iter().enumerate() {
            sql.raw(if nth > 0 { " UNION ALL SELECT " } else { "SELECT " });
            sql.raw(&engine.typed(value, &column.data_type.text))
                .raw(" AS ")
                .ident(&column.name)
                .raw(&format!(", {nth} AS "))
                .ident(&engine.ident(&format!("_rcn_at_{at}")));
        }
        sql.raw(") AS ").ident(&alias(at));
    }
    for (at, check) in checks.iter().enumerate() {
        sql.raw(if at > 0 { " AND (" } else { " WHERE (" })
            .raw(check)
            .raw(") IS NOT FALSE");
    }
    sql.raw(" LIMIT 2000");
    sql.clause()
}

/// Greedily: next comes what has the fewest values that were there before.
fn spread(mut all: Vec<Solution>) -> Vec<Solution> {
    let mut out: Vec<Solution> = Vec::new();
    while !all.is_empty() && out.len() < TAKEN {
        let seen = |(at, cell): (usize, &(Ident, String))| out.iter().any(|one| one[at].1 == cell.1);
        let worn = |one: &Solution| {
            let nulls = one.iter().filter(|(_, value)| value == "NULL").count();
            one.iter().enumerate().filter(|cell| seen(*cell)).count() * 2 + nulls
        };
        let Some(best) = (0..all.len()).min_by_key(|at| worn(&all[*at])) else {
            break;
        };
        out.push(all.swap_remove(best));
        if out.len() >= 8 {
            out.append(&mut all);
            out.truncate(TAKEN);
        }
    }
    out
}

enum Literal {
    Number(String),
    Text(String),
}

/// The constants of an expression.
fn literals(text: &str) -> Vec<Literal> {
    let mut out = Vec::new();
    let mut rest = text.char_indices().peekable();
    let mut previous = ' ';
    while let Some((start, character)) = rest.next() {
        if character == '\'' {
            let mut value = String::new();
            while let Some((_, inner)) = rest.next() {
                if inner != '\'' {
                    value.push(inner);
                } else if rest.next_if(|(_, next)| *next == '\'').is_some() {
                    value.push('\'');
                } else {
                    break;
                }
            }
            out.push(Literal::Text(value));
        } else if character.is_ascii_digit() && !(previous.is_alphanumeric() || previous == '_') {
            let mut end = start + 1;
            while let Some((at, _)) = rest.next_if(|(_, next)| next.is_ascii_digit() || *next == '.') {
                end = at + 1;
            }
            out.push(Literal::Number(text[start..end].to_owned()));
        }
        previous = character;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_are_found_in_expressions() {
        let said: Vec<String> = literals("a1 >= 0.5 AND (s = ANY (ARRAY['it''s'::text, 'b'])) OR x<12")
            .into_iter()
            .map(|literal| match literal {
                Literal::Number(text) | Literal::Text(text) => text,
            })
            .collect();
        assert_eq!(said, ["0.5", "it's", "b", "12"]);
    }
}
