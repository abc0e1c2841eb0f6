//! Names and expressions as the engine reads them.

use super::model::{Condition, Default, Id, Index, Key, Model, Named, PUBLIC, View};
use super::types::{Family, Type};

/// A name in SQL, quoted where it has to be.
pub(super) fn quoted(name: &str) -> String {
    if name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

impl Model {
    /// Everything with a name and the schema in which it lies.
    fn everything(&self) -> impl Iterator<Item = (&Named, Id)> {
        let enums = self.enums.iter().map(|one| (&one.named, one.schema));
        let domains = self.domains.iter().map(|one| (&one.named, one.schema));
        let composites = self.composites.iter().map(|one| (&one.named, one.schema));
        let sequences = self.sequences.iter().map(|one| (&one.named, one.schema));
        let functions = self.functions.iter().map(|one| (&one.named, one.schema));
        let tables = self.tables.iter().map(|one| (&one.named, one.schema));
        let views = self.views.iter().map(|one| (&one.named, one.schema));
        let extras = self.extras.iter().map(|one| (&one.named, one.schema));
        let first = enums
            .chain(domains)
            .chain(composites)
            .chain(sequences)
            .chain(extras);
        first.chain(functions).chain(tables).chain(views)
    }

    /// The name and the schema of something.
    pub(super) fn place(&self, id: Id) -> Option<(&str, Id)> {
        let found = self.everything().find(|(named, _)| named.id == id);
        found.map(|(named, schema)| (named.name.as_str(), schema))
    }

    pub(super) fn plain_name(&self, schema: Id) -> &str {
        let found = self.schemas.iter().find(|one| one.named.id == schema);
        found.map_or("public", |one| one.named.name.as_str())
    }

    /// The name of something in SQL, with its schema unless that is `public`.
    pub(super) fn sql_name(&self, id: Id) -> String {
        let Some((name, schema)) = self.place(id) else {
            return String::new();
        };
        self.sql_name_in(schema, name)
    }

    /// A name in a schema in SQL.
    pub(super) fn sql_name_in(&self, schema: Id, name: &str) -> String {
        if schema == PUBLIC {
            quoted(name)
        } else {
            format!("{}.{}", quoted(self.plain_name(schema)), quoted(name))
        }
    }

    /// The name of something in SQL, always with its schema: in the body of a function that an index calls, the engine looks
    /// nowhere else (since 17).
    pub(super) fn full_name(&self, id: Id) -> String {
        match self.place(id) {
            Some((name, PUBLIC)) => format!("public.{}", quoted(name)),
            _ => self.sql_name(id),
        }
    }

    /// The name of something as declarations refer to it.
    pub(super) fn reference(&self, id: Id) -> String {
        let Some((name, schema)) = self.place(id) else {
            return String::new();
        };
        if schema == PUBLIC {
            name.to_owned()
        } else {
            format!("{}.{name}", self.plain_name(schema))
        }
    }

    /// A condition, the columns of which are called as `column` says.
    pub(super) fn condition(
        &self,
        condition: &Condition,
        columns: &[(Id, String, Type)],
        before: &str,
    ) -> String {
        let Some((_, name, of)) = columns.iter().find(|(id, ..)| *id == condition.column) else {
            return "true".to_owned();
        };
        let name = format!("{before}{}", quoted(name));
        let number = condition.number;
        let text = match (condition.function, self.family(*of)) {
            (Some(function), Family::Enum) => format!("{}({name}) <> 'x{number}'", self.sql_name(function)),
            (Some(function), _) => format!("{}({name}) <> {number}", self.sql_name(function)),
            // True for every value that there is.
            (None, Family::Enum) if matches!(of, Type::Enum(_)) => {
                format!("{name} >= {}", self.value(*of, 0))
            }
            (None, Family::Boolean | Family::Composite | Family::Json | Family::Enum | Family::Enums) => {
                format!("{name} IS DISTINCT FROM NULL OR {number} > 0")
            }
            (None, _) => format!("{name} <> {}", self.value(*of, number)),
        };
        if condition.or_null {
            format!("{name} IS NULL OR {text}")
        } else {
            text
        }
    }

    /// What is computed for a key of an index.
    pub(super) fn computed(&self, key: &Key, name: &str, of: Type) -> String {
        let name = quoted(name);
        match (key.function, self.family(of)) {
            (Some(function), _) => format!("{}({name})", self.sql_name(function)),
            (None, Family::Text) => format!("lower({name})"),
            (None, Family::Integer) => format!("{name} + 1"),
            (None, _) => format!("{name} IS NULL"),
        }
    }

    pub(super) fn default(&self, default: &Default, of: Type) -> Option<String> {
        Some(match default {
            Default::None => return None,
            Default::Value(at) => self.value(of, *at),
            Default::Call(id) => match self.function(*id).map(|function| &function.body) {
                Some(super::model::Body::Count(_)) => format!("{}()", self.sql_name(*id)),
                _ => format!("{}(1)", self.sql_name(*id)),
            },
            Default::Next(id) => format!("nextval('{}'::regclass)", self.sql_name(*id)),
            Default::Now => "now()".to_owned(),
        })
    }

    /// The query of a view.
    pub(super) fn query(&self, view: &View) -> String {
        let own = self.columns(view.base);
        let others = view.joined.map(|joined| self.columns(joined)).unwrap_or_default();
        let shown = view.columns.iter().filter_map(|shown| {
            let is_own = own.iter().any(|(id, ..)| *id == shown.source);
            let mut all = own.iter().chain(&others);
            let (_, name, _) = all.find(|(id, ..)| *id == shown.source)?;
            let name = format!("{}.{}", if is_own { "b" } else { "j" }, quoted(name));
            let name = match shown.function {
                Some(function) => format!("{}({name})", self.sql_name(function)),
                None => name,
            };
            Some(format!("{name} AS {}", quoted(&shown.named.name)))
        });
        let shown: Vec<String> = shown.collect();
        let mut query = format!("SELECT {} FROM {} b", shown.join(", "), self.sql_name(view.base));
        if let Some(joined) = view.joined {
            query.push_str(&format!(" LEFT JOIN {} j ON true", self.sql_name(joined)));
        }
        if let Some(condition) = &view.condition {
            query.push_str(&format!(" WHERE {}", self.condition(condition, &own, "b.")));
        }
        if view.grouped
            && let Some((_, name, _)) = own.iter().find(|(id, ..)| Some(*id) == self.only_key(view.base))
        {
            query.push_str(&format!(" GROUP BY b.{}", quoted(name)));
        }
        query
    }

    /// Whether an index has what only a b-tree can.
    pub(super) fn is_hash(index: &Index) -> bool {
        index.hash && index.keys.len() == 1 && !index.unique && index.include.is_none()
    }
}
