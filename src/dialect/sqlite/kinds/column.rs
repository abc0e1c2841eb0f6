//! A column: added and dropped in place where SQLite allows it on a table with rows, otherwise with its table.

use crate::catalog::kinds::Column;
use crate::catalog::walk::Walk;
use crate::catalog::{Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::sqlite::text::{is_bare_default, is_constant_default, mentions};
use crate::dialect::{Alter, Fold, Item, PlanCx, RenderCx, Rules, Sql};

/// The rule row.
pub(in crate::dialect::sqlite) static RULES: Rules<Column> = Rules {
    fold: Fold::Always,
    replaceable: false,
    namespace: None,
    alter: |_, _, _, _| Alter::RebuildParent,
    attach,
    detach,
    create: |item, _, _, sql| {
        if let (Some(table), Some(name)) = (item.id.relation(), item.id.name()) {
            sql.raw("ALTER TABLE ").qname(table).raw(" ADD COLUMN ");
            clause(name, item.payload, sql);
        }
    },
    inline: |item, _, sql| {
        if let Some(name) = item.id.name() {
            clause(name, item.payload, sql);
        }
    },
    drop: |item, _, sql| {
        if let (Some(table), Some(name)) = (item.id.relation(), item.id.name()) {
            sql.raw("ALTER TABLE ")
                .qname(table)
                .raw(" DROP COLUMN ")
                .ident(name);
        }
    },
    alter_sql: |_, _, _| {},
    rename: Some(rename),
};

/// `name TYPE COLLATE … NOT NULL DEFAULT … GENERATED ALWAYS AS (…)`.
pub(super) fn clause(name: &Ident, column: &Column, sql: &mut Sql) {
    sql.ident(name);
    if !column.data_type.text.is_empty() {
        sql.raw(" ").raw(&column.data_type.text);
    }
    if let Some(collation) = &column.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    if !column.nullable {
        sql.raw(" NOT NULL");
    }
    if let Some(default) = &column.default {
        sql.raw(" DEFAULT ").raw(&default_clause(default));
    }
    if let Some(generated) = &column.generated {
        sql.raw(" GENERATED ALWAYS AS (").raw(generated.expr.text());
        sql.raw(if generated.stored { ") STORED" } else { ") VIRTUAL" });
    }
}

/// A default as it stands behind `DEFAULT`.
pub(in crate::dialect::sqlite) fn default_clause(default: &Expr) -> String {
    if is_bare_default(default.text()) {
        default.text().to_owned()
    } else {
        format!("({})", default.text())
    }
}

fn rename(from: &ObjectId, to: &ObjectId, _cx: &RenderCx<'_>, sql: &mut Sql) {
    if let (Some(table), Some(from), Some(to)) = (from.relation(), from.name(), to.name()) {
        sql.raw("ALTER TABLE ").qname(table);
        sql.raw(" RENAME COLUMN ").ident(from).raw(" TO ").ident(to);
    }
}

/// Whether a part of the table's own text, other than the column itself, needs the column.
fn needed_in_table(id: &ObjectId, table: &QName, walk: &Walk<'_>) -> bool {
    let Some(name) = id.name() else {
        return true;
    };
    let mentioned = |object: &Object| object.texts().iter().any(|text| mentions(text, name));
    walk.members(table).any(|(other, object)| {
        let folded = matches!(
            other.kind,
            Kind::Column | Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey
        );
        folded && other != id && (object.references(other).contains(id) || mentioned(object))
    })
}

/// <https://sqlite.org/lang_altertable.html#altertabaddcol>
fn attach(item: Item<'_, Column>, cx: &PlanCx<'_>) -> Alter {
    let column = item.payload;
    let Some(table) = item.id.relation() else {
        return Alter::RebuildParent;
    };
    let fills_rows = match (&column.default, &column.generated) {
        (_, Some(generated)) => !generated.stored,
        (Some(default), None) => {
            let null = default.text().eq_ignore_ascii_case("NULL");
            is_constant_default(default.text()) && (column.nullable || !null)
        }
        (None, None) => column.nullable,
    };
    if fills_rows && !needed_in_table(item.id, table, cx.to_walk) {
        Alter::InPlace
    } else {
        Alter::RebuildParent
    }
}

/// <https://sqlite.org/lang_altertable.html#altertabdropcol>. What stands beside the table (indexes, views, triggers)
/// is taken down around it by the planner.
fn detach(item: Item<'_, Column>, cx: &PlanCx<'_>) -> Alter {
    let Some(table) = item.id.relation() else {
        return Alter::RebuildParent;
    };
    let others = cx
        .to_walk
        .members_of::<Column>(table)
        .any(|(id, _)| cx.from.contains(id));
    if others && !needed_in_table(item.id, table, cx.from_walk) {
        Alter::InPlace
    } else {
        Alter::RebuildParent
    }
}
