//! `storage fillfactor=70 tablespace=fast`, below a table, a column, an index, a primary key or a unique constraint.
//!
//! What is not a word of ours is a parameter of the engine under its own name.

use std::sync::Arc;

use crate::catalog::kinds::{ReplicaIdentity, Storage, StorageMode};
use crate::catalog::{Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, VALUE};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::dialect::Literal;

use super::options;

/// The node.
const NODE: &str = "storage";

const MODES: &[(&str, StorageMode)] = &[
    ("plain", StorageMode::Plain),
    ("external", StorageMode::External),
    ("extended", StorageMode::Extended),
    ("main", StorageMode::Main),
];

/// Whether a row is told as a whole, or by nothing.
const IDENTITIES: &[(&str, bool)] = &[("full", true), ("nothing", false)];

/// Reads the child of an object of this kind, and puts what it says among the other things that are said of the object.
pub(super) fn read<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, of: Kind) {
    let Some(node) = fields.only_child(NODE) else {
        return;
    };
    let mut child = fields.child(node);
    let span = child.span();
    let mut storage = Storage::NONE;
    match of {
        Kind::Column => read_column(&mut child, &mut storage),
        Kind::Table => read_table(reading, &mut child, &mut storage),
        _ => read_index(&mut child, &mut storage),
    }
    if of != Kind::Column {
        storage.tablespace = child
            .text("tablespace")
            .map(|text| reading.engine.ident(text.text));
    }
    storage.parameters = read_parameters(reading, &mut child);
    child.finish("`storage`");
    if reading.has(Kind::Storage, span.clone()) && storage != Storage::NONE {
        fields.say(storage.into(), span);
    }
}

/// What is left of a node: names that are the engine's, and their values, by name.
pub(super) fn read_parameters<'n>(
    reading: &Reading<'n>,
    child: &mut Fields<'n>,
) -> Vec<(Arc<str>, Arc<str>)> {
    let mut found: Vec<(Arc<str>, Arc<str>)> = Vec::new();
    for (name, value, span) in child.others() {
        let Some(value) = options::plain(value) else {
            let message = format!("`{name}` is a number, a text, #true or #false");
            reading.report.error(VALUE, span, message);
            continue;
        };
        found.push((Arc::from(name), Arc::from(value)));
    }
    found.sort();
    found
}

fn read_column(child: &mut Fields<'_>, storage: &mut Storage) {
    let word = child.argument().and_then(|entry| child.text_of(entry));
    storage.mode = word.and_then(|word| child.choose("storage", &word, MODES));
    storage.compression = child.text("compression").map(|text| Arc::from(text.text));
    let statistics = child.integer("statistics");
    storage
        .statistics
        .extend(statistics.and_then(|count| Some((0, i32::try_from(count).ok()?))));
}

fn read_table(reading: &Reading<'_>, child: &mut Fields<'_>, storage: &mut Storage) {
    let word = child.choice("replica-identity", IDENTITIES);
    let index = child.text("replica-identity-index");
    if word.is_some() && index.is_some() {
        let message = "a row is told by one thing: replica-identity or replica-identity-index";
        reading.report.error(CONTRADICTION, child.span(), message);
    }
    storage.replica_identity = match (word, index) {
        (Some(true), _) => ReplicaIdentity::Full,
        (Some(false), _) => ReplicaIdentity::Nothing,
        (None, Some(index)) => ReplicaIdentity::Index(reading.engine.ident(index.text)),
        (None, None) => ReplicaIdentity::PrimaryKey,
    };
    storage.cluster_on = child
        .text("cluster-on")
        .map(|text| reading.engine.ident(text.text));
}

/// `statistics COLUMN COUNT`, once for each key that is an expression.
fn read_index(child: &mut Fields<'_>, storage: &mut Storage) {
    for node in child.children("statistics") {
        let mut line = child.child(node);
        let numbers: Vec<i32> = line
            .arguments()
            .into_iter()
            .filter_map(|entry| match entry.value {
                Literal::Integer(number) => i32::try_from(number).ok(),
                _ => None,
            })
            .collect();
        match (numbers.as_slice(), line.arguments().len()) {
            ([column, count], 0) if *column > 0 => {
                let column = u16::try_from(*column).unwrap_or(u16::MAX);
                storage.statistics.push((column, *count));
            }
            _ => line.missing(
                "`statistics` takes the number of a key of the index, and how finely its values are counted",
                "write `statistics 1 500`",
            ),
        }
        line.finish("`statistics`");
    }
    storage.statistics.sort_unstable();
}

/// The child, if anything is said about the storage of `id`.
pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, line: Line) -> Line {
    let Some(storage) = writing.said::<Storage>(Kind::Storage, id) else {
        return line;
    };
    let mut child = Line::new(NODE);
    if let Some(mode) = storage.mode
        && let Some((word, _)) = MODES.iter().find(|(_, value)| *value == mode)
    {
        child = child.argument(word);
    }
    if let Some(tablespace) = &storage.tablespace {
        child = child.property("tablespace", tablespace.text());
    }
    child = match &storage.replica_identity {
        ReplicaIdentity::PrimaryKey => child,
        ReplicaIdentity::Full => child.property("replica-identity", "full"),
        ReplicaIdentity::Nothing => child.property("replica-identity", "nothing"),
        ReplicaIdentity::Index(name) => child.property("replica-identity-index", name.text()),
    };
    if let Some(name) = &storage.cluster_on {
        child = child.property("cluster-on", name.text());
    }
    if let Some(method) = &storage.compression {
        child = child.property("compression", method);
    }
    for (column, count) in &storage.statistics {
        let count = Literal::Integer((*count).into());
        child = if *column == 0 {
            child.literal_property("statistics", &count)
        } else {
            let column = Literal::Integer((*column).into());
            child.child(Line::new("statistics").literal(&column).literal(&count))
        };
    }
    line.child(write_parameters(child, &storage.parameters))
}

/// The names and values as properties.
pub(super) fn write_parameters(line: Line, parameters: &[(Arc<str>, Arc<str>)]) -> Line {
    parameters.iter().fold(line, |line, (name, value)| {
        line.literal_property(name, &options::literal(value))
    })
}
