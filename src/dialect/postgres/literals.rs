//! Declared values as PostgreSQL prints them: as a default (`pg_get_expr`) and as a cell (the text of the value).

use crate::catalog::{Expr, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, Literal, Sql};

use super::expressions;
use super::types::{Family, arguments, family, of_constant};

/// A name as a text that the engine reads as a name: `'public."Users"'`.
pub(super) fn name_literal(name: &QName) -> String {
    let mut sql = Sql::new(Dialect::Postgres.engine());
    sql.qname(name);
    text_literal(&sql.clause())
}

/// A default, as `pg_get_expr` prints it for a column of this type.
pub(super) fn default(value: &Literal, data_type: &str) -> Expr {
    let bare = match family(data_type) {
        Family::Integer | Family::Numeric | Family::Float => bare_number(value),
        Family::Boolean => bare_boolean(value).map(str::to_owned),
        _ => None,
    };
    let text = match (value, bare) {
        (Literal::Null, _) => return Expr::new("NULL"),
        (Literal::Sql(expr), _) => return expressions::default(expr),
        (_, Some(bare)) => return Expr::new(bare),
        (Literal::Bool(value), None) => value.to_string(),
        (Literal::Integer(value), None) => value.to_string(),
        (Literal::Text(value), None) if of_constant(data_type) == "jsonb" => jsonb(value),
        (Literal::Decimal(value) | Literal::Text(value), None) => value.clone(),
    };
    Expr::new(format!("{}::{}", text_literal(&text), of_constant(data_type)))
}

fn bare_number(value: &Literal) -> Option<String> {
    match value {
        Literal::Bool(value) => Some(u8::from(*value).to_string()),
        Literal::Integer(value) => Some(integer(*value)),
        Literal::Decimal(value) => Some(decimal(&value.replace('_', ""))),
        Literal::Text(value) => value.parse().ok().map(integer),
        Literal::Null | Literal::Sql(_) => None,
    }
}

fn bare_boolean(value: &Literal) -> Option<&'static str> {
    match value {
        Literal::Bool(true) | Literal::Integer(1) => Some("true"),
        Literal::Bool(false) | Literal::Integer(0) => Some("false"),
        Literal::Text(value) => boolean(value),
        _ => None,
    }
}

/// A whole number is printed bare only when it is not negative and fits an `integer`.
fn integer(value: i128) -> String {
    if (0..=i128::from(i32::MAX)).contains(&value) {
        value.to_string()
    } else if i32::try_from(value).is_ok() {
        format!("'{value}'::integer")
    } else if i64::try_from(value).is_ok() {
        format!("'{value}'::bigint")
    } else {
        format!("'{value}'::numeric")
    }
}

fn decimal(value: &str) -> String {
    if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        value.to_owned()
    } else {
        format!("{}::numeric", text_literal(value))
    }
}

fn boolean(text: &str) -> Option<&'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "on" | "1" => Some("true"),
        "false" | "f" | "no" | "off" | "0" => Some("false"),
        _ => None,
    }
}

/// A cell of declared rows: `NULL`, or the text of the value as a literal.
pub(super) fn cell(value: &Literal, data_type: &str) -> String {
    let kind = family(data_type);
    let text = match value {
        Literal::Null => return "NULL".to_owned(),
        Literal::Sql(expr) => return expr.clone(),
        Literal::Bool(value) if kind == Family::Integer => u8::from(*value).to_string(),
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value @ (0 | 1)) if kind == Family::Boolean => (*value == 1).to_string(),
        Literal::Integer(value) if kind == Family::Numeric => scaled(&value.to_string(), data_type),
        Literal::Integer(value) => value.to_string(),
        Literal::Decimal(value) => number(&value.replace('_', ""), data_type),
        Literal::Text(value) => match (of_constant(data_type).as_str(), kind) {
            ("jsonb", _) => jsonb(value),
            ("uuid", _) => value.to_ascii_lowercase(),
            ("bpchar", _) => value.trim_end_matches(' ').to_owned(),
            (_, Family::Boolean) => boolean(value).unwrap_or(value).to_owned(),
            (_, Family::Numeric | Family::Float) => number(value, data_type),
            _ => value.clone(),
        },
    };
    text_literal(&text)
}

/// A number as a column of this type prints it, as far as that needs no arithmetic.
fn number(text: &str, data_type: &str) -> String {
    let shortest = |magnitude: f64, shown: String| {
        let plain = magnitude == 0.0 || (1e-4..1e15).contains(&magnitude.abs());
        if plain { shown } else { text.to_owned() }
    };
    match (family(data_type), of_constant(data_type).as_str()) {
        (Family::Numeric, _) => scaled(text, data_type),
        (_, "real") => text.parse::<f32>().map_or_else(
            |_| text.to_owned(),
            |value| shortest(f64::from(value), value.to_string()),
        ),
        (_, "double precision") => text
            .parse::<f64>()
            .map_or_else(|_| text.to_owned(), |value| shortest(value, value.to_string())),
        _ => text.to_owned(),
    }
}

/// `1.5` in a `numeric(10,2)` is `1.50`.
fn scaled(text: &str, data_type: &str) -> String {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let (Some(scale), true) = (arguments(data_type).get(1).copied(), plain) else {
        return text.to_owned();
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let missing = usize::try_from(scale)
        .unwrap_or_default()
        .saturating_sub(fraction.len());
    let fraction = format!("{fraction}{}", "0".repeat(missing));
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    }
}

/// A document as `jsonb` prints it: keys by length, then bytes; one space after each colon and comma. A document with
/// a fraction or an exponent stays as it is: `jsonb` keeps their digits, which a parsed number does not.
fn jsonb(text: &str) -> String {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(value) => {
            let mut out = String::new();
            if write_jsonb(&value, &mut out) {
                out
            } else {
                text.to_owned()
            }
        }
        Err(_) => text.to_owned(),
    }
}

fn write_jsonb(value: &serde_json::Value, out: &mut String) -> bool {
    use serde_json::Value;
    match value {
        Value::Number(number) if number.is_f64() => return false,
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                if !write_jsonb(item, out) {
                    return false;
                }
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
            out.push('{');
            for (at, (key, member)) in sorted.into_iter().enumerate() {
                out.push_str(if at > 0 { ", " } else { "" });
                out.push_str(&Value::String(key.clone()).to_string());
                out.push_str(": ");
                if !write_jsonb(member, out) {
                    return false;
                }
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_spelled_as_the_server_prints_them() {
        let text = |value: &str| Literal::Text(value.to_owned());
        let decimal = |value: &str| Literal::Decimal(value.to_owned());
        for (value, data_type, printed) in [
            (text("USER"), "text", "'USER'::text"),
            (text("USER"), "character varying(64)", "'USER'::character varying"),
            (text("x"), "character(3)", "'x'::bpchar"),
            (text("a'b\\c"), "text", "'a''b\\c'::text"),
            (text("USER"), "public.user_role", "'USER'::public.user_role"),
            (text("{}"), "text[]", "'{}'::text[]"),
            (
                text("{\"bb\":1,\"a\":[]}"),
                "jsonb",
                "'{\"a\": [], \"bb\": 1}'::jsonb",
            ),
            (text("{\"a\":1}"), "json", "'{\"a\":1}'::json"),
            (text("5"), "integer", "5"),
            (text("true"), "boolean", "true"),
            (Literal::Integer(0), "integer", "0"),
            (Literal::Integer(-3), "smallint", "'-3'::integer"),
            (Literal::Integer(-5), "bigint", "'-5'::integer"),
            (Literal::Integer(5_000_000_000), "bigint", "'5000000000'::bigint"),
            (Literal::Integer(-1), "numeric(10,2)", "'-1'::integer"),
            (Literal::Integer(5), "text", "'5'::text"),
            (Literal::Integer(1), "boolean", "true"),
            (decimal("1.50"), "numeric(10,2)", "1.50"),
            (decimal("-1.5"), "double precision", "'-1.5'::numeric"),
            (Literal::Bool(true), "boolean", "true"),
            (Literal::Bool(true), "integer", "1"),
        ] {
            assert_eq!(
                default(&value, data_type).text(),
                printed,
                "{value:?} as {data_type}"
            );
        }
    }

    #[test]
    fn cells_are_the_text_of_the_value() {
        let text = |value: &str| Literal::Text(value.to_owned());
        let decimal = |value: &str| Literal::Decimal(value.to_owned());
        for (value, data_type, printed) in [
            (Literal::Null, "text", "NULL"),
            (Literal::Integer(1), "bigint", "'1'"),
            (Literal::Bool(false), "boolean", "'false'"),
            (Literal::Integer(1), "boolean", "'true'"),
            (decimal("1.5"), "numeric(10,2)", "'1.50'"),
            (Literal::Integer(2), "numeric(10,2)", "'2.00'"),
            (decimal("1.0"), "double precision", "'1'"),
            (text("it's"), "text", "'it''s'"),
            (text("ab "), "character(3)", "'ab'"),
            (text("{\"a\":1}"), "jsonb", "'{\"a\": 1}'"),
        ] {
            assert_eq!(cell(&value, data_type), printed, "{value:?} as {data_type}");
        }
    }
}
