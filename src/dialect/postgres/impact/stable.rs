//! Whether a default is the same for every row, and whether a value is the same whenever it is asked.

use crate::catalog::expr::mentions;
use crate::catalog::kinds::{Function, Volatility};
use crate::catalog::{Catalog, Expr};

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

/// Functions of PostgreSQL and of the extensions that come with it whose value is another one each time, or that do something
/// (`SELECT proname FROM pg_proc WHERE provolatile = 'v'`, as far as they give a value).
const VOLATILE: &[&str] = &[
    "clock_timestamp",
    "currval",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "lastval",
    "nextval",
    "random",
    "random_normal",
    "setval",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
];

/// Whether an expression calls what gives another value each time it is asked, declared functions included.
pub(in crate::dialect::postgres) fn varies(value: &Expr, catalog: &Catalog) -> bool {
    let named = mentions(value.text());
    let is_named = |name: &str| named.iter().any(|word| word.eq_ignore_ascii_case(name));
    let mut declared = catalog.of_kind::<Function>();
    VOLATILE.iter().any(|name| is_named(name))
        || declared.any(|(id, function)| {
            function.volatility == Volatility::Volatile && id.name().is_some_and(|name| is_named(name.text()))
        })
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

    #[test]
    fn what_is_drawn_or_counted_varies() {
        for (value, another) in [
            ("lower(name)", false),
            ("now()", false),
            ("gen_random_uuid()", true),
            ("nextval('s'::regclass)", true),
        ] {
            assert_eq!(varies(&Expr::new(value), &Catalog::new()), another, "{value}");
        }
    }
}
