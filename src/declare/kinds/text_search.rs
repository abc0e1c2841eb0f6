//! `text-search-dictionary stems template=snowball { options language=german }`, and
//! `text-search-configuration german { mapping asciiword word { with stems simple; } }`.

use std::sync::Arc;

use crate::catalog::kinds::{TextSearchConfiguration, TextSearchDictionary, TextSearchMapping};
use crate::catalog::{EngineName, Kind, ObjectId, QName};
use crate::declare::fields::{Fields, Text};
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::DUPLICATE;
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

use super::{owner, storage};

/// The parser that the engine brings.
const PARSER: &str = "default";

pub(super) fn read_dictionary<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "text search dictionary") else {
        return;
    };
    let template = fields.text("template");
    if template.is_none() {
        fields.missing(
            format!("text search dictionary `{name}` has no template"),
            format!("write `text-search-dictionary {name} template=snowball {{ options language=german; }}`"),
        );
    }
    let mut options = Vec::new();
    if let Some(node) = fields.only_child("options") {
        let mut child = fields.child(node);
        options = storage::read_parameters(reading, &mut child);
        child.finish("`options`");
    }
    let template = reading.engine_name(Kind::TextSearchDictionary, template.map_or("", |text| text.text));
    place(
        reading,
        fields,
        draft,
        ObjectId::qualified(Kind::TextSearchDictionary, name),
        TextSearchDictionary { template, options },
    );
}

/// What both have: whose it is, what is said of it, and its place.
fn place<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    draft: &mut Draft<'n>,
    id: ObjectId,
    object: impl Into<crate::catalog::Object>,
) {
    let span = fields.span();
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("{} `{}`", id.kind.noun(), id.label()));
    if !reading.has(id.kind, span.clone()) {
        return;
    }
    draft.sayings.extend(owner);
    let kind = id.kind;
    draft.say(&id, extras, |was| {
        ObjectId::qualified(kind, reading.qname(was, None))
    });
    draft.place(id, object, span);
}

pub(super) fn read_configuration<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "text search configuration") else {
        return;
    };
    let parser = fields.text("parser").map_or(PARSER, |text| text.text);
    let parser = reading.engine_name(Kind::TextSearchConfiguration, parser);
    let mut mappings: Vec<TextSearchMapping> = Vec::new();
    for node in fields.children("mapping") {
        let child = fields.child(node);
        read_mapping(reading, child, &name, &mut mappings);
    }
    mappings.sort();
    place(
        reading,
        fields,
        draft,
        ObjectId::qualified(Kind::TextSearchConfiguration, name),
        TextSearchConfiguration { parser, mappings },
    );
}

fn read_mapping<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    of: &QName,
    mappings: &mut Vec<TextSearchMapping>,
) {
    let entries = fields.arguments();
    let tokens: Vec<Text<'n>> = entries
        .into_iter()
        .filter_map(|entry| fields.text_of(entry))
        .collect();
    let names = fields.names("with").unwrap_or_default();
    let dictionaries: Vec<EngineName> = names
        .iter()
        .map(|text| reading.engine_name(Kind::TextSearchDictionary, text.text))
        .collect();
    if tokens.is_empty() || dictionaries.is_empty() {
        fields.missing(
            format!("a mapping of text search configuration `{of}` names types of tokens and dictionaries"),
            "write `mapping asciiword word { with simple; }`",
        );
    }
    fields.finish("`mapping`");
    for token in tokens {
        if mappings.iter().any(|known| *known.token == *token.text) {
            twice(reading, of, token.text, token.span);
            continue;
        }
        mappings.push(TextSearchMapping {
            token: Arc::from(token.text),
            dictionaries: dictionaries.clone(),
        });
    }
}

fn twice(reading: &Reading<'_>, of: &QName, token: &str, span: Span) {
    reading.report.error_with(
        DUPLICATE,
        span,
        format!("text search configuration `{of}` has two mappings for `{token}`"),
        "name all its dictionaries in one",
    );
}

pub(super) fn write_dictionary(
    writing: &Writing<'_>,
    id: &ObjectId,
    dictionary: &TextSearchDictionary,
) -> Line {
    let template = writing.engine_name(Kind::TextSearchDictionary, &dictionary.template);
    let line = writing
        .named("text-search-dictionary", id)
        .property("template", &template);
    if dictionary.options.is_empty() {
        return line;
    }
    line.child(storage::write_parameters(
        Line::new("options"),
        &dictionary.options,
    ))
}

pub(super) fn write_configuration(
    writing: &Writing<'_>,
    id: &ObjectId,
    configuration: &TextSearchConfiguration,
) -> Line {
    let mut line = writing.named("text-search-configuration", id);
    let parser = writing.engine_name(Kind::TextSearchConfiguration, &configuration.parser);
    if parser != PARSER {
        line = line.property("parser", &parser);
    }
    for (tokens, dictionaries) in configuration.grouped() {
        let names: Vec<String> = dictionaries
            .iter()
            .map(|name| writing.engine_name(Kind::TextSearchDictionary, name))
            .collect();
        let with = Line::new("with").arguments(names.iter().map(String::as_str));
        line = line.child(Line::new("mapping").arguments(tokens).child(with));
    }
    line
}
