//! Rows are filled batch by batch in the order of the primary key, each batch in a transaction of its own, so that no row is
//! locked for long and an interrupted run goes on where it stopped.

use crate::catalog::kinds::{Column, PrimaryKey};
use crate::catalog::{DataType, Ident, ObjectId, Payload as _, QName};
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::{Choice, Dialect, PlanCx, Sql, Strategy};
use crate::op::{Action, Batches, Op, Txn};
use crate::script::Batched;

/// See the module.
pub(super) struct BatchedBackfill;

impl Strategy for BatchedBackfill {
    fn name(&self) -> &'static str {
        "batched-backfill"
    }

    fn choice(&self) -> Choice {
        Choice::UnlessOff
    }

    fn rewrite(&self, op: &Op, cx: &PlanCx<'_>) -> Option<Vec<Op>> {
        let Action::Backfill {
            table,
            column,
            value,
            batch: None,
        } = &op.action
        else {
            return None;
        };
        if op.txn != Txn::Inside || !cx.has_rows(table) {
            return None;
        }
        let batch = key(table, cx).map(|key| crate::op::Batches {
            key,
            size: cx.choices.batch,
        });
        Some(vec![Op {
            txn: if batch.is_some() { Txn::Outside } else { Txn::Alone },
            action: Action::Backfill {
                table: table.clone(),
                column: column.clone(),
                value: value.clone(),
                batch,
            },
        }])
    }
}

/// The columns of the primary key, if they are there all the time and stay what they are.
fn key(table: &QName, cx: &PlanCx<'_>) -> Option<Vec<(Ident, DataType)>> {
    key_while(table, cx, |_| false)
}

/// The same; columns for which `waits` holds stay what they are for as long as the key is needed.
pub(super) fn key_while(
    table: &QName,
    cx: &PlanCx<'_>,
    waits: impl Fn(&ObjectId) -> bool,
) -> Option<Vec<(Ident, DataType)>> {
    // Rows of tables that inherit it are filled with its own, and none of its keys holds for them.
    if cx.from.heirs_of(table).next().is_some() {
        return None;
    }
    let (id, before) = cx.from_walk.members_of::<PrimaryKey>(table).next()?;
    if cx.to.get(id).and_then(PrimaryKey::of) != Some(before) {
        return None;
    }
    let typed = |name: &Ident| {
        let id = ObjectId::column(table, name.clone());
        let (from, to) = (cx.from.payload::<Column>(&id)?, cx.to.payload::<Column>(&id)?);
        (from.data_type == to.data_type || waits(&id)).then(|| (name.clone(), from.data_type.clone()))
    };
    before.columns.iter().map(typed).collect()
}

/// Rows that have NULL in a column, and what they get.
pub(super) struct Fill<'a> {
    /// The table.
    pub(super) table: &'a QName,
    /// The column.
    pub(super) column: &'a Ident,
    /// The value, an expression over the row.
    pub(super) value: &'a str,
    /// Whether rows are left alone for which that is NULL, too.
    pub(super) skips_nulls: bool,
}

/// The statement for all rows, or for the next ones.
pub(in crate::dialect::postgres) fn render(action: &Action, sql: &mut Sql) {
    let Action::Backfill {
        table,
        column,
        value,
        batch,
    } = action
    else {
        return;
    };
    let fill = Fill {
        table,
        column,
        value: value.text(),
        skips_nulls: false,
    };
    fill.render(batch.as_ref(), sql);
}

impl Fill<'_> {
    /// The statement for all rows, or for the next ones.
    pub(super) fn render(&self, batch: Option<&Batches>, sql: &mut Sql) {
        let mut whole = Sql::new(Dialect::Postgres.engine());
        whole.raw("UPDATE ").qname(self.table).raw(" SET ");
        whole.ident(self.column).raw(" = ").raw(self.value);
        whole.raw(" WHERE ").ident(self.column).raw(" IS NULL");
        self.skip(&mut whole);
        let whole = whole.clause();
        match batch {
            None => {
                sql.raw(&whole).end();
            }
            Some(batch) => sql.batched(Batched {
                sql: self.next(&batch.key),
                whole,
                size: batch.size,
            }),
        }
    }

    fn skip(&self, sql: &mut Sql) {
        if self.skips_nulls {
            let value = parenthesised(self.value);
            sql.raw(" AND ").raw(&value).raw(" IS NOT NULL");
        }
    }

    /// The statement for the next rows: see [`Batched`] for what goes in and out. Names of its own cannot be those of
    /// columns in the value.
    fn next(&self, key: &[(Ident, DataType)]) -> String {
        let Self { table, column, .. } = self;
        let mut sql = Sql::new(Dialect::Postgres.engine());
        let aliases: Vec<String> = (1..=key.len()).map(|at| format!("_rcn_{at}")).collect();
        sql.raw("WITH _rcn_batch AS (\n    SELECT ");
        sql.list(key.iter().zip(&aliases), |sql, ((name, _), alias)| {
            sql.ident(name).raw(" AS ").raw(alias);
        });
        sql.raw(" FROM ")
            .qname(table)
            .raw("\n    WHERE $1::text IS NULL OR (");
        sql.idents(key.iter().map(|(name, _)| name)).raw(") > (");
        let alone = key.len() == 1;
        sql.list(key.iter().enumerate(), |sql, (at, (_, data_type))| {
            if alone {
                sql.raw("$1::text::").raw(&data_type.text);
            } else {
                let place = format!("($1::text::text[])[{}]::", at + 1);
                sql.raw(&place).raw(&data_type.text);
            }
        });
        sql.raw(")\n    ORDER BY ")
            .idents(key.iter().map(|(name, _)| name));
        sql.raw(" LIMIT $2\n), _rcn_filled AS (\n    UPDATE ")
            .qname(table);
        sql.raw(" SET ").ident(column).raw(" = ").raw(self.value);
        sql.raw("\n    FROM _rcn_batch WHERE ");
        for ((name, _), alias) in key.iter().zip(&aliases) {
            sql.ident(&table.name).raw(".").ident(name);
            sql.raw(" = _rcn_batch.").raw(alias).raw(" AND ");
        }
        sql.ident(&table.name).raw(".").ident(column).raw(" IS NULL");
        self.skip(&mut sql);
        sql.raw(" RETURNING 1\n)\nSELECT (SELECT count(*) FROM _rcn_filled)::text, ");
        let cursor = if alone {
            format!("{}::text", aliases[0])
        } else {
            let parts: Vec<String> = aliases.iter().map(|alias| format!("{alias}::text")).collect();
            format!("ARRAY[{}]::text", parts.join(", "))
        };
        sql.raw(&cursor).raw(" FROM _rcn_batch ORDER BY ");
        let downwards: Vec<String> = aliases.iter().map(|alias| format!("{alias} DESC")).collect();
        sql.raw(&downwards.join(", ")).raw(" LIMIT 1");
        sql.clause()
    }
}
