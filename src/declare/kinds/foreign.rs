//! `foreign-data-wrapper files { handler read_files; options debug=#true }` and
//! `foreign-server archive wrapper=files type=cold version="2" { options host=db }`.

use std::sync::Arc;

use crate::catalog::kinds::{ForeignDataWrapper, ForeignServer};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::{options, owner};

pub(super) fn read_wrapper<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = fields.name("foreign data wrapper") else {
        return;
    };
    let what = format!("foreign data wrapper `{}`", name.text);
    let id = ObjectId::global(
        Kind::ForeignDataWrapper,
        reading.ident(&name, "foreign data wrapper"),
    );
    let (handler, validator) = (
        function(reading, &mut fields, "handler"),
        function(reading, &mut fields, "validator"),
    );
    let wrapper = ForeignDataWrapper {
        handler,
        validator,
        options: options::read(reading, &mut fields, &what),
    };
    place(reading, (fields, &what), (id, wrapper.into()), draft);
}

/// `handler read_files`
fn function<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, word: &'static str) -> Option<QName> {
    let node = fields.only_child(word)?;
    let mut child = fields.child(node);
    let function = reading.read_qname(&mut child, "function");
    child.finish(&format!("`{word}`"));
    function
}

pub(super) fn read_server<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = fields.name("foreign server") else {
        return;
    };
    let what = format!("foreign server `{}`", name.text);
    let id = ObjectId::global(Kind::ForeignServer, reading.ident(&name, "foreign server"));
    let wrapper = fields.text("wrapper");
    if wrapper.is_none() {
        fields.missing(
            format!("{what} does not say by what it is reached"),
            "write wrapper=NAME, the name of a foreign data wrapper",
        );
    }
    let wrapper = wrapper.map(|text| reading.ident(&text, "foreign data wrapper"));
    let mut word = |word| fields.text(word).map(|text| Arc::from(text.text));
    let server = ForeignServer {
        wrapper: wrapper.unwrap_or_else(|| Ident::exact("")),
        sort: word("type"),
        version: word("version"),
        options: options::read(reading, &mut fields, &what),
    };
    place(reading, (fields, &what), (id, server.into()), draft);
}

/// Takes what can be said of either, and puts the object among the others.
fn place<'n>(
    reading: &Reading<'n>,
    (mut fields, what): (Fields<'n>, &str),
    (id, object): (ObjectId, crate::catalog::Object),
    draft: &mut Draft<'n>,
) {
    let span = fields.span();
    let said = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(what);
    if !reading.has(id.kind, span.clone()) {
        return;
    }
    draft.sayings.extend(said);
    draft.say(&id, extras, |was| {
        ObjectId::global(id.kind, reading.engine.ident(was))
    });
    draft.place(id, object, span);
}

pub(super) fn write_wrapper(writing: &Writing<'_>, id: &ObjectId, wrapper: &ForeignDataWrapper) -> Line {
    let mut line = writing.named("foreign-data-wrapper", id);
    for (word, function) in [("handler", &wrapper.handler), ("validator", &wrapper.validator)] {
        if let Some(function) = function {
            line = line.child(writing.reference(word, function, &[]));
        }
    }
    options::write(line, &wrapper.options)
}

pub(super) fn write_server(writing: &Writing<'_>, id: &ObjectId, server: &ForeignServer) -> Line {
    let mut line = writing
        .named("foreign-server", id)
        .property("wrapper", server.wrapper.text());
    for (word, text) in [("type", &server.sort), ("version", &server.version)] {
        if let Some(text) = text {
            line = line.property(word, text);
        }
    }
    options::write(line, &server.options)
}
