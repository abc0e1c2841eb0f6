//! `collation german provider=icu locale="de-u-co-phonebk" nondeterministic`, with `ctype=` and `rules`.

use std::sync::Arc;

use crate::catalog::kinds::{Collation, CollationProvider};
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::CONTRADICTION;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::owner;

const PROVIDERS: &[(&str, CollationProvider)] = &[
    ("libc", CollationProvider::Libc),
    ("icu", CollationProvider::Icu),
    ("builtin", CollationProvider::Builtin),
];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "collation") else {
        return;
    };
    let what = format!("collation `{name}`");
    let provider = fields
        .choice("provider", PROVIDERS)
        .unwrap_or(CollationProvider::Libc);
    let locale = fields.text("locale").map(|text| Arc::<str>::from(text.text));
    if locale.is_none() {
        fields.missing(
            format!("{what} does not say by which locale"),
            format!("write `collation {name} provider=icu locale=\"de-DE\"`"),
        );
    }
    let locale = locale.unwrap_or_else(|| Arc::from(""));
    let ctype = fields.text("ctype").map(|text| Arc::<str>::from(text.text));
    let collation = Collation {
        provider,
        ctype: ctype.filter(|ctype| *ctype != locale),
        locale,
        nondeterministic: fields.flag("nondeterministic"),
        rules: fields.expression("rules").map(|text| Arc::from(text.text)),
    };
    let id = ObjectId::qualified(Kind::Collation, name.clone());
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&what);
    if !reading.has(Kind::Collation, span.clone()) {
        return;
    }
    if let Some((word, other)) = of_another(&collation) {
        reading.report.error_with(
            CONTRADICTION,
            span.clone(),
            format!("{what} has `{word}`, which only {other} takes"),
            format!("take `{word}` out, or write `provider={other}`"),
        );
    }
    draft.sayings.extend(owner);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Collation, reading.qname(was, None))
    });
    draft.place(id, collation, span);
}

/// What is said that the provider does not take, and the one that does.
fn of_another(collation: &Collation) -> Option<(&'static str, &'static str)> {
    let is = |provider| collation.provider == provider;
    match collation {
        _ if collation.nondeterministic && !is(CollationProvider::Icu) => Some(("nondeterministic", "icu")),
        _ if collation.rules.is_some() && !is(CollationProvider::Icu) => Some(("rules", "icu")),
        _ if collation.ctype.is_some() && !is(CollationProvider::Libc) => Some(("ctype", "libc")),
        _ => None,
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, collation: &Collation) -> Line {
    let mut line = writing.named("collation", id);
    if let Some((word, _)) = PROVIDERS
        .iter()
        .find(|(_, provider)| *provider == collation.provider && *provider != CollationProvider::Libc)
    {
        line = line.property("provider", word);
    }
    line = line.property("locale", &collation.locale);
    if let Some(ctype) = &collation.ctype {
        line = line.property("ctype", ctype);
    }
    line = line.flag_if("nondeterministic", collation.nondeterministic);
    match &collation.rules {
        Some(rules) => line.expression("rules", rules),
        None => line,
    }
}
