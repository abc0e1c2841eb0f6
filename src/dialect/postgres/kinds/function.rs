//! Functions and procedures, <https://www.postgresql.org/docs/current/sql-createfunction.html>.
//!
//! `CREATE OR REPLACE` is always given every option: what it is not given goes back to the default.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Body, Function, FunctionAttr, Parallel, Volatility};
use crate::dialect::{Alter, Fold, Item, Rules, Sql};

use super::{called, in_place, no_clause, qualified, rename_qualified};

pub(super) static RULES: Rules<Function> = Rules {
    fold: Fold::Never,
    replaceable: true,
    namespace: None,
    alter: |attr, _, _, _| match attr {
        FunctionAttr::Arguments | FunctionAttr::Returns | FunctionAttr::Window => Alter::Replace,
        FunctionAttr::Language
        | FunctionAttr::Volatility
        | FunctionAttr::Strict
        | FunctionAttr::Leakproof
        | FunctionAttr::SecurityDefiner
        | FunctionAttr::Parallel
        | FunctionAttr::Cost
        | FunctionAttr::Rows
        | FunctionAttr::Support
        | FunctionAttr::Settings
        | FunctionAttr::Body => Alter::InPlace,
    },
    attach: in_place,
    detach: in_place,
    create: |item, _, _, sql| {
        sql.raw("CREATE ");
        define(item, sql);
    },
    inline: no_clause,
    drop: |item, _, sql| {
        sql.raw("DROP ").raw(noun(item.payload)).raw(" ");
        called(item.id, sql);
    },
    alter_sql: |change, _, sql| {
        sql.raw("CREATE OR REPLACE ");
        let item = Item {
            id: change.id,
            payload: change.to,
        };
        define(item, sql);
    },
    rename: Some(|from: &ObjectId, to: &ObjectId, _, sql: &mut Sql| {
        rename_qualified("ROUTINE", from, to, sql);
    }),
};

fn noun(function: &Function) -> &'static str {
    if function.returns.is_some() {
        "FUNCTION"
    } else {
        "PROCEDURE"
    }
}

fn define(item: Item<'_, Function>, sql: &mut Sql) {
    let function = item.payload;
    sql.raw(noun(function)).raw(" ");
    qualified(item.id, sql);
    sql.raw("(").raw(function.arguments.text()).raw(")");
    if let Some(returns) = &function.returns {
        sql.raw("\n    RETURNS ").raw(returns.text());
    }
    sql.raw("\n    LANGUAGE ").raw(&function.language);
    attributes(function, sql);
    for setting in &function.settings {
        if let Some((name, value)) = setting.split_once('=') {
            sql.raw("\n    SET ").raw(name).raw(" TO ");
            set_to(name, value, sql);
        }
    }
    match &function.body {
        Body::Text(body) => {
            let tag = tag(body.text());
            sql.raw("\n    AS ").raw(&tag).raw(body.text()).raw(&tag);
        }
        Body::Standard(body) => {
            sql.raw("\n    ").raw(body.text());
        }
    }
}

/// What is not the engine's default.
fn attributes(function: &Function, sql: &mut Sql) {
    let volatility = match function.volatility {
        Volatility::Immutable => " IMMUTABLE",
        Volatility::Stable => " STABLE",
        Volatility::Volatile => "",
    };
    let parallel = match function.parallel {
        Parallel::Safe => " PARALLEL SAFE",
        Parallel::Restricted => " PARALLEL RESTRICTED",
        Parallel::Unsafe => "",
    };
    for (word, given) in [
        (" WINDOW", function.window),
        (volatility, true),
        (" STRICT", function.strict),
        (" LEAKPROOF", function.leakproof),
        (" SECURITY DEFINER", function.security_definer),
        (parallel, true),
    ] {
        sql.raw(if given { word } else { "" });
    }
    if let Some(cost) = &function.cost {
        sql.raw(" COST ").raw(cost);
    }
    if let Some(rows) = &function.rows {
        sql.raw(" ROWS ").raw(rows);
    }
    if let Some(support) = &function.support {
        sql.raw(" SUPPORT ").raw(support.text());
    }
}

/// Settings that are lists of names; the catalog keeps them quoted as they must be written
/// (`GUC_LIST_QUOTE` in `src/backend/utils/misc/guc_tables.c`).
const LISTS: &[&str] = &[
    "search_path",
    "local_preload_libraries",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

fn set_to(name: &str, value: &str, sql: &mut Sql) {
    if !LISTS.contains(&name) {
        sql.text(value);
        return;
    }
    // An empty name is stored as `""`, which only a text literal can say.
    let names = value.split(',').map(str::trim);
    sql.list(names, |sql, name| {
        match name {
            "" | "\"\"" => sql.text(""),
            name => sql.raw(name),
        };
    });
}

/// A dollar quote that the body does not end, alone or together with what follows it.
fn tag(body: &str) -> String {
    let ends = |tag: &str| format!("{body}{tag}").find(tag) != Some(body.len());
    let mut tag = "$$".to_owned();
    let mut number = 0_u32;
    while ends(&tag) {
        tag = match number {
            0 => "$body$".to_owned(),
            number => format!("$body{number}$"),
        };
        number += 1;
    }
    tag
}
