//! Trying a conversion on the rows there are, where no query can tell: the same cast as `ALTER COLUMN … TYPE` makes.
//!
//! A `DO` block with an exception block runs in a read-only transaction as well, on every version; what it found is
//! left in settings of the session. Must not: change anything, or name a value.

use crate::catalog::Ident;
use crate::dialect::{KEYS, RenderCx, Sql, Trial};
use crate::op::Question;

use super::expressions::parenthesised;
use super::questions::{key_of_row, label};
use super::types::{Family, family, is_widened, split_array};

/// How a question is tried; `None` for all that a query answers, and where every value converts.
pub(super) fn of(question: &Question, key: &[Ident], cx: &RenderCx<'_>) -> Option<Trial> {
    let Question::Converts {
        column,
        from,
        to,
        using,
    } = question
    else {
        return None;
    };
    if using.is_none() && is_widened(from, to) {
        return None;
    }
    let (table, name) = (column.relation()?, column.name()?);
    let write = |with: &dyn Fn(&mut Sql)| {
        let mut sql = Sql::new(cx.server.engine());
        with(&mut sql);
        sql.clause()
    };
    let table = write(&|sql| {
        sql.qname(table);
    });
    let column = write(&|sql| {
        sql.ident(name);
    });
    let value = match using {
        Some(using) => parenthesised(using.text()),
        None => column.clone(),
    };
    let key = write(&|sql| key_of_row(key, sql));
    // All rows at once; only where that fails, one by one.
    let run = format!(
        "DO $reconcile$
#variable_conflict use_column
DECLARE
    reconcile_value {to};
    reconcile_row record;
    reconcile_failed bigint := 0;
    reconcile_keys text[] := '{{}}';
BEGIN
    BEGIN
        FOR reconcile_value IN SELECT {value} FROM {table} LOOP
            NULL;
        END LOOP;
    EXCEPTION WHEN data_exception THEN
        FOR reconcile_row IN SELECT ctid AS place, {key} AS key FROM {table} LOOP
            BEGIN
                SELECT {value} INTO reconcile_value FROM {table} WHERE ctid = reconcile_row.place;
            EXCEPTION WHEN data_exception THEN
                reconcile_failed := reconcile_failed + 1;
                IF reconcile_failed <= {KEYS} THEN
                    reconcile_keys := reconcile_keys || reconcile_row.key;
                END IF;
            END;
        END LOOP;
    END;
    PERFORM pg_catalog.set_config('reconcile.failed', reconcile_failed::text, false);
    PERFORM pg_catalog.set_config('reconcile.keys', reconcile_keys::text, false);
END $reconcile$"
    );
    Some(Trial {
        label: label(question),
        run,
        count: "SELECT pg_catalog.current_setting('reconcile.failed')".to_owned(),
        keys: "SELECT unnest(pg_catalog.current_setting('reconcile.keys')::text[])".to_owned(),
        changed: (using.is_none() && rounds(from, to)).then(|| {
            format!("SELECT count(*) FROM {table} WHERE {column}::{to}::{from} IS DISTINCT FROM {column}")
        }),
    })
}

/// Whether the cast keeps to itself what the new type has no room for.
fn rounds(from: &str, to: &str) -> bool {
    let measured = |text| {
        matches!(
            family(text),
            Family::Integer | Family::Numeric | Family::Float | Family::Timestamp
        )
    };
    !split_array(from).1 && measured(from) && measured(to)
}
