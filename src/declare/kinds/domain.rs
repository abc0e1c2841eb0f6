//! `domain email text { check "VALUE ~ '@'" }`, with `default=`, `collation=` and `not-null`.

use crate::catalog::kinds::{Domain, DomainCheck};
use crate::catalog::{Ident, Kind, ObjectId, QName};
use crate::declare::fields::{Fields, Given};
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::DUPLICATE;
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;

use super::{column, owner};

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "domain") else {
        return;
    };
    let typed = types::read_argument(
        reading,
        &mut fields,
        format!("domain `{name}` has no type"),
        format!("write `domain {name} text`"),
    );
    let collation = fields.text("collation").map(|text| reading.collation(text.text));
    let default = fields
        .value("default")
        .map(|given| column::value(reading, &given, &typed));
    let nullable = !fields.flag("not-null");
    let checks = read_checks(reading, &mut fields, &name);
    let id = ObjectId::qualified(Kind::Domain, name.clone());
    let granted = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("domain `{name}`"));
    if !reading.has(Kind::Domain, span.clone()) {
        return;
    }
    draft.sayings.extend(granted);
    draft.say(&id, extras, |was| {
        ObjectId::qualified(Kind::Domain, reading.qname(was, None))
    });
    let domain = Domain {
        base: typed.data_type,
        collation,
        default,
        nullable,
        checks,
    };
    draft.place(id, domain, span);
}

fn read_checks<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, domain: &QName) -> Vec<DomainCheck> {
    let mut checks: Vec<DomainCheck> = Vec::new();
    for node in fields.children("check") {
        let mut child = fields.child(node);
        let span = child.span();
        let text = child.argument().and_then(|entry| {
            child.expression_in(Given {
                value: &entry.value,
                span: child.at(&entry.range),
            })
        });
        if text.is_none() {
            child.missing("a check has a condition", "write check \"VALUE > 0\"");
        }
        let given = child.text("name").map(|text| reading.engine.ident(text.text));
        let validated = !child.flag("not-valid");
        child.finish("`check`");
        let name = given.unwrap_or_else(|| implicit(reading, domain, &checks));
        if checks.iter().any(|other| other.name == name) {
            let message = format!("domain `{domain}` has two checks named `{name}`");
            reading.report.error(DUPLICATE, span, message);
            continue;
        }
        checks.push(DomainCheck {
            name,
            expr: reading.engine.expr(text.map_or("", |text| text.text), &[]),
            validated,
        });
    }
    checks.sort_by(|one, other| one.name.cmp(&other.name));
    checks
}

/// The name that the engine gives to a check without one: the first that is free.
fn implicit(reading: &Reading<'_>, domain: &QName, taken: &[DomainCheck]) -> Ident {
    let first = reading.engine.implicit_name(Kind::Check, domain.name.text(), &[]);
    let first = first.unwrap_or_else(|| format!("{}_check", domain.name));
    let numbered = (1..).map(|number| format!("{first}{number}"));
    let names = std::iter::once(first.clone()).chain(numbered);
    let mut free = names.map(|name| reading.engine.ident(&name));
    free.find(|name| taken.iter().all(|check| check.name != *name))
        .unwrap_or_else(|| reading.engine.ident(&first))
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, domain: &Domain) -> Line {
    let mut line = column::typed(writing, writing.named("domain", id), &domain.base);
    if let Some(collation) = &domain.collation {
        line = line.property("collation", &writing.collation(collation));
    }
    line = column::defaulted(writing, line, domain.default.as_ref(), &domain.base);
    line = line.flag_if("not-null", !domain.nullable);
    for check in &domain.checks {
        let child = Line::new("check")
            .block(check.expr.text())
            .property("name", check.name.text())
            .flag_if("not-valid", !check.validated);
        line = line.child(child);
    }
    line
}
