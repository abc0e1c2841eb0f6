//! Text search dictionaries and configurations that somebody made.

use crate::catalog::kinds::{TextSearchConfiguration, TextSearchDictionary, TextSearchMapping};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
use crate::dialect::Scope;

use super::super::batch::Raw;
use super::super::depends::class;
use super::{Known, in_scope};

/// Inserts those of the schemas that are read, dictionaries first.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
    let mut dictionaries = Vec::new();
    for row in std::mem::take(&mut raw.dictionaries) {
        let id = id(
            known,
            raw,
            scope,
            (Kind::TextSearchDictionary, class::DICTIONARY),
            (row.oid, row.schema, &row.name),
        );
        let dictionary = TextSearchDictionary {
            template: raw.engine_name(&row.template),
            options: row.options,
        };
        dictionaries.extend(id.map(|id| (id, dictionary)));
    }
    dictionaries.sort_by(|one, other| one.0.cmp(&other.0));
    let mut configurations = Vec::new();
    for row in std::mem::take(&mut raw.configurations) {
        let id = id(
            known,
            raw,
            scope,
            (Kind::TextSearchConfiguration, class::CONFIGURATION),
            (row.oid, row.schema, &row.name),
        );
        let mut mappings: Vec<TextSearchMapping> = Vec::new();
        for (token, named) in row.mappings {
            let name = raw.engine_name(&named);
            match mappings.last_mut().filter(|last| last.token == token) {
                Some(last) => last.dictionaries.push(name),
                None => mappings.push(TextSearchMapping {
                    token,
                    dictionaries: vec![name],
                }),
            }
        }
        mappings.sort();
        let configuration = TextSearchConfiguration {
            parser: raw.engine_name(&row.parser),
            mappings,
        };
        configurations.extend(id.map(|id| (id, configuration)));
    }
    configurations.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, dictionary) in dictionaries {
        catalog.insert(id, dictionary);
    }
    for (id, configuration) in configurations {
        catalog.insert(id, configuration);
    }
}

/// The id of what is in a schema that is read, and of no extension.
fn id(
    known: &mut Known,
    raw: &Raw,
    scope: &Scope,
    (kind, class): (Kind, u32),
    (oid, schema, name): (u32, u32, &Ident),
) -> Option<ObjectId> {
    let schema = raw.schemas.get(&schema)?;
    if !in_scope(scope, schema) || known.is_owned(class, oid) {
        return None;
    }
    let id = ObjectId::qualified(kind, QName::in_schema(schema.clone(), name.clone()));
    known.ids.insert((class, oid), id.clone());
    Some(id)
}
