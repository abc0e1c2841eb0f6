//! Questions to the data: each a count of the rows in the way, with a label that says what is expected.

use crate::catalog::kinds::{Column, ForeignKey, Match};
use crate::catalog::{Ident, ObjectId, QName};
use crate::dialect::{RenderCx, Sql};
use crate::op::Question;

use super::expressions::parenthesised;
use super::types::split_array;

/// The label and the query; `None` where the engine itself answers in time.
pub(super) fn render(question: &Question, cx: &RenderCx<'_>) -> Option<(String, String)> {
    let mut sql = Sql::new(cx.server.engine());
    let label = match question {
        Question::NoNulls { column } => {
            count(column.relation()?, &mut sql);
            sql.raw(" WHERE ").ident(column.name()?).raw(" IS NULL");
            format!("no NULL in {}", column.label())
        }
        Question::NoRows { column } => {
            let table = column.relation()?;
            count(table, &mut sql);
            format!("no row in {table}")
        }
        Question::NoDuplicates {
            table,
            columns,
            nulls_equal,
            ..
        } => {
            duplicates(table, columns, *nulls_equal, &mut sql);
            format!("no duplicate in {table} ({})", names(columns))
        }
        Question::NoOrphans { table, key, .. } => {
            orphans(table, key, &mut sql);
            format!(
                "every {table} ({}) is found in {} ({})",
                names(&key.columns),
                key.table,
                names(&key.referenced)
            )
        }
        Question::Holds {
            subject,
            table,
            condition,
        } => {
            count(table, &mut sql);
            sql.raw(" WHERE NOT ").raw(&parenthesised(condition.text()));
            format!("every row of {table} holds {subject}")
        }
        Question::Unused { column, values } => {
            unused(column, values, cx, &mut sql)?;
            format!("no {} in {}", values.join(", "), column.label())
        }
        Question::Converts { .. } => return None,
    };
    Some((label, sql.clause()))
}

fn names(columns: &[Ident]) -> String {
    columns
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(", ")
}

fn count(table: &QName, sql: &mut Sql) {
    sql.raw("SELECT count(*) FROM ").qname(table);
}

fn duplicates(table: &QName, columns: &[Ident], nulls_equal: bool, sql: &mut Sql) {
    sql.raw("SELECT count(*) FROM (SELECT 1 FROM ").qname(table);
    if !nulls_equal {
        sql.raw(" WHERE ");
        joined(columns, " AND ", sql, |sql, column| {
            sql.ident(column).raw(" IS NOT NULL");
        });
    }
    sql.raw(" GROUP BY ")
        .idents(columns)
        .raw(" HAVING count(*) > 1) AS duplicates");
}

fn orphans(table: &QName, key: &ForeignKey, sql: &mut Sql) {
    count(table, sql);
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
    sql.raw(" AND NOT EXISTS (SELECT 1 FROM ")
        .qname(&key.table)
        .raw(" AS parent WHERE ");
    let pairs: Vec<(&Ident, &Ident)> = key.referenced.iter().zip(&key.columns).collect();
    joined(&pairs, " AND ", sql, |sql, (parent, child)| {
        sql.raw("parent.").ident(parent).raw(" = child.").ident(child);
    });
    sql.raw(")");
}

/// The conversion goes through text, for a value that the type no longer has is no literal of it.
fn unused(column: &ObjectId, values: &[String], cx: &RenderCx<'_>, sql: &mut Sql) -> Option<()> {
    count(column.relation()?, sql);
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
    use crate::catalog::kinds::{Deferrable, ReferentialAction};
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
            columns: vec![Ident::exact("a"), Ident::exact("b")],
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
                columns: vec![Ident::exact("a"), Ident::exact("b")],
                table: users().sibling(Ident::exact("orgs")),
                referenced: vec![Ident::exact("x"), Ident::exact("y")],
                on_delete: ReferentialAction::NoAction,
                on_update: ReferentialAction::NoAction,
                match_type,
                deferrable: Deferrable::No,
                validated: true,
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
