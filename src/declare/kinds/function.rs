//! `function touch returns=trigger language=plpgsql { as "…" }` and `procedure`. Instead of a text, which `as` gives, the
//! body may be statements that the engine takes in: `body "RETURN …"`.

use std::sync::Arc;

use crate::catalog::kinds::{Body, Function, Parallel, Volatility};
use crate::catalog::{Expr, Kind, ObjectId, Path};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::{CONTRADICTION, VALUE};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::dialect::{Engine, Literal};

use super::owner;

const VOLATILITY: &[(&str, Volatility)] = &[
    ("immutable", Volatility::Immutable),
    ("stable", Volatility::Stable),
    ("volatile", Volatility::Volatile),
];

const PARALLEL: &[(&str, Parallel)] = &[
    ("unsafe", Parallel::Unsafe),
    ("restricted", Parallel::Restricted),
    ("safe", Parallel::Safe),
];

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let returns = fields.expression("returns");
    if returns.is_none() {
        fields.missing(
            "a function returns something",
            "write returns=TYPE, or declare a procedure",
        );
    }
    read_routine(reading, fields, draft, returns.map(|text| Expr::new(text.text)));
}

pub(super) fn read_procedure<'n>(reading: &Reading<'n>, fields: Fields<'n>, draft: &mut Draft<'n>) {
    read_routine(reading, fields, draft, None);
}

fn read_routine<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    draft: &mut Draft<'n>,
    returns: Option<Expr>,
) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "function") else {
        return;
    };
    let arguments = fields.expression("arguments").map_or("", |text| text.text);
    let types = fields.text("types").map_or_else(
        || argument_types(reading.engine, arguments),
        |text| text.text.to_owned(),
    );
    let language = fields.text("language").map(|text| text.text);
    if language.is_none() {
        fields.missing(
            format!("function `{name}` has no language"),
            "write language=sql or language=plpgsql",
        );
    }
    let body = read_body(reading, &mut fields, &format!("function `{name}`"));
    let settings = fields.names("set").unwrap_or_default();
    let function = Function {
        arguments: Expr::new(arguments),
        returns,
        language: Arc::from(language.unwrap_or_default()),
        window: fields.flag("window"),
        volatility: fields
            .choice("volatility", VOLATILITY)
            .unwrap_or(Volatility::Volatile),
        strict: fields.flag("strict"),
        leakproof: fields.flag("leakproof"),
        security_definer: fields.flag("security-definer"),
        parallel: fields.choice("parallel", PARALLEL).unwrap_or_default(),
        cost: read_number(reading, &mut fields, "cost"),
        rows: read_number(reading, &mut fields, "rows"),
        support: fields.expression("support").map(|text| Expr::new(text.text)),
        settings: settings.into_iter().map(|text| text.text.to_owned()).collect(),
        body,
    };
    let routine = |name| ObjectId {
        kind: Kind::Function,
        path: Path::Routine(name, Arc::from(types.as_str())),
    };
    let id = routine(name.clone());
    let granted = owner::with_grants(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&format!("function `{name}`"));
    if !reading.has(Kind::Function, span.clone()) {
        return;
    }
    draft.sayings.extend(granted);
    draft.say(&id, extras, |was| routine(reading.qname(was, None)));
    draft.place(id, function, span);
}

/// A text in `as`, or statements in `body`.
fn read_body(reading: &Reading<'_>, fields: &mut Fields<'_>, what: &str) -> Body {
    let (text, statements) = (fields.expression("as"), fields.expression("body"));
    match (text, statements) {
        (Some(text), None) => Body::Text(Expr::new(text.text)),
        (None, Some(statements)) => Body::Standard(Expr::new(statements.text)),
        (Some(_), Some(statements)) => {
            let message = format!("{what} has a body in `as` and one in `body`: one of them");
            reading.report.error(CONTRADICTION, statements.span, message);
            Body::Standard(Expr::new(statements.text))
        }
        (None, None) => {
            fields.missing(
                format!("{what} has no body"),
                "write it as a child: { as \"…\" }, or { body \"RETURN …\" } for one that the engine takes in",
            );
            Body::Text(Expr::new(""))
        }
    }
}

fn read_number(reading: &Reading<'_>, fields: &mut Fields<'_>, name: &'static str) -> Option<Arc<str>> {
    let given = fields.value(name)?;
    match given.value {
        Literal::Integer(number) => Some(Arc::from(number.to_string())),
        Literal::Decimal(number) => Some(Arc::from(number.as_str())),
        _ => {
            reading
                .report
                .error(VALUE, given.span, format!("`{name}` is a number"));
            None
        }
    }
}

/// The types of the arguments that identify a routine, read from its argument list: without names, defaults and
/// results. `types=` says it where this reading errs.
pub(super) fn argument_types(engine: &dyn Engine, arguments: &str) -> String {
    let types: Vec<String> = split_arguments(arguments)
        .into_iter()
        .filter_map(|argument| argument_type(engine, argument))
        .collect();
    types.join(", ")
}

fn split_arguments(arguments: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut quote, mut start) = (0_i32, None, 0);
    for (at, character) in arguments.char_indices() {
        match (quote, character) {
            (Some(open), _) => quote = (character != open).then_some(open),
            (None, '\'' | '"') => quote = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth -= 1,
            (None, ',') if depth == 0 => {
                out.push(&arguments[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&arguments[start..]);
    out.retain(|argument| !argument.trim().is_empty());
    out
}

fn argument_type(engine: &dyn Engine, argument: &str) -> Option<String> {
    // ASCII upper case keeps byte positions.
    let upper = argument.to_ascii_uppercase();
    let end = [" DEFAULT ", ":=", "="]
        .iter()
        .filter_map(|mark| upper.find(mark))
        .min();
    let mut rest = argument[..end.unwrap_or(argument.len())].trim();
    let (first, after) = rest.split_once(' ').unwrap_or((rest, ""));
    match first.to_ascii_uppercase().as_str() {
        "OUT" | "TABLE" => return None,
        "IN" | "INOUT" | "VARIADIC" => rest = after.trim(),
        _ => {}
    }
    let known = |text: &str| {
        let base = text.split(['(', '[']).next().unwrap_or_default().trim();
        engine.known_types().contains(&base) || engine.data_type(base) != base
    };
    let unnamed = match rest.split_once(' ') {
        // `double precision` is known as a whole, so its first word is not the name of an argument.
        Some((_, after)) if !known(rest) => after.trim(),
        _ => rest,
    };
    Some(engine.data_type(unnamed))
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, function: &Function) -> Line {
    let keyword = if function.returns.is_some() {
        "function"
    } else {
        "procedure"
    };
    let mut line = writing.named(keyword, id);
    if !function.arguments.text().is_empty() {
        line = line.expression("arguments", function.arguments.text());
    }
    if let Path::Routine(_, types) = &id.path
        && **types != *argument_types(writing.engine, function.arguments.text())
    {
        line = line.property("types", types);
    }
    if let Some(returns) = &function.returns {
        line = line.property("returns", returns.text());
    }
    line = line.property("language", &function.language);
    if let Some((word, _)) = VOLATILITY
        .iter()
        .find(|(_, value)| *value == function.volatility && *value != Volatility::Volatile)
    {
        line = line.property("volatility", word);
    }
    line = line
        .flag_if("window", function.window)
        .flag_if("strict", function.strict)
        .flag_if("leakproof", function.leakproof)
        .flag_if("security-definer", function.security_definer);
    if let Some((word, _)) = PARALLEL
        .iter()
        .find(|(_, value)| *value == function.parallel && *value != Parallel::Unsafe)
    {
        line = line.property("parallel", word);
    }
    for (name, number) in [("cost", &function.cost), ("rows", &function.rows)] {
        if let Some(number) = number {
            line = line.literal_property(name, &number_literal(number));
        }
    }
    if let Some(support) = &function.support {
        line = line.property("support", support.text());
    }
    if !function.settings.is_empty() {
        let settings = function.settings.iter().map(String::as_str);
        line = line.child(Line::new("set").arguments(settings));
    }
    let word = match &function.body {
        Body::Text(_) => "as",
        Body::Standard(_) => "body",
    };
    line.child(Line::new(word).block(function.body.text()))
}

fn number_literal(text: &str) -> Literal {
    match text.parse() {
        Ok(number) => Literal::Integer(number),
        Err(_) => Literal::Decimal(text.to_owned()),
    }
}
