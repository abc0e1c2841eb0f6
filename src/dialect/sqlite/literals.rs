//! Values of declarations as SQLite's literals: [`default_literal`] and [`row_literal`].
//!
//! A cell of declared rows is spelled as `quote()` spells what the column has stored, so that both can be compared.

use crate::dialect::Literal;
use crate::dialect::sql::text_literal;

use super::types::{Affinity, affinity};

/// A literal default.
pub(super) fn default_literal(value: &Literal) -> String {
    match value {
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(value) => u8::from(*value).to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Decimal(value) => value.clone(),
        Literal::Text(value) => text_literal(value),
        Literal::Sql(value) => super::text::declared_default(value).text().to_owned(),
    }
}

/// A cell as `quote()` prints it from a column of this type.
pub(super) fn row_literal(value: &Literal, data_type: &str) -> String {
    let affinity = affinity(data_type);
    match value {
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(value) => number(&u8::from(*value).to_string(), affinity),
        Literal::Integer(value) => number(&value.to_string(), affinity),
        Literal::Decimal(value) => number(value, affinity),
        Literal::Text(value) => match affinity {
            Affinity::Text | Affinity::Blob => text_literal(value),
            _ if reads_as_number(value) => number(value.trim(), affinity),
            _ => text_literal(value),
        },
        Literal::Sql(value) => value.clone(),
    }
}

/// Whether a column of numeric affinity takes the text for a number.
fn reads_as_number(text: &str) -> bool {
    let text = text.trim_matches(|character: char| character.is_ascii_whitespace());
    let numeric = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E'));
    numeric && text.parse::<f64>().is_ok()
}

fn number(text: &str, affinity: Affinity) -> String {
    let integer = text.parse::<i64>().ok();
    let real = text.parse::<f64>().ok();
    match (affinity, integer, real) {
        (Affinity::Text, Some(integer), _) => text_literal(&integer.to_string()),
        (Affinity::Text, None, Some(real)) => text_literal(&real_literal(real)),
        (Affinity::Real, _, Some(real)) => real_literal(real),
        (_, Some(integer), _) => integer.to_string(),
        (Affinity::Integer | Affinity::Numeric, None, Some(real)) => {
            whole(real).unwrap_or_else(|| real_literal(real))
        }
        (_, None, Some(real)) => real_literal(real),
        (_, None, None) => text_literal(text),
    }
}

/// A real without fraction, as columns of INTEGER and NUMERIC affinity store it.
fn whole(real: f64) -> Option<String> {
    // Beyond 2^51 SQLite leaves a real alone.
    (real.fract() == 0.0 && real.abs() < 2_251_799_813_685_248.0).then(|| format!("{real:.0}"))
}

/// A real number in the one spelling of ours; SQLite's own depends on its version.
pub(super) fn real_literal(real: f64) -> String {
    format!("{real:?}")
}

/// What `quote()` printed, with reals in our spelling.
pub(super) fn canonical(quoted: &str) -> String {
    let is_real = !quoted.starts_with(['\'', 'X', 'N']) && quoted.contains(['.', 'e']);
    match quoted.parse::<f64>() {
        Ok(real) if is_real => real_literal(real),
        _ => quoted.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_take_the_affinity_of_their_column() {
        let text = |text: &str| Literal::Text(text.to_owned());
        let decimal = |text: &str| Literal::Decimal(text.to_owned());
        for (value, data_type, literal) in [
            (Literal::Integer(12), "INTEGER", "12"),
            (Literal::Integer(12), "VARCHAR(3)", "'12'"),
            (Literal::Integer(3), "REAL", "3.0"),
            (decimal("1.50"), "NUMERIC(10, 2)", "1.5"),
            (decimal("3.0"), "NUMERIC", "3"),
            (decimal("1.50"), "TEXT", "'1.5'"),
            (Literal::Bool(true), "BOOLEAN", "1"),
            (text("it's"), "TEXT", "'it''s'"),
            (text("12"), "INTEGER", "12"),
            (text("12"), "TEXT", "'12'"),
            (text("2024-01-01"), "DATE", "'2024-01-01'"),
            (Literal::Null, "TEXT", "NULL"),
        ] {
            assert_eq!(
                row_literal(&value, data_type),
                literal,
                "{value:?} in {data_type}"
            );
        }
    }

    #[test]
    fn quoted_values_keep_their_spelling_but_for_reals() {
        for (quoted, canonical_text) in [
            ("1.0e+21", "1e21"),
            ("1.5", "1.5"),
            ("'1.0e+21'", "'1.0e+21'"),
            ("X'0e'", "X'0e'"),
            ("12", "12"),
            ("NULL", "NULL"),
        ] {
            assert_eq!(canonical(quoted), canonical_text);
        }
    }
}
