//! Whose the objects are of which that is asked, in one query.

use sqlx::postgres::PgConnection;

use crate::catalog::kinds::Owner;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, Path, QName};
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, Sql};

use super::session;

/// Adds the owners of these objects, as far as they are in the catalog.
pub(super) async fn read(
    connection: &mut PgConnection,
    catalog: &mut Catalog,
    asked: &[ObjectId],
) -> Result<(), EngineError> {
    let there: Vec<&ObjectId> = asked.iter().filter(|id| catalog.contains(id)).collect();
    let questions: Vec<String> = there
        .iter()
        .enumerate()
        .filter_map(|(at, id)| question(at, id))
        .map(|question| question.text())
        .collect();
    if questions.is_empty() {
        return Ok(());
    }
    let mut found: Vec<(ObjectId, Owner)> = Vec::new();
    for row in session::fetch(connection, &questions.join(" UNION ALL ")).await? {
        let [Some(at), Some(role)] = row.as_slice() else {
            continue;
        };
        if let Some(id) = at.parse().ok().and_then(|at: usize| there.get(at)) {
            let role = Ident::exact(role);
            found.push((ObjectId::on(Kind::Owner, (*id).clone()), Owner { role }));
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, owner) in found {
        catalog.insert(id, owner);
    }
    Ok(())
}

/// Those that belong to somebody else than the connected role and those whose member it is, with that role.
pub(in super::super) fn owned_by_others(ids: &[ObjectId]) -> Option<String> {
    let questions: Vec<String> = ids
        .iter()
        .enumerate()
        .filter_map(|(at, id)| question(at, id))
        .map(|question| {
            let (head, column) = (question.text(), question.column);
            // Whoever drops or changes needs no more than to be a member: https://www.postgresql.org/docs/current/ddl-priv.html
            format!("{head} AND NOT pg_catalog.pg_has_role(o.{column}, 'USAGE')")
        })
        .collect();
    let all = questions.join(" UNION ALL ");
    (!questions.is_empty()).then(|| format!("SELECT q.at, q.owner, current_user::text FROM ({all}) AS q"))
}

/// Which object, and where its owner stands.
struct Question {
    at: usize,
    catalog: &'static str,
    column: &'static str,
    /// The number of the object, as an expression.
    oid: String,
}

impl Question {
    /// The place of the object among those that are asked about, and its owner.
    fn text(&self) -> String {
        let Self {
            at,
            catalog,
            column,
            oid,
        } = self;
        format!(
            "SELECT '{at}' AS at, pg_catalog.pg_get_userbyid(o.{column})::text AS owner FROM pg_catalog.{catalog} o \
             WHERE o.oid = {oid}"
        )
    }
}

fn question(at: usize, id: &ObjectId) -> Option<Question> {
    let (catalog, column, to_oid) = match id.kind {
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence => {
            ("pg_class", "relowner", "to_regclass")
        }
        Kind::Function | Kind::Aggregate => ("pg_proc", "proowner", "to_regprocedure"),
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => ("pg_type", "typowner", "to_regtype"),
        Kind::Schema => ("pg_namespace", "nspowner", "to_regnamespace"),
        Kind::Statistics => {
            return Some(Question {
                at,
                catalog: "pg_statistic_ext",
                column: "stxowner",
                oid: oid_of_statistics(id.qname()?),
            });
        }
        Kind::Publication => {
            let name = text_literal(id.name()?.text());
            return Some(Question {
                at,
                catalog: "pg_publication",
                column: "pubowner",
                oid: format!("(SELECT p.oid FROM pg_catalog.pg_publication p WHERE p.pubname = {name})"),
            });
        }
        _ => return None,
    };
    let mut name = Sql::new(Dialect::Postgres.engine());
    match &id.path {
        Path::Qualified(qname) => name.qname(qname),
        Path::Routine(qname, arguments) => name.qname(qname).raw("(").raw(arguments).raw(")"),
        Path::Global(global) => name.ident(global),
        Path::Member(..) | Path::On(_) => return None,
    };
    let name = text_literal(&name.clause());
    Some(Question {
        at,
        catalog,
        column,
        oid: format!("pg_catalog.{to_oid}({name})"),
    })
}

/// The number of extended statistics, for which the engine has no word.
pub(in super::super) fn oid_of_statistics(name: &QName) -> String {
    let schema = name.schema.as_ref().map_or("public", Ident::text);
    format!(
        "(SELECT s.oid FROM pg_catalog.pg_statistic_ext s JOIN pg_catalog.pg_namespace n ON n.oid = s.stxnamespace \
         WHERE s.stxname = {} AND n.nspname = {})",
        text_literal(name.name.text()),
        text_literal(schema)
    )
}
