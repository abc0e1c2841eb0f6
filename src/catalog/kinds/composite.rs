//! A type made of several values, each under a name (PostgreSQL).

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Ident, Kind, ObjectId};

use super::{Column, NotNull, Options};

/// One of the values. It is no object of a catalog; where one has to be named, it is a column of the type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Attribute {
    /// Its name, which no other attribute of the type has.
    pub name: Ident,
    /// What it holds.
    pub data_type: DataType,
    /// Its collation, where that is not the one of its type.
    pub collation: Option<EngineName>,
}

impl From<&Attribute> for Column {
    /// The column that a table made of the type has of it.
    fn from(attribute: &Attribute) -> Self {
        Self {
            data_type: attribute.data_type.clone(),
            nullable: true,
            default: None,
            identity: None,
            generated: None,
            collation: attribute.collation.clone(),
            not_null: NotNull::default(),
            options: Options::default(),
        }
    }
}

payload! {
    /// A composite type.
    CompositeType / CompositeTypeAttr {
        /// The values in order.
        attributes: Vec<Attribute> => Attributes,
    }
}

impl Refers for CompositeType {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        for attribute in &self.attributes {
            out.extend(attribute.data_type.user.clone());
            out.extend(
                attribute
                    .collation
                    .as_ref()
                    .and_then(|name| name.id(Kind::Collation)),
            );
        }
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        let own = id.qname().and_then(|name| rename.column_of(name));
        for attribute in &mut self.attributes {
            if let Some((_, to)) = own.filter(|(from, _)| **from == attribute.name) {
                attribute.name = to.clone();
            }
            rename.in_type(&mut attribute.data_type);
            attribute
                .collation
                .iter_mut()
                .for_each(|collation| collation.follow(Kind::Collation, rename));
        }
    }
}
