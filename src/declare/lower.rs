//! Lowering to what the engine has: a column of an enum becomes a text column with a named check.
//!
//! Identities are lowered by the engine (`lower_identity`), comments and `schema=` are left out where there is no
//! such thing.

use std::sync::Arc;

use crate::catalog::kinds::Check;
use crate::catalog::{Ident, Kind, ObjectId};
use crate::dialect::Sql;
use crate::diff::{Intents, ValueIntent};

use super::fields::Extras;
use super::kinds::{MemberDraft, Names};
use super::reading::{Reading, TableDraft};

/// Adds the checks that stand for enums on engines without them.
pub(super) fn enum_checks(reading: &Reading<'_>, table: &mut TableDraft, intents: &mut Intents) {
    if reading.engine.rules(Kind::Enum).is_some() {
        return;
    }
    let columns: Vec<Ident> = table.columns.iter().map(|column| column.name.clone()).collect();
    let mut checks = Vec::new();
    for column in &table.columns {
        let Some(of_enum) = &column.of_enum else {
            continue;
        };
        let mut sql = Sql::new(reading.engine);
        sql.ident(&column.name).raw(" IN (");
        sql.list(of_enum.values.iter(), |sql, value| {
            sql.text(value);
        });
        sql.raw(")");
        let check = Check::new(reading.engine.expr(&sql.clause(), &columns));
        for former in &of_enum.former {
            intents.values.push(ValueIntent {
                column: ObjectId::column(&table.name, column.name.clone()),
                old: Arc::clone(&former.old),
                new: Arc::clone(&former.new),
            });
        }
        let name = format!("{}_{}_check", table.name.name, column.name);
        checks.push(MemberDraft {
            kind: Kind::Check,
            given: Some(reading.engine.ident(&name)),
            unnamed: false,
            object: check.into(),
            span: column.span.clone(),
            extras: Extras::default(),
            names: Names::default(),
            target: None,
            inherits: None,
        });
    }
    table.members.extend(checks);
    table.members.sort_by_key(|member| member.kind);
}
