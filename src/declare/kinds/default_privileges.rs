//! `default-privileges app schema=shop { tables { grant select to=reader; } }`: what is granted on what a role will make.

use crate::catalog::kinds::{DefaultGrants, DefaultPrivileges, DefaultsOf};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Placed, Reading};
use crate::declare::report::{CONTRADICTION, ENGINE};
use crate::declare::text::Line;

use super::grants::{self, Grantable};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(role) = fields.name("role") else {
        return;
    };
    let role = reading.ident(&role, "role");
    let schema = fields
        .text("schema")
        .map(|schema| reading.ident(&schema, "schema"));
    let what = format!("default privileges of `{role}`");
    let id = match schema {
        Some(schema) => ObjectId::qualified(Kind::DefaultPrivileges, QName::in_schema(schema, role)),
        None => ObjectId::global(Kind::DefaultPrivileges, role),
    };
    let mut found = Vec::new();
    for of in DefaultsOf::ALL {
        for node in fields.children(of.word()) {
            found.extend(read_sort(reading, fields.child(node), (&id, *of)));
        }
    }
    let is_said = |of: DefaultsOf| found.iter().filter(|grants| grants.of == of).count() > 1;
    if let Some(of) = DefaultsOf::ALL.iter().find(|of| is_said(**of)) {
        let message = format!("the {} of {what} are told of twice", of.word());
        reading.report.error(CONTRADICTION, span.clone(), message);
    }
    if found.is_empty() {
        fields.missing(
            format!("{what} say nothing"),
            "write what of, and what is granted: `tables { grant select to=ROLE; }`",
        );
    }
    let extras = fields.extras();
    fields.finish(&what);
    if !reading.has(Kind::DefaultPrivileges, span.clone()) || found.is_empty() {
        return;
    }
    draft.say(&id, extras, |_| id.clone());
    draft.sayings.push(Placed {
        id,
        object: DefaultPrivileges { grants: found }.into(),
        span,
    });
}

fn read_sort<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    (id, of): (&ObjectId, DefaultsOf),
) -> Option<DefaultGrants> {
    let known = reading.engine.default_privileges(of, reading.server);
    let what = format!("`{}`", of.word());
    let in_schema = id.schema().is_some() && matches!(of, DefaultsOf::Schemas | DefaultsOf::LargeObjects);
    if in_schema {
        let message = format!(
            "{} are in no schema: their default privileges hold everywhere",
            of.word()
        );
        reading
            .report
            .error_with(CONTRADICTION, fields.span(), message, "leave out `schema=`");
    } else if known.is_empty() && reading.engine.rules(Kind::DefaultPrivileges).is_some() {
        let message = format!(
            "{} {} has no default privileges of {}",
            reading.engine.title(),
            reading.server.version_text,
            of.word()
        );
        reading
            .report
            .error_with(ENGINE, fields.span(), message, "take it out");
    }
    let grantable = Grantable {
        noun: of.word().to_owned(),
        label: format!("the {} of {}", of.word(), id.name().map_or("", Ident::text)),
        known,
        by_itself: reading.engine.public_by_default(id, of),
    };
    let grants = grants::read_list(reading, &mut fields, &grantable);
    if grants.is_none() {
        fields.missing(
            format!("nothing is granted on {}", of.word()),
            "write `grant PRIVILEGE to=ROLE` or `revoke PRIVILEGE from=public`",
        );
    }
    fields.finish(&what);
    grants.map(|(grants, _)| DefaultGrants { of, grants })
}

pub(super) fn write(id: &ObjectId, privileges: &DefaultPrivileges) -> Line {
    let mut line = Line::new("default-privileges").arguments(id.name().map(Ident::text));
    if let Some(schema) = id.schema() {
        line = line.property("schema", schema.text());
    }
    for of in &privileges.grants {
        line = line.child(grants::lines(Line::new(of.of.word()), &of.grants));
    }
    line
}
