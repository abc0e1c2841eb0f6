//! Operators, <https://www.postgresql.org/docs/current/sql-createoperator.html>.
//!
//! What estimates for them can be altered, and from 17 on what was not said before can be said.

use crate::catalog::kinds::{Operator, OperatorAttr};
use crate::catalog::{EngineName, QName};
use crate::dialect::rules::AlterItem;
use crate::dialect::{Alter, Fold, Item, RenderCx, Rules, Sql};

use super::{anew, called, in_place, no_clause};

pub(super) static RULES: Rules<Operator> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, from, to, cx| {
        let (from_it, to_it) = (from.payload, to.payload);
        let adds = match attr {
            OperatorAttr::Restrict | OperatorAttr::Join => return Alter::InPlace,
            OperatorAttr::Operands | OperatorAttr::Function => false,
            OperatorAttr::Commutator => from_it.commutator.is_none(),
            OperatorAttr::Negator => from_it.negator.is_none(),
            OperatorAttr::Hashes => to_it.hashes,
            OperatorAttr::Merges => to_it.merges,
        };
        if adds && cx.server.version >= 170_000 {
            return Alter::InPlace;
        }
        anew(from.id, cx)
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| create(item, sql),
    inline: no_clause,
    drop: |item, _: &RenderCx<'_>, sql| {
        sql.raw("DROP OPERATOR ");
        called(item.id, sql);
    },
    alter_sql: |change, _, sql| alter(change, sql),
    rename: None,
};

/// The sign with its schema.
pub(super) fn sign(name: &QName, sql: &mut Sql) {
    if let Some(schema) = &name.schema {
        sql.ident(schema).raw(".");
    }
    sql.raw(name.name.text());
}

fn create(item: Item<'_, Operator>, sql: &mut Sql) {
    let operator = item.payload;
    sql.raw("CREATE OPERATOR ");
    if let Some(name) = item.id.qname() {
        sign(name, sql);
    }
    sql.raw(" (\n    FUNCTION = ").qname(&operator.function);
    if let Some(left) = &operator.operands.left {
        sql.raw(",\n    LEFTARG = ").raw(&left.text);
    }
    sql.raw(",\n    RIGHTARG = ").raw(&operator.operands.right.text);
    for option in options(operator) {
        sql.raw(",\n    ");
        option.write(sql);
    }
    sql.raw("\n)");
}

/// What may be said besides, and is.
enum Said<'a> {
    Operator(&'static str, &'a EngineName),
    Function(&'static str, Option<&'a EngineName>),
    Flag(&'static str),
}

impl Said<'_> {
    fn write(&self, sql: &mut Sql) {
        match self {
            Self::Operator(word, name) => {
                sql.raw(word).raw(" = OPERATOR(");
                sign(name.qname(), sql);
                sql.raw(")");
            }
            Self::Function(word, Some(name)) => {
                sql.raw(word).raw(" = ").qname(name.qname());
            }
            Self::Function(word, None) => {
                sql.raw(word).raw(" = NONE");
            }
            Self::Flag(word) => {
                sql.raw(word);
            }
        }
    }
}

fn options(operator: &Operator) -> Vec<Said<'_>> {
    let others = [
        ("COMMUTATOR", &operator.commutator),
        ("NEGATOR", &operator.negator),
    ];
    let estimators = [("RESTRICT", &operator.restrict), ("JOIN", &operator.join)];
    let flags = [("HASHES", operator.hashes), ("MERGES", operator.merges)];
    let others = others
        .into_iter()
        .filter_map(|(word, name)| Some(Said::Operator(word, name.as_ref()?)));
    let estimators = estimators
        .into_iter()
        .filter_map(|(word, name)| Some(Said::Function(word, Some(name.as_ref()?))));
    let flags = flags
        .into_iter()
        .filter(|(_, is_set)| *is_set)
        .map(|(word, _)| Said::Flag(word));
    others.chain(estimators).chain(flags).collect()
}

fn alter(change: &AlterItem<'_, Operator>, sql: &mut Sql) {
    let (from, to) = (change.from, change.to);
    let changed = Operator {
        commutator: to
            .commutator
            .clone()
            .filter(|name| from.commutator.as_ref() != Some(name)),
        negator: to
            .negator
            .clone()
            .filter(|name| from.negator.as_ref() != Some(name)),
        restrict: to
            .restrict
            .clone()
            .filter(|name| from.restrict.as_ref() != Some(name)),
        join: to.join.clone().filter(|name| from.join.as_ref() != Some(name)),
        hashes: to.hashes && !from.hashes,
        merges: to.merges && !from.merges,
        ..to.clone()
    };
    let gone = [
        ("RESTRICT", &from.restrict, &to.restrict),
        ("JOIN", &from.join, &to.join),
    ];
    let gone = gone
        .into_iter()
        .filter(|(_, from, to)| from.is_some() && to.is_none())
        .map(|(word, ..)| Said::Function(word, None));
    sql.raw("ALTER OPERATOR ");
    called(change.id, sql);
    sql.raw(" SET (");
    sql.list(gone.chain(options(&changed)), |sql, said| said.write(sql));
    sql.raw(")").end();
}
