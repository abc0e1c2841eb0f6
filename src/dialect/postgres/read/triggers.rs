//! Triggers of tables and views.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-trigger.html>

use crate::dialect::postgres::expressions::settled;
use std::sync::Arc;

use crate::catalog::kinds::{TriggerEvent, TriggerTiming};
use crate::catalog::{Expr, Ident, QName};
use crate::dialect::EngineError;
use crate::dialect::session::EngineErrorKind;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_trigger`.
pub(super) struct TriggerRow {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) name: Ident,
    pub(super) timing: TriggerTiming,
    pub(super) events: Vec<TriggerEvent>,
    pub(super) for_each_row: bool,
    pub(super) columns: Vec<i16>,
    pub(super) condition: Option<Expr>,
    pub(super) function: QName,
    pub(super) arguments: Vec<Arc<str>>,
    /// What it has that is not modelled.
    pub(super) strange: Option<&'static str>,
    /// Whether it fires as a new trigger does.
    pub(super) enabled: bool,
}

/// Triggers but those that the engine made for foreign keys. Only `pg_get_triggerdef` can print a condition: it is
/// about two rows, which `pg_get_expr` does not know.
pub(super) fn part() -> Part {
    Part {
        what: "triggers",
        sql: format!(
            "SELECT g.oid, g.tgrelid, g.tgname, g.tgtype, g.tgattr, g.tgargs, \
             CASE WHEN g.tgqual IS NOT NULL THEN pg_catalog.pg_get_triggerdef(g.oid) END, n.nspname, p.proname, \
             g.tgconstraint <> 0, g.tgoldtable IS NOT NULL OR g.tgnewtable IS NOT NULL, g.tgenabled \
             FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid \
             JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE NOT g.tgisinternal AND c.relnamespace IN {USER_SCHEMAS} ORDER BY g.tgrelid, g.tgname"
        ),
        take: |raw, cells| {
            let bits: i16 = cells.number(3)?;
            let condition = match cells.opt(6)? {
                Some(definition) => Some(condition(definition)?),
                None => None,
            };
            let strange = match (cells.flag(9)?, cells.flag(10)?) {
                (true, _) => Some("constraint trigger"),
                (_, true) => Some("trigger with transition tables"),
                _ => None,
            };
            let trigger = TriggerRow {
                oid: cells.number(0)?,
                relation: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                timing: timing(bits),
                events: events(bits),
                for_each_row: bits & 1 != 0,
                columns: cells.numbers(4)?,
                condition,
                function: QName::in_schema(raw.ident(cells.text(7)?), raw.ident(cells.text(8)?)),
                arguments: arguments(cells.text(5)?)?,
                strange,
                enabled: cells.letter(11)? == b'O',
            };
            raw.triggers.push(trigger);
            Ok(())
        },
    }
}

/// <https://github.com/postgres/postgres/blob/master/src/include/catalog/pg_trigger.h>
fn timing(bits: i16) -> TriggerTiming {
    match bits & (2 | 64) {
        2 => TriggerTiming::Before,
        64 => TriggerTiming::InsteadOf,
        _ => TriggerTiming::After,
    }
}

fn events(bits: i16) -> Vec<TriggerEvent> {
    [
        (4, TriggerEvent::Insert),
        (16, TriggerEvent::Update),
        (8, TriggerEvent::Delete),
        (32, TriggerEvent::Truncate),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .map(|(_, event)| event)
    .collect()
}

/// The condition in a trigger's definition: what stands in the parentheses after the first `WHEN` outside quotes.
fn condition(definition: &str) -> Result<Expr, EngineError> {
    let mut quote = None;
    let mut start = None;
    let mut depth = 0_usize;
    for (at, byte) in definition.bytes().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(') => {
                if start.is_none() && definition[..at].ends_with(" WHEN ") {
                    start = Some(at + 1);
                }
                depth += usize::from(start.is_some());
            }
            (None, b')') if start.is_some() => {
                depth -= 1;
                if let (0, Some(start)) = (depth, start) {
                    return Ok(Expr::new(settled(&definition[start..at])));
                }
            }
            _ => {}
        }
    }
    let message = format!("the condition of a trigger cannot be read: {definition}");
    Err(EngineError::new(EngineErrorKind::Catalog, message))
}

/// The arguments in a `bytea` in hexadecimal form, each ended by a zero byte.
fn arguments(hex: &str) -> Result<Vec<Arc<str>>, EngineError> {
    let broken = || {
        EngineError::new(
            EngineErrorKind::Catalog,
            "the arguments of a trigger cannot be read",
        )
    };
    let digits = hex.strip_prefix("\\x").ok_or_else(broken)?;
    let bytes: Option<Vec<u8>> = (0..digits.len() / 2)
        .map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok())
        .collect();
    let text = String::from_utf8(bytes.ok_or_else(broken)?).map_err(|_| broken())?;
    Ok(text.split_terminator('\0').map(Arc::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_condition_is_found_behind_names_that_look_like_it() {
        let definition = "CREATE TRIGGER \" WHEN (x)\" BEFORE UPDATE ON public.t FOR EACH ROW \
                          WHEN ((old.a IS DISTINCT FROM ')'::text)) EXECUTE FUNCTION f(' WHEN (')";
        let found = condition(definition).unwrap();
        assert_eq!(found.text(), "(old.a IS DISTINCT FROM ')'::text)");
        assert!(condition("CREATE TRIGGER t").is_err());
    }

    #[test]
    fn arguments_end_with_a_zero_byte() {
        assert!(arguments("\\x").unwrap().is_empty());
        let found = arguments("\\x61006227630000").unwrap();
        assert_eq!(found, [Arc::from("a"), Arc::from("b'c"), Arc::from("")]);
        assert!(arguments("61").is_err());
    }
}
