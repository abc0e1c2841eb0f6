//! What is managed only where it is declared: the version and the schema of an extension, the name of a NOT NULL.
//!
//! In: what was read, and what is declared. Out: what was read without what nobody declares. Must not: ask an engine.

use std::collections::{HashMap, HashSet};

use super::kinds::{Column, Extension};
use super::{Catalog, Ident, Object, ObjectId};

impl Catalog {
    /// Whether any of it is declared here.
    pub fn says_details(&self) -> bool {
        let mut extensions = self.of_kind::<Extension>();
        let mut columns = self.of_kind::<Column>();
        extensions.any(|(_, extension)| extension.version.is_some() || extension.schema.is_some())
            || columns.any(|(_, column)| column.not_null.name.is_some())
    }

    /// Forgets what `declared` says nothing of; `was` is the former identity of what is declared.
    pub fn keep_said(&mut self, declared: &Self, was: &dyn Fn(&ObjectId) -> ObjectId) {
        let named = declared
            .of_kind::<Column>()
            .filter(|(_, column)| column.not_null.name.is_some());
        let named: HashSet<ObjectId> = named.flat_map(|(id, _)| [id.clone(), was(id)]).collect();
        for (id, object) in self.iter_mut() {
            if let Object::Column(column) = object
                && !named.contains(id)
            {
                column.not_null.name = None;
            }
            if let Object::Extension(extension) = object {
                let said = declared.payload::<Extension>(id);
                if said.is_none_or(|said| said.version.is_none()) {
                    extension.version = None;
                }
                if said.is_some_and(|said| said.schema.is_none()) {
                    extension.schema = None;
                }
            }
        }
    }

    /// Forgets what nobody would declare: the version, the schema where everything lies that names none, and names that the
    /// engine gives by itself to a NOT NULL of a table and column.
    pub fn forget_incidentals(
        &mut self,
        default_schema: Option<&Ident>,
        given: &dyn Fn(&Ident, &Ident) -> Option<String>,
    ) {
        // Beside that of a parent it has that one's name.
        let inherits = self.inherits;
        let columns = self.of_kind::<Column>().map(|(id, _)| id).filter(|_| inherits);
        let above: HashMap<ObjectId, ObjectId> = columns
            .filter_map(|id| Some((id.clone(), self.required_above(id)?)))
            .collect();
        for (id, object) in self.iter_mut() {
            let of = above.get(id).unwrap_or(id);
            if let (Object::Column(column), Some(table), Some(name)) =
                (&mut *object, of.relation(), id.name())
            {
                let given = given(&table.name, name);
                let is_given = |name: &mut Ident| given.as_deref() == Some(name.text());
                column.not_null.name.take_if(is_given);
            }
            if let Object::Extension(extension) = object {
                extension.version = None;
                extension
                    .schema
                    .take_if(|schema| Some(&*schema) == default_schema);
            }
        }
    }

    /// Takes over from what is there `now` what no way back undoes: the version of an extension that was updated.
    #[must_use]
    pub fn after_way_back(&self, now: &Self) -> Self {
        let mut out = self.clone();
        for (id, object) in out.iter_mut() {
            if let Some(later) = now.get(id) {
                *object = object.after_way_back(later);
            }
        }
        out
    }
}

impl Object {
    /// [`Catalog::after_way_back`] of one object.
    #[must_use]
    pub fn after_way_back(&self, now: &Self) -> Self {
        match (self, now) {
            (Self::Extension(before), Self::Extension(now)) if before.version.is_some() => Extension {
                version: now.version.clone(),
                ..before.clone()
            }
            .into(),
            _ => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Kind;

    fn with(version: Option<&str>, schema: Option<&str>) -> Catalog {
        let mut catalog = Catalog::new();
        let extension = Extension {
            schema: schema.map(Ident::exact),
            version: version.map(str::to_owned),
        };
        catalog.insert(
            ObjectId::global(Kind::Extension, Ident::exact("hstore")),
            extension,
        );
        catalog
    }

    #[test]
    fn what_is_not_declared_is_forgotten() {
        for (declared, left) in [
            (with(None, None), with(None, None)),
            (with(Some("1.6"), None), with(Some("1.4"), None)),
            (with(None, Some("x")), with(None, Some("public"))),
            // What goes is made again where it was.
            (Catalog::new(), with(None, Some("public"))),
        ] {
            let mut read = with(Some("1.4"), Some("public"));
            read.keep_said(&declared, &ObjectId::clone);
            assert!(read.iter().eq(left.iter()), "{read:?}");
        }
    }

    #[test]
    fn no_way_back_takes_an_update_back() {
        let back = with(Some("1.4"), Some("a")).after_way_back(&with(Some("1.6"), Some("b")));
        assert!(back.iter().eq(with(Some("1.6"), Some("a")).iter()));
    }

    #[test]
    fn neither_is_part_of_the_shape() {
        assert_eq!(
            with(Some("1.4"), Some("public")).fingerprint(),
            with(None, None).fingerprint()
        );
    }
}
