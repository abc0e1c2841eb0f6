//! Text search (PostgreSQL): dictionaries, which make lexemes of tokens, and configurations, which say which dictionaries a
//! token is looked up in.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Kind, ObjectId};

payload! {
    /// A text search dictionary.
    TextSearchDictionary / TextSearchDictionaryAttr {
        /// The functions behind it.
        template: EngineName => Template,
        /// What the template is told, by name.
        options: Vec<(Arc<str>, Arc<str>)> => Options,
    }
}

impl Refers for TextSearchDictionary {
    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        self.template.follow_schema(rename);
    }
}

/// Where the tokens of a type are looked up.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TextSearchMapping {
    /// The type of the tokens, as the parser calls it.
    pub token: Arc<str>,
    /// The dictionaries in order; the first that knows a token has the last word.
    pub dictionaries: Vec<EngineName>,
}

payload! {
    /// A text search configuration.
    TextSearchConfiguration / TextSearchConfigurationAttr {
        /// What cuts texts into tokens.
        parser: EngineName => Parser,
        /// Where they are looked up, by the type of token; those of other types are passed over.
        mappings: Vec<TextSearchMapping> => Mappings,
    }
}

impl TextSearchConfiguration {
    /// The types of tokens that are looked up in the same dictionaries, together.
    pub fn grouped(&self) -> Vec<(Vec<&str>, &[EngineName])> {
        let mut out: Vec<(Vec<&str>, &[EngineName])> = Vec::new();
        for mapping in &self.mappings {
            match out.iter_mut().find(|(_, known)| *known == mapping.dictionaries) {
                Some((tokens, _)) => tokens.push(&mapping.token),
                None => out.push((vec![&mapping.token], &mapping.dictionaries)),
            }
        }
        out
    }
}

impl Refers for TextSearchConfiguration {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        let dictionaries = self.mappings.iter().flat_map(|mapping| &mapping.dictionaries);
        out.extend(dictionaries.filter_map(|name| name.id(Kind::TextSearchDictionary)));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        self.parser.follow_schema(rename);
        for name in self
            .mappings
            .iter_mut()
            .flat_map(|mapping| &mut mapping.dictionaries)
        {
            name.follow(Kind::TextSearchDictionary, rename);
        }
    }
}
