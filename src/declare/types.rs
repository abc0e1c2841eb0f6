//! The type of a column as it is declared: a declared type, a portable type, the engine's own text, or `(sql)"…"`.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::kinds::multirange_name;
use crate::catalog::{DataType, Kind, ObjectId, QName};
use crate::dialect::{Engine, Literal};

use super::fields::{Fields, Given};
use super::kinds::EnumDraft;
use super::reading::Reading;
use super::report::{UNKNOWN_TYPE, VALUE};
use super::text::Line;
use super::write::Writing;

/// The declared types by the texts that mean them.
#[derive(Debug, Default)]
pub(super) struct Types {
    enums: HashMap<String, Arc<EnumDraft>>,
    /// The type, and the name under which it is meant: a range has one more for several of it.
    others: HashMap<String, (ObjectId, QName)>,
}

impl Types {
    /// Takes in an enum.
    pub(super) fn insert(&mut self, engine: &dyn Engine, draft: &Arc<EnumDraft>) {
        for spelling in spellings(engine, &draft.name) {
            self.enums.entry(spelling).or_insert_with(|| Arc::clone(draft));
        }
    }

    /// Takes in another type. `several` is the name of what holds several ranges, where it is not the usual one.
    pub(super) fn insert_other(&mut self, engine: &dyn Engine, id: &ObjectId, several: Option<&QName>) {
        let Some(name) = id.qname() else { return };
        let usual = (id.kind == Kind::Range).then(|| multirange_name(name));
        for name in std::iter::once(name).chain(several.or(usual.as_ref())) {
            for spelling in spellings(engine, name) {
                let entry = self.others.entry(spelling);
                entry.or_insert_with(|| (id.clone(), name.clone()));
            }
        }
    }

    /// How the type may be written, the shortest first.
    pub(super) fn spellings_of(&self, id: &ObjectId) -> Vec<&str> {
        let of = self.others.iter().filter(|(_, (other, _))| other == id);
        let mut found: Vec<&str> = of.map(|(spelling, _)| spelling.as_str()).collect();
        found.sort_by_key(|spelling| (spelling.len(), *spelling));
        found
    }

    /// The enum that `spelling` means.
    pub(super) fn get(&self, spelling: &str) -> Option<&Arc<EnumDraft>> {
        self.enums.get(spelling)
    }

    /// The other type that `spelling` means, or is an array of.
    fn other(&self, spelling: &str) -> Option<(&(ObjectId, QName), bool)> {
        let whole = self.others.get(spelling).map(|found| (found, false));
        whole.or_else(|| Some((self.others.get(spelling.strip_suffix("[]")?)?, true)))
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.enums.keys().chain(self.others.keys()).map(String::as_str)
    }
}

/// How a name in a schema may be written, the shortest first.
pub(super) fn spellings(engine: &dyn Engine, name: &QName) -> Vec<String> {
    let bare = name.name.text().to_owned();
    match &name.schema {
        Some(schema) if Some(schema) == engine.default_schema().as_ref() => {
            vec![bare.clone(), format!("{schema}.{bare}")]
        }
        Some(schema) => vec![format!("{schema}.{bare}")],
        None => vec![bare],
    }
}

/// A type that was understood.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    /// The type in the catalog.
    pub data_type: DataType,
    /// The enum it is made of.
    pub of_enum: Option<Arc<EnumDraft>>,
    /// Whether it is an array of that enum.
    pub array: bool,
}

impl Default for Typed {
    fn default() -> Self {
        Self::builtin(String::new())
    }
}

impl Typed {
    fn builtin(text: String) -> Self {
        Self {
            data_type: DataType::builtin(text),
            of_enum: None,
            array: false,
        }
    }
}

/// What a type text means, or the type it looks like a slip of.
pub(super) fn interpret<'e>(
    engine: &'static dyn Engine,
    types: &'e Types,
    text: &str,
) -> Result<Typed, &'e str> {
    let (base, array) = match text.strip_suffix("[]") {
        Some(base) => (base, true),
        None => (text, false),
    };
    let found = match types.get(text) {
        Some(found) => Some((found, false)),
        None => types.get(base).map(|found| (found, array)),
    };
    if let Some((found, array)) = found {
        let text = engine.enum_type(&found.name, array);
        let data_type = if engine.rules(Kind::Enum).is_some() {
            DataType::user(text, ObjectId::qualified(Kind::Enum, found.name.clone()))
        } else {
            DataType::builtin(text)
        };
        return Ok(Typed {
            data_type,
            of_enum: Some(Arc::clone(found)),
            array,
        });
    }
    if let Some(((id, name), array)) = types.other(text)
        && engine.rules(id.kind).is_some()
    {
        return Ok(Typed {
            data_type: DataType::user(engine.enum_type(name, array), id.clone()),
            of_enum: None,
            array,
        });
    }
    match slip(engine, types, text) {
        Some(meant) => Err(meant),
        None => Ok(Typed::builtin(engine.data_type(text))),
    }
}

/// The known type, declared enum or domain that the text looks like a slip of.
fn slip<'e>(engine: &'static dyn Engine, types: &'e Types, text: &str) -> Option<&'e str> {
    let base = text.split(['(', '[']).next().unwrap_or_default().trim();
    let known = engine.known_types();
    let same = |name: &&str| name.eq_ignore_ascii_case(base);
    // `float8` and `int2` are names of their own, not slips of `float` and `int`.
    if base.is_empty() || known.iter().any(same) || base.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let folded = base.to_lowercase();
    let limit = if folded.chars().count() < 6 { 1 } else { 2 };
    let first = folded.chars().next();
    let distance = |name: &str| strsim::osa_distance(&folded, &name.to_lowercase());
    // Of two spellings, the one that is written the way the author writes.
    let shouts = |name: &str| name.contains(|c: char| c.is_ascii_uppercase());
    let mut candidates: Vec<(usize, bool, &str)> = known
        .iter()
        .copied()
        .filter(|name| name.to_lowercase().chars().next() == first)
        .chain(types.names())
        .map(|name| (distance(name), shouts(name) != shouts(base), name))
        .filter(|(distance, _, _)| *distance <= limit)
        .collect();
    candidates.sort_unstable();
    candidates.first().map(|(_, _, name)| *name)
}

/// Reads the type that stands behind the name; without one, `message` and `help` are reported at the node.
pub(super) fn read_argument<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    message: String,
    help: String,
) -> Typed {
    let Some(entry) = fields.argument() else {
        fields.missing(message, help);
        return Typed::default();
    };
    let given = Given {
        value: &entry.value,
        span: fields.at(&entry.range),
    };
    read(reading, &given).unwrap_or_default()
}

/// Adds a property that is a type.
pub(super) fn property(writing: &Writing<'_>, line: Line, name: &str, data_type: &DataType) -> Line {
    match writing.type_text(data_type) {
        Some(text) => line.property(name, &text),
        None => line.literal_property(name, &Literal::Sql(data_type.text.to_string())),
    }
}

/// Reads a type.
pub(super) fn read(reading: &Reading<'_>, given: &Given<'_>) -> Option<Typed> {
    match given.value {
        Literal::Sql(text) => Some(Typed::builtin(text.clone())),
        Literal::Text(text) => match interpret(reading.engine, &reading.types, text) {
            Ok(typed) => Some(typed),
            Err(meant) => {
                let arguments = text.find(['(', '[']).map_or("", |at| &text[at..]);
                reading.report.error_with(
                    UNKNOWN_TYPE,
                    given.span.clone(),
                    format!("unknown column type `{text}`"),
                    format!("did you mean `{meant}{arguments}`? A type of that very name is written (sql)\"{text}\""),
                );
                None
            }
        },
        _ => {
            reading.report.error_with(
                VALUE,
                given.span.clone(),
                "the type of a column is a text",
                "such as bigint or \"varchar(64)\"",
            );
            None
        }
    }
}
