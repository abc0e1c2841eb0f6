//! `aggregate total arguments=integer sfunc=add stype=integer initcond="0"`.

use std::sync::Arc;

use crate::catalog::kinds::{AGGREGATE_OPTIONS, Aggregate, AggregateOption, AggregateSort};
use crate::catalog::{Expr, Kind, ObjectId, Path};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::dialect::{Engine, Literal};

use super::function::argument_types;
use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "aggregate") else {
        return;
    };
    let arguments = fields.expression("arguments").map_or("*", |text| text.text);
    let types = fields
        .text("types")
        .map_or_else(|| types(reading.engine, arguments), |text| text.text.to_owned());
    let options: Vec<AggregateOption> = AGGREGATE_OPTIONS
        .iter()
        .filter_map(|(name, sort)| {
            let value = match sort {
                AggregateSort::Flag => fields.flag(name).then(|| Expr::new("")),
                AggregateSort::Number => fields.integer(name).map(|number| Expr::new(number.to_string())),
                _ => fields.expression(name).map(|text| Expr::new(text.text)),
            };
            Some(AggregateOption {
                name,
                sort: *sort,
                value: value?,
            })
        })
        .collect();
    for (needed, what) in [("sfunc", "what adds a row"), ("stype", "what the rows add up to")] {
        if options.iter().all(|option| option.name != needed) {
            fields.missing(
                format!("aggregate `{name}` does not say {what}"),
                format!("write {needed}=NAME"),
            );
        }
    }
    let routine = |name| ObjectId {
        kind: Kind::Aggregate,
        path: Path::Routine(name, Arc::from(types.as_str())),
    };
    let id = routine(name.clone());
    let rights = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("aggregate `{name}`"));
    if !reading.has(Kind::Aggregate, span.clone()) {
        return;
    }
    draft.sayings.extend(rights);
    draft.say(&id, extras, |was| routine(reading.qname(was, None)));
    let aggregate = Aggregate {
        arguments: Expr::new(arguments),
        options,
    };
    draft.place(id, aggregate, span);
}

/// The types that identify an aggregate: those of the arguments before and after `ORDER BY`.
fn types(engine: &dyn Engine, arguments: &str) -> String {
    if arguments.trim() == "*" {
        return String::new();
    }
    argument_types(engine, &arguments.replacen(" ORDER BY ", ", ", 1))
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, aggregate: &Aggregate) -> Line {
    let mut line = writing.named("aggregate", id);
    if aggregate.arguments.text() != "*" {
        line = line.expression("arguments", aggregate.arguments.text());
    }
    if let Path::Routine(_, identity) = &id.path
        && **identity != *types(writing.engine, aggregate.arguments.text())
    {
        line = line.property("types", identity);
    }
    aggregate
        .options
        .iter()
        .fold(line, |line, option| match option.sort {
            AggregateSort::Flag => line.flag_if(option.name, true),
            AggregateSort::Number => {
                let number = option.value.text().parse().map_or_else(
                    |_| Literal::Text(option.value.text().to_owned()),
                    Literal::Integer,
                );
                line.literal_property(option.name, &number)
            }
            _ => line.expression(option.name, option.value.text()),
        })
}
