//! Sequences, <https://www.postgresql.org/docs/current/sql-createsequence.html>. The counter is never set back.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Sequence, SequenceAttr, SequenceOptions};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, RenderCx, Rules, Sql};

use super::{RELATION, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<Sequence> = Rules {
    fold: Fold::Never,
    replaceable: false,
    namespace: RELATION,
    alter: |_, _, _, _| Alter::InPlace,
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item.id, item.payload, sql),
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP SEQUENCE ");
        qualified(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, _, sql| rename_qualified("SEQUENCE", from, to, sql)),
};

/// `CREATE SEQUENCE …`
pub(in crate::dialect::postgres) fn create(id: &ObjectId, sequence: &Sequence, sql: &mut Sql) {
    sql.raw("CREATE SEQUENCE ");
    qualified(id, sql);
    if &*sequence.data_type != "bigint" {
        sql.raw(" AS ").raw(&sequence.data_type);
    }
    for option in options(&sequence.options) {
        sql.raw(" ").raw(&option);
    }
    if let Some(owner) = &sequence.owned_by {
        sql.raw(" ");
        owned_by(Some(owner), sql);
    }
}

fn alter_sql(change: &AlterItem<'_, Sequence>, _cx: &RenderCx<'_>, sql: &mut Sql) {
    sql.raw("ALTER SEQUENCE ");
    qualified(change.id, sql);
    for attr in &change.attrs {
        sql.raw(" ");
        match attr {
            SequenceAttr::DataType => {
                sql.raw("AS ").raw(&change.to.data_type);
            }
            SequenceAttr::Options => {
                let clauses = changed_options(&change.from.options, &change.to.options);
                sql.raw(&clauses.join(" "));
            }
            SequenceAttr::OwnedBy => owned_by(change.to.owned_by.as_ref(), sql),
        }
    }
}

/// `OWNED BY …`
pub(in crate::dialect::postgres) fn owned_by(owner: Option<&ObjectId>, sql: &mut Sql) {
    sql.raw("OWNED BY ");
    match owner.and_then(|owner| Some((owner.relation()?, owner.name()?))) {
        Some((table, column)) => {
            sql.qname(table).raw(".").ident(column);
        }
        None => {
            sql.raw("NONE");
        }
    }
}

/// The clauses of a new sequence, for what is not the engine's default.
pub(super) fn options(options: &SequenceOptions) -> Vec<String> {
    changed_options(&SequenceOptions::default(), options)
}

/// The clauses that lead from one to the other; what goes back to the default says so.
pub(super) fn changed_options(from: &SequenceOptions, to: &SequenceOptions) -> Vec<String> {
    let mut out = Vec::new();
    let mut clause = |differs: bool, words: &str, value: Option<i64>, default: &str| {
        if differs {
            out.push(value.map_or_else(|| default.to_owned(), |value| format!("{words} {value}")));
        }
    };
    clause(
        from.increment != to.increment,
        "INCREMENT BY",
        to.increment,
        "INCREMENT BY 1",
    );
    clause(from.min != to.min, "MINVALUE", to.min, "NO MINVALUE");
    clause(from.max != to.max, "MAXVALUE", to.max, "NO MAXVALUE");
    // The default start is the end of the range from which the sequence counts.
    let start = if to.increment.unwrap_or(1) < 0 {
        to.max.unwrap_or(-1)
    } else {
        to.min.unwrap_or(1)
    };
    let moved = from.start != to.start && (to.start.is_some() || from.start.is_some());
    clause(moved, "START WITH", to.start.or(Some(start)), "");
    clause(from.cache != to.cache, "CACHE", to.cache, "CACHE 1");
    if from.cycle != to.cycle {
        out.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    out
}
