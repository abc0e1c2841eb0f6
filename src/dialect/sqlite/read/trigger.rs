//! A trigger as its text tells it.

use crate::catalog::Ident;
use crate::catalog::kinds::{Trigger, TriggerAction, TriggerEvent, TriggerTiming};
use crate::dialect::sqlite::text::statement;
use crate::dialect::sqlite::token::{Cursor, Reason};

/// Reads `CREATE TRIGGER name [timing] event ON relation [FOR EACH ROW] [WHEN …] BEGIN … END`.
pub(super) fn parse(text: &str, is_relation: &dyn Fn(&Ident) -> bool) -> Result<Trigger, Reason> {
    let mut cursor = Cursor::new(text);
    cursor.expect(&["CREATE"])?;
    cursor.expect(&["TRIGGER"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.qualified_name()?;
    let timing = if cursor.take(&["AFTER"]) {
        TriggerTiming::After
    } else if cursor.take(&["INSTEAD", "OF"]) {
        TriggerTiming::InsteadOf
    } else {
        cursor.take(&["BEFORE"]);
        TriggerTiming::Before
    };
    let event = if cursor.take(&["INSERT"]) {
        TriggerEvent::Insert
    } else if cursor.take(&["DELETE"]) {
        TriggerEvent::Delete
    } else {
        cursor.expect(&["UPDATE"])?;
        TriggerEvent::Update
    };
    let mut columns = Vec::new();
    if cursor.take(&["OF"]) {
        columns.push(cursor.name()?);
        while cursor.take_punct(",") {
            columns.push(cursor.name()?);
        }
    }
    cursor.expect(&["ON"])?;
    cursor.qualified_name()?;
    cursor.take(&["FOR", "EACH", "ROW"]);
    let condition = if cursor.take(&["WHEN"]) {
        Some(statement(cursor.until("BEGIN")?, is_relation))
    } else {
        None
    };
    cursor.expect(&["BEGIN"])?;
    let rest = cursor.rest();
    let body = without_end(rest).ok_or_else(|| Reason::new("the end of its body is not understood"))?;
    let action = TriggerAction::Body(statement(body, is_relation));
    Ok(Trigger {
        columns,
        condition,
        ..Trigger::new(timing, vec![event], action)
    })
}

/// The text before the last word, which is `END`.
fn without_end(text: &str) -> Option<&str> {
    let mut cursor = Cursor::new(text);
    let mut last = None;
    while let Some(token) = cursor.next() {
        if !token.is_punct(";") || last.is_none() {
            last = Some(token);
        }
    }
    let end = last.filter(|token| token.is_word("END"))?;
    Some(text[..end.start].trim())
}
