//! What the text of `collation=`, or the name of a text search dictionary, means: a declared one, one in a schema, or one of the
//! engine's own.
//!
//! Names of the engine's own may have dots in them (`C.utf8`), so what stands before a dot is a schema only where there is one
//! of that name. Must not: know which ones the engine has.

use std::collections::HashMap;

use crate::catalog::{Catalog, EngineName, Ident, Kind, ObjectId, QName};
use crate::dialect::Engine;

use super::kinds::NAMED;
use super::types::spellings;

/// Says that a name is the engine's own, where another one would be meant.
const OWN: &str = "pg_catalog.";

/// The names that are known.
#[derive(Debug, Default)]
pub(super) struct EngineNames {
    declared: HashMap<(Kind, String), QName>,
    schemas: Vec<Ident>,
}

impl EngineNames {
    /// Those of a catalog.
    pub(super) fn of(engine: &dyn Engine, catalog: &Catalog) -> Self {
        let mut found = Self::default();
        found.schemas.extend(engine.default_schema());
        for (id, _) in catalog.iter() {
            match id.kind {
                Kind::Schema => found.schemas.extend(id.name().cloned()),
                kind if NAMED.iter().any(|(_, named)| *named == kind) => found.insert(engine, id),
                _ => {}
            }
        }
        found
    }

    /// Takes in what is declared.
    pub(super) fn insert(&mut self, engine: &dyn Engine, id: &ObjectId) {
        let Some(name) = id.qname() else { return };
        for spelling in spellings(engine, name) {
            let entry = self.declared.entry((id.kind, spelling));
            entry.or_insert_with(|| name.clone());
        }
    }

    /// Takes in schemas.
    pub(super) fn add_schemas(&mut self, schemas: impl IntoIterator<Item = Ident>) {
        self.schemas.extend(schemas);
    }

    /// What a text means where something of this kind is named.
    pub(super) fn read(&self, engine: &dyn Engine, kind: Kind, text: &str) -> EngineName {
        if let Some(name) = self.declared.get(&(kind, text.to_owned())) {
            return EngineName::made(name.clone());
        }
        if let (true, Some(own)) = (engine.default_schema().is_some(), text.strip_prefix(OWN)) {
            return EngineName::builtin(engine.ident(own));
        }
        let in_schema = |schema: &Ident| {
            let name = text.strip_prefix(schema.text())?.strip_prefix('.')?;
            (!name.is_empty()).then(|| QName::in_schema(schema.clone(), engine.ident(name)))
        };
        match self.schemas.iter().find_map(in_schema) {
            Some(name) => EngineName::made(name),
            None => EngineName::builtin(engine.ident(text)),
        }
    }

    /// The shortest text that means it.
    pub(super) fn spell(&self, engine: &dyn Engine, kind: Kind, named: &EngineName) -> String {
        let name = named.qname();
        let mut texts = spellings(engine, name);
        if name.schema.is_none() {
            texts.push(format!("{OWN}{}", name.name));
        }
        let meant = texts
            .iter()
            .position(|text| self.read(engine, kind, text) == *named);
        texts.swap_remove(meant.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn every_name_is_read_as_it_was_written() {
        let engine = Dialect::Postgres.engine();
        let made = |schema: &str, name: &str| {
            EngineName::made(QName::in_schema(Ident::exact(schema), Ident::exact(name)))
        };
        let mut known = EngineNames::default();
        known.add_schemas(["public", "app", "o.d d"].map(Ident::exact));
        for declared in [made("public", "german"), made("app", "C"), made("public", "C")] {
            known.insert(engine, &declared.id(Kind::Collation).unwrap());
        }
        for (collation, text) in [
            (EngineName::builtin(Ident::exact("C.utf8")), "C.utf8"),
            (EngineName::builtin(Ident::exact("C")), "pg_catalog.C"),
            (EngineName::builtin(Ident::exact("de-x-icu")), "de-x-icu"),
            (made("public", "german"), "german"),
            (made("public", "of_extension"), "public.of_extension"),
            (made("app", "C"), "app.C"),
            (made("o.d d", "x.y"), "o.d d.x.y"),
        ] {
            assert_eq!(known.spell(engine, Kind::Collation, &collation), text);
            assert_eq!(known.read(engine, Kind::Collation, text), collation);
        }
    }
}
