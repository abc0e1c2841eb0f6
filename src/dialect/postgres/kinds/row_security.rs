//! Row security of tables, <https://www.postgresql.org/docs/current/ddl-rowsecurity.html>.

use crate::catalog::ObjectId;
use crate::catalog::kinds::RowSecurity;
use crate::dialect::{Alter, Fold, Rules, Sql};

use super::{alter_table, in_place, no_clause};

const NONE: RowSecurity = RowSecurity {
    enabled: false,
    forced: false,
};

pub(super) static RULES: Rules<RowSecurity> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| secure(item.id, (&NONE, item.payload), sql),
    inline: no_clause,
    drop: |item, _, sql| secure(item.id, (item.payload, &NONE), sql),
    alter_sql: |change, _, sql| secure(change.id, (change.from, change.to), sql),
    rename: None,
};

fn secure(id: &ObjectId, (from, to): (&RowSecurity, &RowSecurity), sql: &mut Sql) {
    let Some(table) = id.target() else {
        return;
    };
    if from.enabled != to.enabled {
        alter_table(table, sql);
        sql.raw(if to.enabled { "ENABLE" } else { "DISABLE" });
        sql.raw(" ROW LEVEL SECURITY").end();
    }
    if from.forced != to.forced {
        alter_table(table, sql);
        sql.raw(if to.forced { "FORCE" } else { "NO FORCE" });
        sql.raw(" ROW LEVEL SECURITY").end();
    }
}
