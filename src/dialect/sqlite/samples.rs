//! Values to try things with, by the affinity and the name of a type.
//!
//! Out: the `nth` value as a literal; no two are the same, but for truth values.

use crate::dialect::sql::text_literal;

use super::types::{Affinity, affinity};

/// The `nth` value as a literal.
pub(super) fn sample(data_type: &str, nth: usize) -> String {
    let upper = data_type.to_ascii_uppercase();
    let is = |word: &str| upper.starts_with(word);
    let date = format!("2024-{:02}-{:02}", 1 + nth / 28 % 12, 1 + nth % 28);
    if is("BOOL") {
        return (nth % 2).to_string();
    }
    if is("DATETIME") || is("TIMESTAMP") {
        return text_literal(&format!("{date} 04:{:02}:06.789", nth % 60));
    }
    if is("DATE") {
        return text_literal(&date);
    }
    if is("TIME") {
        return text_literal(&format!("04:{:02}:06", nth % 60));
    }
    if is("JSON") {
        return text_literal(&format!("{{\"b\": [{nth}, null], \"a\": \"it's\"}}"));
    }
    match affinity(data_type) {
        // Beyond what a double holds exactly.
        Affinity::Integer if nth % 4 == 3 => (9_007_199_254_740_993 + nth).to_string(),
        Affinity::Integer => (nth + 1).to_string(),
        Affinity::Text => text_literal(&text(data_type, nth)),
        Affinity::Blob => format!("X'00FF{:04X}'", nth % 65_536),
        Affinity::Real | Affinity::Numeric => format!("{}.25", nth + 1),
    }
}

/// A text that looks like a number now and then: what takes it for one loses the zeros.
fn text(data_type: &str, nth: usize) -> String {
    let long = if nth % 4 == 2 {
        format!("00{nth}")
    } else {
        format!("{nth} it's \"one\" \\ ü")
    };
    let size = data_type
        .split_once('(')
        .and_then(|(_, rest)| rest.trim_end_matches(')').trim().parse::<usize>().ok());
    match size {
        // Nothing keeps the length, but a check may.
        Some(size) if size < long.chars().count() => {
            let digits = format!("{nth:03}");
            digits.chars().rev().take(size.max(1)).collect()
        }
        _ => long,
    }
}
