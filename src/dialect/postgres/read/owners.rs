//! Whose the objects are of which that is asked, in one query.

use sqlx::postgres::PgConnection;

use crate::catalog::kinds::{Owner, method_of};
use crate::catalog::{Catalog, Ident, Kind, ObjectId};
use crate::dialect::postgres::kinds::called_as_routine;
use crate::dialect::sql::text_literal;
use crate::dialect::{Dialect, EngineError, Sql};

use super::session;

/// Adds the owners of these objects, as far as they are in the catalog.
pub(super) async fn read(
    connection: &mut PgConnection,
    catalog: &mut Catalog,
    asked: &[ObjectId],
) -> Result<(), EngineError> {
    let mut found = find(connection, catalog, asked).await?;
    found.sort();
    for (id, role) in found {
        catalog.insert(ObjectId::on(Kind::Owner, id), Owner { role });
    }
    Ok(())
}

/// Whose these objects are, as far as they are in the catalog.
pub(super) async fn find(
    connection: &mut PgConnection,
    catalog: &Catalog,
    asked: &[ObjectId],
) -> Result<Vec<(ObjectId, Ident)>, EngineError> {
    // The schema that is always there is no object.
    let is_there = |id: &&ObjectId| id.kind == Kind::Schema || catalog.contains(id);
    let there: Vec<&ObjectId> = asked.iter().filter(is_there).collect();
    let questions: Vec<String> = there
        .iter()
        .enumerate()
        .filter_map(|(at, id)| question(at, id))
        .map(|question| question.text())
        .collect();
    if questions.is_empty() {
        return Ok(Vec::new());
    }
    let mut found: Vec<(ObjectId, Ident)> = Vec::new();
    for row in session::fetch(connection, &questions.join(" UNION ALL ")).await? {
        let [Some(at), Some(role)] = row.as_slice() else {
            continue;
        };
        if let Some(id) = at.parse().ok().and_then(|at: usize| there.get(at)) {
            found.push(((*id).clone(), Ident::exact(role)));
        }
    }
    Ok(found)
}

/// Those that belong to somebody else than the connected role and those whose member it is, with that role.
pub(in super::super) fn owned_by_others(ids: &[ObjectId]) -> Option<String> {
    let questions: Vec<String> = ids
        .iter()
        .enumerate()
        .filter_map(|(at, id)| question(at, id))
        .map(|question| {
            let (head, column) = (question.text(), &question.column);
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
    column: String,
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
        Kind::Operator => ("pg_operator", "oprowner", "to_regoperator"),
        Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range => ("pg_type", "typowner", "to_regtype"),
        Kind::Schema => ("pg_namespace", "nspowner", "to_regnamespace"),
        kind if by_name(kind).is_some() => {
            let (catalog, prefix) = by_name(kind)?;
            return Some(Question {
                at,
                catalog,
                column: format!("{prefix}owner"),
                oid: oid_in_schema(id)?,
            });
        }
        // The engine has no word for the numbers of these.
        Kind::Publication | Kind::ForeignDataWrapper | Kind::ForeignServer => {
            let (catalog, column, named) = match id.kind {
                Kind::Publication => ("pg_publication", "pubowner", "pubname"),
                Kind::ForeignDataWrapper => ("pg_foreign_data_wrapper", "fdwowner", "fdwname"),
                _ => ("pg_foreign_server", "srvowner", "srvname"),
            };
            let name = text_literal(id.name()?.text());
            return Some(Question {
                at,
                catalog,
                column: column.to_owned(),
                oid: format!("(SELECT x.oid FROM pg_catalog.{catalog} x WHERE x.{named} = {name})"),
            });
        }
        _ => return None,
    };
    let mut name = Sql::new(Dialect::Postgres.engine());
    called_as_routine(id, &mut name);
    let name = text_literal(&name.clause());
    Some(Question {
        at,
        catalog,
        column: column.to_owned(),
        oid: format!("pg_catalog.{to_oid}({name})"),
    })
}

/// Catalogs and prefixes of their columns, for kinds that have a name in a schema and no word of the engine's by which a name
/// becomes a number (on every version).
fn by_name(kind: Kind) -> Option<(&'static str, &'static str)> {
    Some(match kind {
        Kind::Statistics => ("pg_statistic_ext", "stx"),
        Kind::Collation => ("pg_collation", "coll"),
        Kind::TextSearchDictionary => ("pg_ts_dict", "dict"),
        Kind::TextSearchConfiguration => ("pg_ts_config", "cfg"),
        Kind::OperatorFamily => ("pg_opfamily", "opf"),
        Kind::OperatorClass => ("pg_opclass", "opc"),
        _ => return None,
    })
}

/// The number of such an object, as an expression.
pub(in super::super) fn oid_in_schema(id: &ObjectId) -> Option<String> {
    let (catalog, prefix) = by_name(id.kind)?;
    let name = id.qname()?;
    let schema = name.schema.as_ref().map_or("public", Ident::text);
    // The name is not all there is to it.
    let further = match id.kind {
        // A collation may be there once for each encoding.
        Kind::Collation => {
            " AND x.collencoding IN (-1, pg_catalog.pg_char_to_encoding(pg_catalog.getdatabaseencoding()))"
                .to_owned()
        }
        kind if kind.is_of_method() => format!(
            " AND x.{prefix}method = (SELECT m.oid FROM pg_catalog.pg_am m WHERE m.amname = {})",
            text_literal(method_of(id))
        ),
        _ => String::new(),
    };
    Some(format!(
        "(SELECT x.oid FROM pg_catalog.{catalog} x JOIN pg_catalog.pg_namespace n ON n.oid = x.{prefix}namespace \
         WHERE x.{prefix}name = {} AND n.nspname = {}{further})",
        text_literal(name.name.text()),
        text_literal(schema)
    ))
}
