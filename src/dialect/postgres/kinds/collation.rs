//! Collations, <https://www.postgresql.org/docs/current/sql-createcollation.html>.
//!
//! Nothing about one can be changed but its name and its owner: it is made anew, with what can be made anew around it.

use crate::catalog::kinds::{Collation, CollationProvider};
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{holds_a_column, in_place, no_clause, nothing_to_alter, qualified, rename_qualified};

pub(super) static RULES: Rules<Collation> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    // Indexes, views and types without columns follow.
    alter: |_, from, _, cx| {
        if holds_a_column(from.id, cx) {
            Alter::Unsupported(
                "a column or a partitioned table is sorted by it: declare it under a name of its own beside this one, let \
                 what uses it name that, and take this one out",
            )
        } else {
            Alter::Replace
        }
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP COLLATION ");
        qualified(item.id, sql);
    },
    alter_sql: nothing_to_alter,
    rename: Some(|from, to, _, sql| rename_qualified("COLLATION", from, to, sql)),
};

fn create(item: Item<'_, Collation>, sql: &mut Sql) {
    let collation = item.payload;
    sql.raw("CREATE COLLATION ");
    qualified(item.id, sql);
    let provider = match collation.provider {
        CollationProvider::Libc => "libc",
        CollationProvider::Icu => "icu",
        CollationProvider::Builtin => "builtin",
    };
    sql.raw(" (PROVIDER = ").raw(provider);
    match &collation.ctype {
        None => sql.raw(", LOCALE = ").text(&collation.locale),
        Some(ctype) => {
            sql.raw(", LC_COLLATE = ").text(&collation.locale);
            sql.raw(", LC_CTYPE = ").text(ctype)
        }
    };
    if collation.nondeterministic {
        sql.raw(", DETERMINISTIC = false");
    }
    if let Some(rules) = &collation.rules {
        sql.raw(", RULES = ").text(rules);
    }
    sql.raw(")");
}
