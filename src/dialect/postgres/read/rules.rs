//! Rules of tables and views, but for those by which views are made.
//!
//! The catalog keeps condition and action as trees that the engine prints only together, as a whole statement; where the one
//! ends and the other begins is found by its keywords.
//! <https://www.postgresql.org/docs/current/catalog-pg-rewrite.html>

use crate::catalog::kinds::{Enabled, Rule, RuleEvent};
use crate::catalog::{Expr, Ident};
use crate::dialect::EngineError;
use crate::dialect::session::EngineErrorKind;

use super::batch::Part;
use super::relations::USER_SCHEMAS;

/// A row of `pg_rewrite`.
pub(super) struct RuleRow {
    pub(super) oid: u32,
    pub(super) relation: u32,
    pub(super) name: Ident,
    pub(super) rule: Rule,
}

pub(super) fn part() -> Part {
    Part {
        what: "rules",
        sql: format!(
            "SELECT x.oid, x.ev_class, x.rulename, x.ev_type, x.is_instead, x.ev_enabled, \
             pg_catalog.pg_get_ruledef(x.oid) FROM pg_catalog.pg_rewrite x \
             JOIN pg_catalog.pg_class c ON c.oid = x.ev_class \
             WHERE x.oid >= 16384 AND x.rulename <> '_RETURN' AND c.relnamespace IN {USER_SCHEMAS} \
             ORDER BY x.ev_class, x.rulename"
        ),
        take: |raw, cells| {
            let definition = cells.text(6)?;
            let Some((condition, action)) = parts(definition) else {
                let message = format!("a rule of the catalog cannot be read: {definition}");
                return Err(EngineError::new(EngineErrorKind::Catalog, message));
            };
            let row = RuleRow {
                oid: cells.number(0)?,
                relation: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                rule: Rule {
                    event: match cells.letter(3)? {
                        b'2' => RuleEvent::Update,
                        b'3' => RuleEvent::Insert,
                        _ => RuleEvent::Delete,
                    },
                    instead: cells.flag(4)?,
                    condition: condition.map(Expr::new),
                    action: Expr::new(action),
                    enabled: match cells.letter(5)? {
                        b'R' => Enabled::Replica,
                        b'A' => Enabled::Always,
                        b'D' => Enabled::Disabled,
                        _ => Enabled::Origin,
                    },
                },
            };
            raw.rules.push(row);
            Ok(())
        },
    }
}

/// Condition and action of `CREATE RULE … ON … TO … [WHERE condition] DO [INSTEAD] action;`.
fn parts(definition: &str) -> Option<(Option<&str>, &str)> {
    let at = keyword(definition, "DO", 0)?;
    let condition = keyword(definition, "WHERE", 0).filter(|place| *place < at);
    let condition = condition.map(|place| definition[place + "WHERE".len()..at].trim());
    let action = definition[at + "DO".len()..].trim_start();
    let action = action.strip_prefix("INSTEAD").unwrap_or(action).trim();
    Some((condition, action.strip_suffix(';').unwrap_or(action).trim_end()))
}

/// Where a keyword stands by itself, outside of quotes and parentheses. Both are reserved: no name is printed so.
fn keyword(text: &str, word: &str, from: usize) -> Option<usize> {
    let (mut depth, mut quote) = (0_usize, None);
    let bytes = text.as_bytes();
    for at in from..bytes.len() {
        let byte = bytes[at];
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, _) => {
                let is_there = bytes[at..].starts_with(word.as_bytes());
                let alone = |place: Option<&u8>| place.is_none_or(u8::is_ascii_whitespace);
                let before = at.checked_sub(1).and_then(|before| bytes.get(before));
                if depth == 0 && is_there && alone(before) && alone(bytes.get(at + word.len())) {
                    return Some(at);
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn condition_and_action_are_told_apart() {
        for (text, expected) in [
            (
                "CREATE RULE a AS\n    ON INSERT TO public.t DO INSTEAD NOTHING;",
                (None, "NOTHING"),
            ),
            (
                "CREATE RULE \" DO x\" AS\n    ON UPDATE TO public.t\n   WHERE ((new.a = ' DO '::text) AND f(old.b)) DO  \
                 INSERT INTO public.log (a) SELECT new.a WHERE true;",
                (
                    Some("((new.a = ' DO '::text) AND f(old.b))"),
                    "INSERT INTO public.log (a) SELECT new.a WHERE true",
                ),
            ),
            (
                "CREATE RULE b AS\n    ON DELETE TO public.t DO ( DELETE FROM public.x;\n DELETE FROM public.y WHERE 'it''s' = '';\n);",
                (
                    None,
                    "( DELETE FROM public.x;\n DELETE FROM public.y WHERE 'it''s' = '';\n)",
                ),
            ),
        ] {
            assert_eq!(parts(text), Some(expected));
        }
        assert_eq!(parts("CREATE RULE a AS ON SELECT"), None);
    }
}
