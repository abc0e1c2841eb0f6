//! Triggers of tables and views.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-trigger.html>

use crate::dialect::postgres::expressions::settled;
use std::sync::Arc;

use crate::catalog::kinds::{Deferrable, Enabled, TriggerEvent, TriggerTiming};
use crate::catalog::{Expr, Ident, QName};
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, Server};

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
    /// Whether it may be put off, where it is a constraint trigger.
    pub(super) constraint: Option<Deferrable>,
    /// The other table of a constraint trigger, or zero.
    pub(super) from: u32,
    pub(super) old_table: Option<Ident>,
    pub(super) new_table: Option<Ident>,
    pub(super) enabled: Enabled,
}

/// A row of `pg_event_trigger`.
pub(super) struct EventTriggerRow {
    pub(super) oid: u32,
    pub(super) name: Ident,
    pub(super) event: Arc<str>,
    pub(super) tags: Vec<Arc<str>>,
    pub(super) function: QName,
    pub(super) enabled: Enabled,
}

/// Triggers but those that the engine made for foreign keys. Only `pg_get_triggerdef` can print a condition: it is
/// about two rows, which `pg_get_expr` does not know.
///
/// What a partition has from its parent is the parent's: until 12 it is internal.
pub(super) fn part(server: &Server) -> Part {
    let of_parent = if server.version >= 130_000 {
        "g.tgparentid <> 0"
    } else {
        "false"
    };
    Part {
        what: "triggers",
        sql: format!(
            "SELECT g.oid, g.tgrelid, g.tgname, g.tgtype, g.tgattr, g.tgargs, \
             CASE WHEN g.tgqual IS NOT NULL THEN pg_catalog.pg_get_triggerdef(g.oid) END, n.nspname, p.proname, \
             g.tgconstraint <> 0, g.tgdeferrable, g.tginitdeferred, g.tgconstrrelid, g.tgoldtable, g.tgnewtable, \
             g.tgenabled \
             FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid \
             JOIN pg_catalog.pg_proc p ON p.oid = g.tgfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
             WHERE NOT g.tgisinternal AND NOT {of_parent} AND c.relnamespace IN {USER_SCHEMAS} ORDER BY g.tgrelid, g.tgname"
        ),
        take: |raw, cells| {
            let bits: i16 = cells.number(3)?;
            let condition = match cells.opt(6)? {
                Some(definition) => Some(condition(definition)?),
                None => None,
            };
            let constraint = match (cells.flag(9)?, cells.flag(10)?, cells.flag(11)?) {
                (false, ..) => None,
                (true, false, _) => Some(Deferrable::No),
                (true, true, false) => Some(Deferrable::InitiallyImmediate),
                (true, true, true) => Some(Deferrable::InitiallyDeferred),
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
                constraint,
                from: cells.number(12)?,
                old_table: cells.opt(13)?.map(|name| raw.ident(name)),
                new_table: cells.opt(14)?.map(|name| raw.ident(name)),
                enabled: enabled(cells.letter(15)?),
            };
            raw.triggers.push(trigger);
            Ok(())
        },
    }
}

/// Triggers of the database as a whole.
pub(super) fn event_triggers() -> Part {
    Part {
        what: "event triggers",
        sql: "SELECT g.oid, g.evtname, g.evtevent, pg_catalog.array_to_string(g.evttags, E'\\x01'), n.nspname, \
              p.proname, g.evtenabled FROM pg_catalog.pg_event_trigger g \
              JOIN pg_catalog.pg_proc p ON p.oid = g.evtfoid JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace \
              ORDER BY g.evtname"
            .to_owned(),
        take: |raw, cells| {
            let tags = cells.opt(3)?.unwrap_or_default();
            let trigger = EventTriggerRow {
                oid: cells.number(0)?,
                name: raw.ident(cells.text(1)?),
                event: raw.text(cells.text(2)?),
                tags: tags
                    .split('\u{1}')
                    .filter(|tag| !tag.is_empty())
                    .map(Arc::from)
                    .collect(),
                function: QName::in_schema(raw.ident(cells.text(4)?), raw.ident(cells.text(5)?)),
                enabled: enabled(cells.letter(6)?),
            };
            raw.event_triggers.push(trigger);
            Ok(())
        },
    }
}

/// `tgenabled` and `evtenabled`.
fn enabled(letter: u8) -> Enabled {
    match letter {
        b'R' => Enabled::Replica,
        b'A' => Enabled::Always,
        b'D' => Enabled::Disabled,
        _ => Enabled::Origin,
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
