//! Questions to the data: each a count of the rows in the way, with a label that says what is expected, and the keys of
//! some of them.

use crate::catalog::kinds::{Column, Exclusion, ForeignKey, IndexKey, IndexTerm, Match, SECRETS};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{KEYS, RenderCx, Sql, copy, filled};
use crate::op::{Filled, Question};

use super::besides;
use super::expressions::parenthesised;
use super::types::{is_widened, split_array};

/// What a query answers with.
#[derive(Clone, Copy)]
enum Answer<'a> {
    /// How many rows.
    Count,
    /// Some of them, by these columns, or by where they lie.
    Keys(&'a [Ident]),
}

/// The label and the query; `None` where the engine itself answers in time, or the rows have to be tried.
pub(super) fn render(question: &Question, cx: &RenderCx<'_>) -> Option<(String, String)> {
    Some((label(question), query(question, Answer::Count, cx)?))
}

/// The query for the keys of a few rows in the way.
pub(super) fn keys(question: &Question, key: &[Ident], cx: &RenderCx<'_>) -> Option<String> {
    query(question, Answer::Keys(key), cx)
}

pub(super) fn label(question: &Question) -> String {
    match question {
        Question::NoNulls { column } => format!("no NULL in {}", column.label()),
        Question::NoRows { column } => match column.relation() {
            Some(table) => format!("no row in {table}"),
            None => "no row".to_owned(),
        },
        Question::NoDuplicates { table, keys, .. } => format!("no duplicate in {table} ({})", said(keys)),
        Question::NoOverlap { table, exclusion, .. } => {
            format!("no overlap in {table} ({})", said(&exclusion.keys))
        }
        Question::NoOrphans { table, key, .. } => format!(
            "every {table} ({}) is found in {} ({})",
            names(&key.columns),
            key.table,
            names(&key.referenced)
        ),
        Question::Holds { subject, table, .. } if subject.kind == Kind::Partition => {
            let part = subject.label();
            if subject.target().and_then(ObjectId::qname) == Some(table) {
                format!("every row of {table} is one of partition {part}")
            } else {
                format!("no row of {table} belongs to partition {part}")
            }
        }
        Question::Holds { subject, table, .. } => format!("every row of {table} holds {subject}"),
        Question::Unused { column, values } => format!("no {} in {}", values.join(", "), column.label()),
        Question::Converts { column, to, .. } => format!("every value of {} becomes {to}", column.label()),
        Question::OfItsType { column, to } => format!("every value of {} is of type {to}", column.label()),
        Question::NothingElse { column } => {
            format!(
                "nothing on {} that a second column would not have",
                column.label()
            )
        }
        Question::NothingSecret { server, again: false } => format!("no user mapping for {server}"),
        Question::NothingSecret { server, again: true } => {
            format!("no user mapping for {server}, and no secret option of it")
        }
        Question::Empty { column } => format!("no value in {}", column.label()),
        Question::EachHasItsRow { rows, .. } => copy::each_has_its_row(rows),
        Question::NoneHasTwo { rows, .. } => copy::none_has_two(rows),
        Question::OfCopy { question, .. } | Question::OfFilled { question, .. } => label(question),
    }
}

fn query(question: &Question, answer: Answer<'_>, cx: &RenderCx<'_>) -> Option<String> {
    let mut sql = Sql::new(cx.server.engine());
    match question {
        Question::NoNulls { column } => {
            select(column.relation()?, answer, &mut sql);
            sql.raw(" WHERE ").ident(column.name()?).raw(" IS NULL");
        }
        Question::NoRows { column } => select(column.relation()?, answer, &mut sql),
        Question::Empty { column } => {
            select(column.relation()?, answer, &mut sql);
            sql.raw(" WHERE ").ident(column.name()?).raw(" IS NOT NULL");
        }
        // What only grows wider stays as different as it was.
        Question::NoDuplicates {
            kept: true,
            converted,
            ..
        } if converted
            .iter()
            .all(|one| one.using.is_none() && is_widened(&one.from, &one.to)) =>
        {
            return None;
        }
        Question::NoDuplicates { .. } => duplicates(question, answer, cx, &mut sql),
        Question::NoOverlap { table, exclusion, .. } => overlaps(table, exclusion, (answer, cx), &mut sql),
        Question::NoOrphans { table, key, .. } => orphans(table, key, (answer, cx), &mut sql),
        Question::Holds { table, condition, .. } => {
            select(table, answer, &mut sql);
            sql.raw(" WHERE NOT ").raw(&parenthesised(condition.text()));
        }
        Question::Unused { column, values } => unused(column, values, answer, cx, &mut sql)?,
        Question::NothingElse { column } => {
            let (head, tail) = match answer {
                Answer::Count => ("SELECT count(*) FROM (", ") AS besides"),
                Answer::Keys(_) => ("", ""),
            };
            sql.raw(head).raw(&besides::query(column, cx)?).raw(tail);
        }
        Question::NothingSecret { server, again } => {
            let rows = unmanaged(server.name()?, *again);
            let columns = match answer {
                Answer::Count => "count(*)",
                Answer::Keys(_) => "found.what",
            };
            sql.raw("SELECT ")
                .raw(columns)
                .raw(" FROM (")
                .raw(&rows)
                .raw(") AS found (what)");
        }
        Question::EachHasItsRow { rows, .. } => {
            select(&rows.source, answer, &mut sql);
            copy::where_left_over(rows, &mut sql);
        }
        Question::NoneHasTwo { rows, .. } => match answer {
            Answer::Count => copy::count_of_doubles(rows, &mut sql),
            Answer::Keys(_) => return None,
        },
        Question::OfCopy { copied, question } => {
            copy::as_after(copied, &mut sql);
            let question = question.as_ref().clone();
            let question = question.with_rows_in(&copied.rows.target, &copy::place());
            // What is not a row yet lies nowhere.
            if let Answer::Keys([]) = answer {
                return None;
            }
            sql.raw(&query(&question, answer, cx)?);
            return Some(sql.clause());
        }
        Question::OfFilled { filled, question } => return of_filled(filled, question, answer, cx),
        // Every table holds its columns to their types at all times.
        Question::Converts { .. } | Question::OfItsType { .. } => return None,
    }
    if let Answer::Keys(_) = answer {
        sql.raw(&format!(" LIMIT {KEYS}"));
    }
    Some(sql.clause())
}

/// What belongs to a server and is not managed, because it is secret.
fn unmanaged(server: &Ident, again: bool) -> String {
    let name = text_literal(server.text());
    let mappings = format!(
        "SELECT 'the user mapping of ' || m.usename FROM pg_catalog.pg_user_mappings m WHERE m.srvname = {name}"
    );
    if !again {
        return mappings;
    }
    let secret: Vec<String> = SECRETS
        .iter()
        .map(|part| text_literal(&format!("%{part}%")))
        .collect();
    format!(
        "{mappings} UNION ALL SELECT 'the option ' || o.option_name FROM pg_catalog.pg_foreign_server s \
         CROSS JOIN LATERAL pg_catalog.pg_options_to_table(s.srvoptions) o WHERE s.srvname = {name} \
         AND o.option_name ILIKE ANY (ARRAY[{}])",
        secret.join(", ")
    )
}

/// The question of rows as the plan makes them. No key holds for the rows of heirs, what else there is does.
fn of_filled(
    filled: &[Filled],
    question: &Question,
    answer: Answer<'_>,
    cx: &RenderCx<'_>,
) -> Option<String> {
    let answer = match answer {
        Answer::Keys(key) if !filled::has(filled, question, key) => Answer::Keys(&[]),
        answer => answer,
    };
    let lies = matches!(answer, Answer::Keys([])) || matches!(question, Question::NoOverlap { .. });
    let with_heirs = matches!(question, Question::NoNulls { .. } | Question::Holds { .. });
    let from = |table: &QName, sql: &mut Sql| {
        if with_heirs {
            sql.raw(" FROM ").qname(table);
        } else {
            from_only(table, cx, sql);
        }
    };
    let mut sql = Sql::new(cx.server.engine());
    filled::with(filled, lies.then_some("ctid"), from, &mut sql);
    sql.raw(&query(&filled::of(filled, question), answer, cx)?);
    Some(sql.clause())
}

fn names(columns: &[Ident]) -> String {
    columns
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The terms of a key as a person says them.
fn said(keys: &[IndexKey]) -> String {
    let term = |key: &IndexKey| match &key.term {
        IndexTerm::Column(column) => column.to_string(),
        IndexTerm::Expr(expr) => expr.to_string(),
    };
    keys.iter().map(term).collect::<Vec<_>>().join(", ")
}

fn select(table: &QName, answer: Answer<'_>, sql: &mut Sql) {
    select_from(answer, sql, |sql| {
        sql.raw(" FROM ").qname(table);
    });
}

fn select_from(answer: Answer<'_>, sql: &mut Sql, from: impl FnOnce(&mut Sql)) {
    sql.raw("SELECT ");
    match answer {
        Answer::Count => {
            sql.raw("count(*)");
        }
        Answer::Keys(columns) => key_of_row(columns, sql),
    }
    from(sql);
}

/// The key of a row as one text; without a key, the place where the row lies.
pub(super) fn key_of_row(columns: &[Ident], sql: &mut Sql) {
    match columns {
        [] => {
            sql.raw("ctid::text");
        }
        [one] => {
            sql.ident(one).raw("::text");
        }
        several => {
            sql.raw("concat_ws(', ', ").idents(several).raw(")");
        }
    }
}

/// No key holds for the rows of tables that inherit its own.
fn from_only(table: &QName, cx: &RenderCx<'_>, sql: &mut Sql) {
    let is_inherited = cx.to.heirs_of(table).next().is_some();
    sql.raw(if is_inherited { " FROM ONLY " } else { " FROM " })
        .qname(table);
}

fn duplicates(question: &Question, answer: Answer<'_>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let Question::NoDuplicates {
        table,
        keys,
        predicate,
        converted,
        nulls_equal,
        ..
    } = question
    else {
        return;
    };
    let term = |sql: &mut Sql, key: &IndexKey| {
        match &key.term {
            IndexTerm::Column(column) => {
                let conversion = converted.iter().find(|conversion| conversion.column == *column);
                match conversion.and_then(|conversion| conversion.using.as_ref()) {
                    Some(using) => sql.raw(&parenthesised(using.text())),
                    None => sql.ident(column),
                };
                if let Some(conversion) = conversion {
                    sql.raw("::").raw(&conversion.to);
                }
            }
            IndexTerm::Expr(expr) => {
                sql.raw(&parenthesised(expr.text()));
            }
        }
        if let Some(collation) = &key.collation {
            sql.raw(" COLLATE ").qname(collation.qname());
        }
    };
    match answer {
        Answer::Count => {
            sql.raw("SELECT count(*) FROM (SELECT 1");
        }
        Answer::Keys(columns) => {
            sql.raw("SELECT key FROM (SELECT ");
            key_of_row(columns, sql);
            sql.raw(" AS key, count(*) OVER (PARTITION BY ");
            sql.list(keys, term).raw(") AS same");
        }
    }
    from_only(table, cx, sql);
    let mut word = " WHERE ";
    if let Some(predicate) = predicate {
        sql.raw(word).raw(&parenthesised(predicate.text()));
        word = " AND ";
    }
    if !nulls_equal {
        for key in keys {
            sql.raw(word);
            term(sql, key);
            sql.raw(" IS NOT NULL");
            word = " AND ";
        }
    }
    match answer {
        Answer::Count => {
            sql.raw(" GROUP BY ").list(keys, term);
            sql.raw(" HAVING count(*) > 1) AS duplicates");
        }
        Answer::Keys(_) => {
            sql.raw(") AS duplicates WHERE same > 1");
        }
    }
}

/// Each row that has another beside which it may not stand. NULL is beside nothing, for no operator says yes.
fn overlaps(table: &QName, exclusion: &Exclusion, (answer, cx): (Answer<'_>, &RenderCx<'_>), sql: &mut Sql) {
    let rows = |name: &str, sql: &mut Sql| {
        sql.raw("(SELECT ctid AS place");
        for (at, key) in exclusion.keys.iter().enumerate() {
            sql.raw(", ");
            match &key.term {
                IndexTerm::Column(column) => sql.ident(column),
                IndexTerm::Expr(expr) => sql.raw(&parenthesised(expr.text())),
            };
            sql.raw(&format!(" AS key{at}"));
        }
        if let (Answer::Keys(columns), "one") = (answer, name) {
            sql.raw(", ");
            key_of_row(columns, sql);
            sql.raw(" AS said");
        }
        from_only(table, cx, sql);
        if let Some(predicate) = &exclusion.predicate {
            sql.raw(" WHERE ").raw(&parenthesised(predicate.text()));
        }
        sql.raw(") AS ").raw(name);
    };
    sql.raw(match answer {
        Answer::Count => "SELECT count(*) FROM ",
        Answer::Keys(_) => "SELECT one.said FROM ",
    });
    rows("one", sql);
    sql.raw(" WHERE EXISTS (SELECT 1 FROM ");
    rows("other", sql);
    sql.raw(" WHERE one.place <> other.place");
    for (at, operator) in exclusion.operators.iter().enumerate() {
        sql.raw(&format!(" AND one.key{at} {operator} other.key{at}"));
    }
    sql.raw(")");
}

fn orphans(table: &QName, key: &ForeignKey, (answer, cx): (Answer<'_>, &RenderCx<'_>), sql: &mut Sql) {
    select_from(answer, sql, |sql| from_only(table, cx, sql));
    sql.raw(" AS child WHERE ");
    let full = key.match_type == Match::Full && key.columns.len() > 1;
    if full {
        sql.raw("NOT (");
        joined(&key.columns, " AND ", sql, |sql, column| {
            sql.raw("child.").ident(column).raw(" IS NULL");
        });
        sql.raw(")");
    } else {
        joined(&key.columns, " AND ", sql, |sql, column| {
            sql.raw("child.").ident(column).raw(" IS NOT NULL");
        });
    }
    let mut pairs: Vec<(&Ident, &Ident)> = key.referenced.iter().zip(&key.columns).collect();
    let period = if key.period { pairs.pop() } else { None };
    if let Some((covered, _)) = period {
        sql.raw(" AND coalesce((SELECT range_agg(parent.")
            .ident(covered)
            .raw(")");
    } else {
        sql.raw(" AND NOT EXISTS (SELECT 1");
    }
    from_only(&key.table, cx, sql);
    sql.raw(" AS parent WHERE ");
    joined(&pairs, " AND ", sql, |sql, (parent, child)| {
        sql.raw("parent.").ident(parent).raw(" = child.").ident(child);
    });
    sql.raw(")");
    if let Some((_, covers)) = period {
        sql.raw(" @> child.").ident(covers).raw(", false) = false");
    }
}

/// The conversion goes through text, for a value that the type no longer has is no literal of it.
fn unused(
    column: &ObjectId,
    values: &[String],
    answer: Answer<'_>,
    cx: &RenderCx<'_>,
    sql: &mut Sql,
) -> Option<()> {
    select(column.relation()?, answer, sql);
    let is_array = cx
        .to
        .payload::<Column>(column)
        .is_some_and(|payload| split_array(&payload.data_type.text).1);
    let name = column.name()?;
    let (cast, close) = if is_array {
        ("::text[] && ARRAY[", "]")
    } else {
        ("::text IN (", ")")
    };
    sql.raw(" WHERE ").ident(name).raw(cast);
    sql.list(values, |sql, value| {
        sql.text(value);
    });
    sql.raw(close);
    Some(())
}

fn joined<T>(items: &[T], between: &str, sql: &mut Sql, each: impl Fn(&mut Sql, &T)) {
    for (at, item) in items.iter().enumerate() {
        sql.raw(if at > 0 { between } else { "" });
        each(sql, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{Catalog, DataType, Expr, Kind};
    use crate::dialect::Dialect;

    fn asked(question: &Question) -> Option<(String, String)> {
        let server = Dialect::Postgres.engine().default_server();
        let mut to = Catalog::new();
        for (name, data_type) in [("role", "public.user_role"), ("roles", "public.user_role[]")] {
            let column = Column {
                data_type: DataType::builtin(data_type),
                nullable: false,
                default: None,
                identity: None,
                generated: None,
                collation: None,
                not_null: crate::catalog::kinds::NotNull::default(),
                options: Vec::new(),
            };
            to.insert(ObjectId::column(&users(), Ident::exact(name)), column);
        }
        let cx = RenderCx {
            server: &server,
            to: &to,
            txn: crate::op::Txn::Inside,
        };
        render(question, &cx)
    }

    fn users() -> QName {
        QName::in_schema(Ident::exact("public"), Ident::exact("users"))
    }

    fn column(name: &str) -> ObjectId {
        ObjectId::column(&users(), Ident::exact(name))
    }

    fn is(question: &Question, label: &str, sql: &str) {
        assert_eq!(asked(question), Some((label.to_owned(), sql.to_owned())));
    }

    #[test]
    fn each_question_counts_the_rows_in_the_way() {
        is(
            &Question::NoNulls {
                column: column("Phone"),
            },
            "no NULL in users.Phone",
            "SELECT count(*) FROM public.users WHERE \"Phone\" IS NULL",
        );
        is(
            &Question::NoRows {
                column: column("phone"),
            },
            "no row in users",
            "SELECT count(*) FROM public.users",
        );
        is(
            &Question::Holds {
                subject: ObjectId::member(Kind::Check, &users(), Ident::exact("c")),
                table: users(),
                condition: Expr::new("points > 0"),
            },
            "every row of users holds check constraint users.c",
            "SELECT count(*) FROM public.users WHERE NOT (points > 0)",
        );
        for (name, condition) in [
            ("role", "role::text IN ('A', 'it''s')"),
            ("roles", "roles::text[] && ARRAY['A', 'it''s']"),
        ] {
            is(
                &Question::Unused {
                    column: column(name),
                    values: vec!["A".to_owned(), "it's".to_owned()],
                },
                &format!("no A, it's in users.{name}"),
                &format!("SELECT count(*) FROM public.users WHERE {condition}"),
            );
        }
    }

    #[test]
    fn two_nulls_are_duplicates_only_where_they_are_said_to_be() {
        let duplicates = |nulls_equal| Question::NoDuplicates {
            subject: ObjectId::member(Kind::Unique, &users(), Ident::exact("u")),
            table: users(),
            keys: ["a", "b"]
                .map(|name| IndexKey::column(Ident::exact(name)))
                .to_vec(),
            predicate: None,
            converted: Vec::new(),
            kept: false,
            nulls_equal,
        };
        is(
            &duplicates(true),
            "no duplicate in users (a, b)",
            "SELECT count(*) FROM (SELECT 1 FROM public.users GROUP BY a, b HAVING count(*) > 1) AS duplicates",
        );
        is(
            &duplicates(false),
            "no duplicate in users (a, b)",
            "SELECT count(*) FROM (SELECT 1 FROM public.users WHERE a IS NOT NULL AND b IS NOT NULL GROUP BY a, b \
             HAVING count(*) > 1) AS duplicates",
        );
    }

    #[test]
    fn an_orphan_depends_on_how_nulls_match() {
        let orphans = |match_type| Question::NoOrphans {
            subject: ObjectId::member(Kind::ForeignKey, &users(), Ident::exact("f")),
            table: users(),
            key: Box::new(ForeignKey {
                match_type,
                ..ForeignKey::to(
                    ["a", "b"].map(Ident::exact).to_vec(),
                    users().sibling(Ident::exact("orgs")),
                    ["x", "y"].map(Ident::exact).to_vec(),
                )
            }),
        };
        let found = "NOT EXISTS (SELECT 1 FROM public.orgs AS parent WHERE parent.x = child.a AND parent.y = child.b)";
        let label = "every users (a, b) is found in orgs (x, y)";
        is(
            &orphans(Match::Simple),
            label,
            &format!(
                "SELECT count(*) FROM public.users AS child WHERE child.a IS NOT NULL AND child.b IS NOT NULL AND {found}"
            ),
        );
        is(
            &orphans(Match::Full),
            label,
            &format!(
                "SELECT count(*) FROM public.users AS child WHERE NOT (child.a IS NULL AND child.b IS NULL) AND {found}"
            ),
        );
    }
}
