//! Aggregates, <https://www.postgresql.org/docs/current/sql-createaggregate.html>.

use crate::catalog::kinds::{Aggregate, AggregateSort};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{called, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static RULES: Rules<Aggregate> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::Replace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP AGGREGATE ");
        called(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("AGGREGATE", from, to, sql)),
};

fn create(item: Item<'_, Aggregate>, sql: &mut Sql) {
    sql.raw("CREATE AGGREGATE ");
    qualified(item.id, sql);
    sql.raw("(").raw(item.payload.arguments.text()).raw(") (");
    for (at, option) in item.payload.options.iter().enumerate() {
        sql.raw(if at > 0 { ",\n    " } else { "\n    " });
        sql.raw(&option.name.replace('-', "_").to_uppercase());
        match option.sort {
            AggregateSort::Flag => {}
            AggregateSort::Text => {
                sql.raw(" = ").text(option.value.text());
            }
            AggregateSort::Name | AggregateSort::Number | AggregateSort::Word => {
                sql.raw(" = ").raw(option.value.text());
            }
        }
    }
    sql.raw("\n)");
}
