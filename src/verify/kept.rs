//! Whether rows came through: what was in the tables before, against what is in them after.
//!
//! In: two looks at a database, and which column of the one is which of the other. Out: what is missing or was changed,
//! and what could not be compared. Must not: judge by the plan; only the two states and their rows count.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::expr::{has_literal, mentions};
use crate::catalog::kinds::{Check, Column, EnumType, ForeignKey, Function, PrimaryKey, Rows, Trigger};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, Payload as _, QName};
use crate::diagnostic::Diagnostic;
use crate::dialect::sql::text_literal;
use crate::dialect::{EngineError, Server, Session};

use super::Mapping;
use super::rows;

/// How many differences of a table are told.
const TOLD: usize = 3;

/// The literals of a row.
type Row = Vec<Arc<str>>;

/// The rows of some tables at one time.
pub type Look = BTreeMap<QName, Seen>;

/// The rows of one table at one time.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    columns: Vec<Ident>,
    rows: Vec<Row>,
}

impl Seen {
    /// How many there were.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there was none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// Reads the rows of these tables; one that the state does not have is left out.
pub async fn look(
    session: &mut dyn Session,
    state: &Catalog,
    tables: impl IntoIterator<Item = &QName>,
) -> Result<Look, EngineError> {
    let walk = Walk::new(state);
    let mut out = Look::new();
    for table in tables {
        if !state.contains(&ObjectId::table(table.clone())) || state.is_foreign(table) {
            continue;
        }
        let columns = walk.members_of::<Column>(table);
        let columns: Vec<Ident> = columns.filter_map(|(id, _)| id.name().cloned()).collect();
        let rows = rows::cells(session, table, &columns).await?;
        out.insert(table.clone(), Seen { columns, rows });
    }
    Ok(out)
}

/// How many rows a look has seen.
pub fn count(look: &Look) -> usize {
    look.values().map(Seen::len).sum()
}

/// What is compared: the states at both ends, and what a table of the first is called when it is looked at again.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// The server.
    pub server: &'a Server,
    /// The state of the first look.
    pub from: &'a Catalog,
    /// The other state; what it does not have is gone, there and back.
    pub to: &'a Catalog,
    /// Which object of the one is which of the other.
    pub mapping: &'a Mapping,
    /// The names in each statement that is meant to change rows.
    pub written: &'a [Vec<String>],
    /// Whether the second look is at the first state again, after the way there and back.
    pub is_back: bool,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub struct Kept {
    /// Rows and values that are not there any more.
    pub lost: Vec<Diagnostic>,
    /// What could not be compared, one phrase each.
    pub open: BTreeSet<String>,
}

/// A column that both looks have.
struct Pair {
    before: usize,
    after: usize,
    /// The types of a value that was made another by the way; it is the same if the engine makes the same of it.
    widened: Option<(Arc<str>, Arc<str>)>,
    /// NULL may have become a value: the column is required now.
    is_filled: bool,
    /// The literals that are called otherwise now.
    renamed: HashMap<Arc<str>, Arc<str>>,
}

impl Pair {
    /// What stands in the second look for a value that is kept.
    fn expected<'s>(&'s self, row: &'s Row) -> &'s Arc<str> {
        let was = &row[self.before];
        self.renamed.get(was).unwrap_or(was)
    }
}

impl Comparison<'_> {
    /// Compares two looks; `way` is what lies between them, in words. What an engine makes of a value is asked of `session`.
    pub async fn kept(
        &self,
        before: &Look,
        after: &Look,
        way: &str,
        session: &mut dyn Session,
    ) -> Result<Kept, EngineError> {
        let mut out = Kept::default();
        for (table, seen) in before {
            let Some(now) = self.mapping.table(table) else {
                continue;
            };
            let Some(found) = after.get(if self.is_back { table } else { now }) else {
                continue;
            };
            let pairs = self.pairs(table, seen, found, &mut out.open);
            let mut differing = Vec::new();
            for (row, other) in self.matched(table, seen, found, &pairs) {
                let Some(other) = other else {
                    differing.push(format!(
                        "row {} of {table} is not there after the {way}",
                        self.named(table, seen, row)
                    ));
                    continue;
                };
                for pair in &pairs {
                    let (was, is) = (pair.expected(row), &other[pair.after]);
                    if was == is || (pair.is_filled && &**was == "NULL") {
                        continue;
                    }
                    if self.is_renamed_value(table, &seen.columns[pair.before], was) {
                        out.open.insert(format!(
                            "values of {table}.{} that the other state does not have",
                            seen.columns[pair.before]
                        ));
                        continue;
                    }
                    if let Some((from, to)) = &pair.widened
                        && same_as(session, was, is, from, to).await?
                    {
                        continue;
                    }
                    differing.push(format!(
                        "column {} of row {} of {table} was {was}, and is {is} after the {way}",
                        seen.columns[pair.before],
                        self.named(table, seen, row)
                    ));
                }
            }
            match self.excuse(table, now) {
                Some(excuse) if !differing.is_empty() => {
                    out.open.insert(format!("rows of {table} ({excuse})"));
                }
                _ => out.lost.extend(losses(&differing)),
            }
        }
        Ok(out)
    }

    fn pairs(&self, table: &QName, seen: &Seen, found: &Seen, open: &mut BTreeSet<String>) -> Vec<Pair> {
        let mut out = Vec::new();
        for (at, name) in seen.columns.iter().enumerate() {
            let id = ObjectId::column(table, name.clone());
            let Some(now) = self.mapping.column(table, name) else {
                continue;
            };
            let (Some(was), Some(is)) = (self.from.payload::<Column>(&id), self.to.payload::<Column>(now))
            else {
                continue;
            };
            let wanted = if self.is_back { Some(name) } else { now.name() };
            let Some(after) = found.columns.iter().position(|column| Some(column) == wanted) else {
                continue;
            };
            // What is computed is as good as what it is computed from.
            if was.generated != is.generated {
                continue;
            }
            let (from, to) = (&was.data_type, &is.data_type);
            let same = from.text == to.text || self.is_renamed_type(from.user.as_ref(), to.user.as_ref());
            if !same && !self.server.engine().widens(&from.text, &to.text) {
                open.insert(format!("values of {table}.{name} ({from} becomes {to})"));
                continue;
            }
            let renamed = self.renamed_values(was);
            // Inside of others they are no literals: neither is a row found by them, nor can they be held against each other.
            if !renamed.is_empty() && from.text.ends_with("[]") {
                open.insert(format!(
                    "values of {table}.{name} that hold ones with another name"
                ));
                continue;
            }
            out.push(Pair {
                before: at,
                after,
                widened: (!same && !self.is_back).then(|| (Arc::clone(&from.text), Arc::clone(&to.text))),
                is_filled: was.nullable && !is.nullable,
                renamed,
            });
        }
        out
    }

    /// The values of the column's type that are called otherwise in the second look.
    fn renamed_values(&self, column: &Column) -> HashMap<Arc<str>, Arc<str>> {
        let of = column.data_type.user.as_ref().filter(|_| !self.is_back);
        let values = of.and_then(|of| self.mapping.values(of)).into_iter().flatten();
        let literal = |value: &Arc<str>| Arc::from(text_literal(value));
        values.map(|(was, is)| (literal(was), literal(is))).collect()
    }

    /// Whether a type of the user's is the same under another name: its values are texts of the same kind.
    fn is_renamed_type(&self, from: Option<&ObjectId>, to: Option<&ObjectId>) -> bool {
        let (Some(from), Some(to)) = (from, to) else {
            return false;
        };
        from.kind == to.kind && !self.to.contains(from) && self.from.get(from) == self.to.get(to)
    }

    /// Whether the state after has no such value: an enum or a check that names its values has others now.
    fn is_renamed_value(&self, table: &QName, column: &Ident, was: &str) -> bool {
        let id = ObjectId::column(table, column.clone());
        let values = |state: &Catalog, id: Option<&ObjectId>| {
            let user = state.payload::<Column>(id?)?.data_type.user.clone()?;
            Some(state.payload::<EnumType>(&user)?.values.clone())
        };
        let now = self.mapping.column(table, column);
        if let (Some(before), Some(after)) = (values(self.from, Some(&id)), values(self.to, now)) {
            return before != after && after.iter().all(|value| text_literal(value) != was);
        }
        let named = |state: &Catalog, table: &QName| {
            let mut checks = state.of_kind::<Check>();
            checks.any(|(id, check)| id.relation() == Some(table) && has_literal(check.expr.text(), was))
        };
        let after = self.mapping.table(table);
        was != "NULL" && named(self.from, table) && after.is_some_and(|after| !named(self.to, after))
    }

    /// Each row with what has become of it: by the key, where that is compared, and by all that is compared elsewhere.
    fn matched<'s>(
        &self,
        table: &QName,
        seen: &'s Seen,
        found: &'s Seen,
        pairs: &[Pair],
    ) -> Vec<(&'s Row, Option<&'s Row>)> {
        let key = self.key(table, seen);
        let in_key: Vec<&Pair> = key
            .iter()
            .filter_map(|at| {
                pairs
                    .iter()
                    .find(|pair| pair.before == *at && pair.widened.is_none())
            })
            .collect();
        let by: Vec<&Pair> = if !key.is_empty() && in_key.len() == key.len() {
            in_key
        } else {
            pairs
                .iter()
                .filter(|pair| pair.widened.is_none() && !pair.is_filled)
                .collect()
        };
        // Where every column is made another, the order in which rows are read says nothing: most values keep their spelling.
        let by: Vec<&Pair> = if by.is_empty() {
            let is_key = |pair: &&Pair| key.is_empty() || key.contains(&pair.before);
            let keyed: Vec<&Pair> = pairs.iter().filter(is_key).collect();
            if keyed.is_empty() {
                pairs.iter().collect()
            } else {
                keyed
            }
        } else {
            by
        };
        let mut left: HashMap<Vec<&str>, Vec<&Row>> = HashMap::new();
        for row in found.rows.iter().rev() {
            let cells = by.iter().map(|pair| &*row[pair.after]).collect();
            left.entry(cells).or_default().push(row);
        }
        let matched = seen.rows.iter().map(|row| {
            let cells: Vec<&str> = by.iter().map(|pair| &**pair.expected(row)).collect();
            let other = left.get_mut(&cells).and_then(Vec::pop);
            (row, other)
        });
        matched.collect()
    }

    /// Where the columns of the primary key stand.
    fn key(&self, table: &QName, seen: &Seen) -> Vec<usize> {
        let mut keys = self.from.of_kind::<PrimaryKey>();
        let key = keys.find(|(id, _)| id.relation() == Some(table));
        let columns = key.map_or(&[][..], |(_, key)| &key.columns);
        columns
            .iter()
            .filter_map(|name| seen.columns.iter().position(|column| column == name))
            .collect()
    }

    /// A row as a person finds it: by its key, or by its first values.
    fn named(&self, table: &QName, seen: &Seen, row: &[Arc<str>]) -> String {
        let mut places = self.key(table, seen);
        if places.is_empty() {
            places = (0..seen.columns.len().min(3)).collect();
        }
        let cells: Vec<String> = places
            .into_iter()
            .map(|at| format!("{}={}", seen.columns[at], row[at]))
            .collect();
        cells.join(", ")
    }

    /// Why a difference may be meant: a trigger writes the rows of the table, or declared rows take others along.
    fn excuse(&self, table: &QName, now: &QName) -> Option<String> {
        let sides = [(self.from, table), (self.to, now)];
        if let Some(trigger) = sides.iter().find_map(|(state, table)| writer(state, table)) {
            return Some(format!("{trigger} may have written them"));
        }
        let is_written = |names: &&Vec<String>| {
            [table, now]
                .iter()
                .any(|table| names.iter().any(|name| name == table.name.text()))
        };
        if self.written.iter().any(|names| is_written(&names)) {
            return Some("a statement of the revision writes them".to_owned());
        }
        let declared = |table: &QName| {
            let id = ObjectId::on(Kind::Rows, ObjectId::table(table.clone()));
            let before = self.from.get(&id).and_then(Rows::of);
            before.is_some() && before != self.to.get(&id).and_then(Rows::of)
        };
        let mut keys = self.from.of_kind::<ForeignKey>();
        let parent = keys.find(|(id, key)| id.relation() == Some(table) && declared(&key.table));
        parent.map(|(_, key)| format!("they refer to declared rows of {}", key.table))
    }
}

/// A trigger that may write a table: its own, or one whose text names it.
fn writer<'a>(state: &'a Catalog, table: &QName) -> Option<&'a ObjectId> {
    let names = |text: &str| mentions(text).iter().any(|name| name == table.name.text());
    let of_functions = state
        .of_kind::<Function>()
        .any(|(_, function)| names(function.body.text()));
    state
        .of_kind::<Trigger>()
        .find(|(id, _)| {
            let texts = state
                .get(id)
                .map(|trigger| trigger.texts().iter().any(|text| names(text)));
            id.relation() == Some(table) || of_functions || texts.unwrap_or_default()
        })
        .map(|(id, _)| id)
}

/// Whether the engine makes of the value before what is there now.
async fn same_as(
    session: &mut dyn Session,
    was: &str,
    is: &str,
    from: &str,
    to: &str,
) -> Result<bool, EngineError> {
    let engine = session.server().engine();
    let converted = engine.typed(&engine.typed(was, from), to);
    let sql = format!("SELECT {} = {}", converted, engine.typed(is, to));
    match session.query(&sql).await {
        Ok(rows) => {
            let answer = rows.into_iter().flatten().flatten().next();
            Ok(matches!(answer.as_deref(), Some("t" | "1")))
        }
        Err(error) if rows::is_refusal(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What is told of a table: a few of its rows, and how many more there are.
fn losses(differing: &[String]) -> Vec<Diagnostic> {
    let told = differing.iter().take(TOLD).enumerate();
    told.map(|(at, message)| match differing.len().saturating_sub(TOLD) {
        more @ 1.. if at + 1 == TOLD => loss(&format!("{message} (and {more} more)")),
        _ => loss(message),
    })
    .collect()
}

fn loss(message: &str) -> Diagnostic {
    Diagnostic::error("RC0650", format!("not every value is kept: {message}"))
        .help("the rows were made up for the trial, nothing was written; if no trigger or function of yours does this, it is a defect of reconcile: please report it with `reconcile diff --format sql`")
}
