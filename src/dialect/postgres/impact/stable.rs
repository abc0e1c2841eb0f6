//! Whether a default is the same for every row.

use crate::catalog::Expr;

/// Functions that a statement evaluates once.
const STABLE: &[&str] = &["now", "transaction_timestamp", "statement_timestamp", "timezone"];

/// Whether the default calls nothing but functions that a statement evaluates once. Too many rewrites are announced,
/// never too few.
pub(in crate::dialect::postgres) fn is_stable(default: &Expr) -> bool {
    let text = default.text();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        let name = before
            .rsplit(|character: char| !(character.is_alphanumeric() || character == '_'))
            .next()
            .unwrap_or_default();
        if !name.is_empty() && !STABLE.contains(&name) {
            return false;
        }
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_the_same_for_every_row_is_stable() {
        for (default, stable) in [
            ("'x'::character varying", true),
            ("now()", true),
            ("(now() + '1 day'::interval)", true),
            ("CURRENT_TIMESTAMP", true),
            ("gen_random_uuid()", false),
            ("nextval('s'::regclass)", false),
            ("clock_timestamp()", false),
        ] {
            assert_eq!(is_stable(&Expr::new(default)), stable, "{default}");
        }
    }
}
