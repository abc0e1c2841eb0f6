//! `cast from=mood to=integer as=implicit { function rank }`, or with the flag `with-inout` or `without-function`.

use std::sync::Arc;

use crate::catalog::kinds::{Cast, CastContext, CastMethod};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::CONTRADICTION;
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;

const CONTEXTS: &[(&str, CastContext)] = &[
    ("assignment", CastContext::Assignment),
    ("implicit", CastContext::Implicit),
];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let mut of = |word| {
        let given = fields.value(word);
        if given.is_none() {
            fields.missing(
                format!("a cast does not say `{word}=`"),
                "write `cast from=TYPE to=TYPE { function NAME; }`",
            );
        }
        given.and_then(|given| types::read(reading, &given))
    };
    let (source, target) = (of("from"), of("to"));
    let context = fields.choice("as", CONTEXTS).unwrap_or_default();
    let (inout, without) = (fields.flag("with-inout"), fields.flag("without-function"));
    let function = fields.only_child("function").and_then(|node| {
        let mut child = fields.child(node);
        let name = reading.read_qname(&mut child, "function");
        let arguments = child.text("arguments").map(|text| text.text);
        child.finish("`function`");
        Some((name?, arguments))
    });
    if [inout, without, function.is_some()]
        .iter()
        .filter(|said| **said)
        .count()
        != 1
    {
        reading.report.error_with(
            CONTRADICTION,
            span.clone(),
            "a cast is made by one thing",
            "write a child `function NAME`, or `with-inout`, or `without-function`",
        );
    }
    let extras = fields.extras();
    fields.finish("a cast");
    if !reading.has(Kind::Cast, span.clone()) {
        return;
    }
    let (Some(source), Some(target)) = (source, target) else {
        return;
    };
    let (source, target) = (source.data_type, target.data_type);
    let method = match function {
        Some((name, arguments)) => {
            let types = arguments.map_or_else(|| Arc::clone(&source.text), Arc::from);
            CastMethod::Function(name, types)
        }
        None if without => CastMethod::Without,
        None => CastMethod::InOut,
    };
    let id = Cast::between(&source.text, &target.text);
    draft.say(&id, extras, |was| ObjectId::global(Kind::Cast, Ident::exact(was)));
    let cast = Cast {
        source,
        target,
        method,
        context,
    };
    draft.place(id, cast, span);
}

pub(super) fn write(writing: &Writing<'_>, cast: &Cast) -> Line {
    let mut line = Line::new("cast");
    for (word, data_type) in [("from", &cast.source), ("to", &cast.target)] {
        line = types::property(writing, line, word, data_type);
    }
    let word = CONTEXTS.iter().find(|(_, context)| *context == cast.context);
    if let Some((word, _)) = word {
        line = line.property("as", word);
    }
    match &cast.method {
        CastMethod::InOut => line.flag_if("with-inout", true),
        CastMethod::Without => line.flag_if("without-function", true),
        CastMethod::Function(name, types) => {
            let child = writing.reference("function", name, &[]);
            line.child(if *types == cast.source.text {
                child
            } else {
                child.property("arguments", types)
            })
        }
    }
}
