//! A catalog as declarations, with the names that things had in another one.

use super::model::{Body, Function, Id, Model, Named, PUBLIC, Part, ROLES, Said, Schema, Table, View, Way};
use super::types::{PLAIN, Type};

/// A text as a value of the language.
pub(super) fn q(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// What is written, and what it was before.
pub(super) struct Writer<'a> {
    pub(super) model: &'a Model,
    pub(super) before: &'a Model,
    pub(super) out: String,
}

pub(super) fn declarations(model: &Model, before: &Model) -> String {
    let mut writer = Writer {
        model,
        before,
        out: String::new(),
    };
    model.schemas.iter().for_each(|one| writer.schema(one));
    writer.types();
    for one in &model.sequences {
        let cycle = if one.cycle { " cycle" } else { "" };
        let head = format!(
            "sequence {}{cycle} increment={} cache={}",
            writer.head(one.named.id),
            one.increment,
            one.cache
        );
        writer.object(&head, &one.said, &[]);
    }
    model.functions.iter().for_each(|one| writer.function(one));
    model.extras.iter().for_each(|one| writer.extra(one));
    model.tables.iter().for_each(|one| writer.table(one));
    model.views.iter().for_each(|one| writer.view(one));
    writer.out
}

impl Writer<'_> {
    /// Name, schema, and what it was called.
    pub(super) fn head(&self, id: Id) -> String {
        let Some((name, schema)) = self.model.place(id) else {
            return String::new();
        };
        let mut out = q(name);
        if schema != PUBLIC {
            out.push_str(&format!(" schema={}", q(self.model.plain_name(schema))));
        }
        if let Some((old, was_in)) = self.before.place(id)
            && (old != name || was_in != schema)
        {
            let there = self.model.schemas.iter().any(|one| one.named.id == was_in);
            // Schemas are renamed first.
            let model = if there { self.model } else { self.before };
            let was = if was_in == PUBLIC {
                old.to_owned()
            } else {
                format!("{}.{old}", model.plain_name(was_in))
            };
            out.push_str(&format!(" was={}", q(&was)));
        }
        out
    }

    /// The name of a part of something, and what it was called.
    pub(super) fn part(named: &Named, before: Option<&Named>) -> String {
        match before {
            Some(before) if before.name != named.name => {
                format!("{} was={}", q(&named.name), q(&before.name))
            }
            _ => q(&named.name),
        }
    }

    pub(super) fn said(said: &Said, managed: bool) -> (String, Vec<String>) {
        let comment = said
            .comment
            .map(|number| format!(" comment=\"it's {number}\""))
            .unwrap_or_default();
        let grants = said.grants.iter().filter(|_| managed).map(|grant| {
            let option = if grant.option { " with-grant-option" } else { "" };
            format!("grant {}{option} to={}", grant.privilege, ROLES[grant.role])
        });
        (comment, grants.collect())
    }

    pub(super) fn object(&mut self, head: &str, said: &Said, lines: &[String]) {
        let (comment, grants) = Self::said(said, self.model.grants);
        self.out.push_str(&format!("{head}{comment} {{\n"));
        for line in lines.iter().chain(&grants) {
            self.out
                .push_str(&format!("    {}\n", line.replace('\n', "\n    ")));
        }
        self.out.push_str("}\n");
    }

    fn schema(&mut self, schema: &Schema) {
        let before = self
            .before
            .schemas
            .iter()
            .find(|one| one.named.id == schema.named.id);
        let head = format!(
            "schema {}",
            Self::part(&schema.named, before.map(|one| &one.named))
        );
        if schema.named.id != PUBLIC {
            self.object(&head, &schema.said, &[]);
        } else if self.model.grants {
            // With a single right declared, all are managed, in both states.
            self.object(&head, &schema.said, &["grant usage to=rcn_owner".to_owned()]);
        }
    }

    fn types(&mut self) {
        for one in &self.model.enums {
            let before = self.before.enums.iter().find(|old| old.named.id == one.named.id);
            let lines: Vec<String> = one
                .values
                .iter()
                .map(|value| {
                    let old = before.and_then(|old| old.values.iter().find(|old| old.id == value.id));
                    format!("value {}", Self::part(value, old))
                })
                .collect();
            self.object(&format!("enum {}", self.head(one.named.id)), &one.said, &lines);
        }
        for one in &self.model.domains {
            let mut head = format!(
                "domain {} {}",
                self.head(one.named.id),
                q(&self.type_name(one.base))
            );
            if let Some(at) = one.default {
                head.push_str(&format!(" default=(sql){}", q(&self.model.value(one.base, at))));
            }
            if one.required {
                head.push_str(" not-null");
            }
            let checks = one.checks.iter().map(|(named, number)| {
                let value = self.model.value(one.base, *number);
                format!(
                    "check {} name={}",
                    q(&format!("VALUE <> {value}")),
                    q(&named.name)
                )
            });
            let checks: Vec<String> = checks.collect();
            self.object(&head, &one.said, &checks);
        }
        for one in &self.model.composites {
            let before = self
                .before
                .composites
                .iter()
                .find(|old| old.named.id == one.named.id);
            let attributes = one.attributes.iter().map(|(named, of)| {
                let old = before.and_then(|old| old.attributes.iter().find(|(old, _)| old.id == named.id));
                let name = Self::part(named, old.map(|(old, _)| old));
                format!("attribute {name} {}", q(&self.type_name(*of)))
            });
            let attributes: Vec<String> = attributes.collect();
            self.object(
                &format!("composite {}", self.head(one.named.id)),
                &one.said,
                &attributes,
            );
        }
    }

    pub(super) fn type_name(&self, of: Type) -> String {
        match of {
            Type::Plain(at) => PLAIN[at].0.to_owned(),
            Type::Enums(id) => format!("{}[]", self.model.reference(id)),
            Type::Enum(id) | Type::Domain(id) | Type::Composite(id) => self.model.reference(id),
        }
    }

    fn function(&mut self, of: &Function) {
        let argument = ["a", "b"][of.argument];
        let returns = self.model.sql_type(self.model.result(of.named.id));
        let (arguments, returns, body) = match &of.body {
            Body::Plus {
                number,
                through,
                standard,
            } => {
                let called = through.map_or(argument.to_owned(), |id| {
                    format!("{}({argument})", self.model.full_name(id))
                });
                let cast = if of.big { "::bigint" } else { "" };
                let text = format!("({called} + {number}){cast}");
                let body = if *standard {
                    format!("body {}", q(&format!("RETURN {text}")))
                } else {
                    format!("as {}", q(&format!("SELECT {text}")))
                };
                (format!("{argument} integer"), returns, body)
            }
            Body::Count(table) => {
                let text = format!("SELECT count(*) FROM {}", self.model.full_name(*table));
                (String::new(), returns, format!("as {}", q(&text)))
            }
            Body::Trigger(number) => {
                let text = format!("BEGIN PERFORM {number}; RETURN NEW; END");
                (String::new(), "trigger".to_owned(), format!("as {}", q(&text)))
            }
            Body::Label(id) => {
                let of = self.model.sql_type(Type::Enum(*id));
                (
                    format!("{argument} {of}"),
                    returns,
                    format!("as {}", q(&format!("SELECT {argument}::text"))),
                )
            }
        };
        let language = if returns == "trigger" { "plpgsql" } else { "sql" };
        let volatility = match of.body {
            Body::Count(_) => "stable",
            Body::Trigger(_) => "volatile",
            _ => "immutable",
        };
        let mut head = format!("function {}", self.head(of.named.id));
        if !arguments.is_empty() {
            head.push_str(&format!(" arguments={}", q(&arguments)));
        }
        head.push_str(&format!(
            " returns={} language={language} volatility={volatility}",
            q(&returns)
        ));
        if of.strict {
            head.push_str(" strict");
        }
        if let Some(cost) = of.cost {
            head.push_str(&format!(" cost={cost}"));
        }
        self.object(&head, &of.said, &[body]);
    }

    fn view(&mut self, view: &View) {
        let before = self.before.view(view.named.id);
        // One that becomes kept, or is so no longer, is another thing of the same name.
        let same = before.is_none_or(|before| before.kept == view.kept);
        let word = if view.kept { "materialized-view" } else { "view" };
        let mut head = self.head(view.named.id);
        if !same && let Some((bare, _)) = head.split_once(" was=") {
            head = bare.to_owned();
        }
        let mut lines = vec![format!("as {}", q(&self.model.query(view)))];
        for (named, column) in &view.indexes {
            let old = before
                .filter(|_| same)
                .and_then(|old| old.indexes.iter().find(|(old, _)| old.id == named.id));
            let shown = view.columns.iter().find(|shown| shown.named.id == *column);
            let name = named_as(named, old.map(|(old, _)| old));
            lines.push(format!(
                "index {} {name}",
                q(&shown.map(|shown| shown.named.name.clone()).unwrap_or_default())
            ));
        }
        for (named, function) in &view.triggers {
            let old = before
                .filter(|_| same)
                .and_then(|old| old.triggers.iter().find(|(old, _)| old.id == named.id));
            let function = q(&self.model.reference(*function));
            let title = trigger_name(named, old.map(|(old, _)| old), "");
            lines.push(format!(
                "trigger {title} {{ instead-of insert; execute {function}; }}"
            ));
        }
        let barrier = if view.barrier { " security-barrier" } else { "" };
        self.object(&format!("{word} {head}{barrier}"), &view.said, &lines);
    }

    fn table(&mut self, table: &Table) {
        let before = self.before.table(table.named.id);
        let mut head = format!("table {}", self.head(table.named.id));
        if table.unlogged {
            head.push_str(" unlogged");
        }
        if table.row_security {
            head.push_str(" row-security");
        }
        let mut lines: Vec<String> = Vec::new();
        if let Some(divided) = table.divided {
            let column = table.columns.iter().find(|column| column.named.id == divided.by);
            let way = match divided.way {
                Way::Range => "range",
                Way::List => "list",
                Way::Hash => "hash",
            };
            lines.extend(column.map(|column| format!("partition-by {way} {}", q(&column.named.name))));
        }
        for column in &table.columns {
            let old = before.and_then(|old| old.columns.iter().find(|old| old.named.id == column.named.id));
            lines.push(self.column(column, old, table));
        }
        for (named, comment, member) in &table.members {
            let old = before.and_then(|old| old.members.iter().find(|(old, ..)| old.id == named.id));
            lines.push(self.member((named, *comment, member), old.map(|(old, ..)| old), table));
        }
        if let Some(fillfactor) = table.fillfactor {
            lines.push(format!("storage fillfactor={fillfactor}"));
        }
        self.object(&head, &table.said, &lines);
        for part in &table.parts {
            let old = before.and_then(|old| old.parts.iter().find(|old| old.named.id == part.named.id));
            let schema = self.model.plain_name(table.schema);
            let mut head = format!("table {}", q(&part.named.name));
            if table.schema != PUBLIC {
                head.push_str(&format!(" schema={}", q(schema)));
            }
            // A part lies where its table lies, before and after.
            if let (Some(old), Some(before)) = (old, before)
                && (old.named.name != part.named.name || before.schema != table.schema)
            {
                let there = self.model.schemas.iter().any(|one| one.named.id == before.schema);
                let model = if there { self.model } else { self.before };
                let schema = model.plain_name(before.schema);
                let name = &old.named.name;
                let was = if before.schema == PUBLIC {
                    name.clone()
                } else {
                    format!("{schema}.{name}")
                };
                head.push_str(&format!(" was={}", q(&was)));
            }
            let mut lines = vec![self.tie(part, table)];
            if let Some(own) = &part.own {
                let old = old.and_then(|old| old.own.as_ref());
                lines.push(self.column(own, old, table));
            }
            let said = Said {
                comment: part.comment,
                grants: Vec::new(),
            };
            self.object(&head, &said, &lines);
        }
    }

    /// What a part is of its table.
    fn tie(&self, part: &Part, table: &Table) -> String {
        let parent = q(&self.model.reference(table.named.id));
        let bounds = match (table.divided.map(|divided| divided.way), part.from) {
            (None, _) => return format!("inherits {parent}"),
            (_, None) => "default".to_owned(),
            (Some(Way::Range), Some(from)) => {
                format!("from={from} to={}", from + if part.narrow { 50 } else { 100 })
            }
            (Some(Way::List), Some(from)) => {
                let more = if part.narrow {
                    String::new()
                } else {
                    format!(" {}", from + 50)
                };
                format!("{{ values {from} {} {}{more}; }}", from + 1, from + 2)
            }
            (Some(Way::Hash), Some(from)) => format!("modulus=5 remainder={}", from / 100),
        };
        format!("partition-of {parent} {bounds}")
    }
}

/// `name=a was=b`
pub(super) fn named_as(named: &Named, old: Option<&Named>) -> String {
    let was = old
        .filter(|old| old.name != named.name)
        .map(|old| format!(" was={}", q(&old.name)));
    format!("name={}{}", q(&named.name), was.unwrap_or_default())
}

/// The same for what has its name in the first place.
pub(super) fn trigger_name(named: &Named, old: Option<&Named>, said: &str) -> String {
    let was = old
        .filter(|old| old.name != named.name)
        .map(|old| format!(" was={}", q(&old.name)));
    format!("{}{}{said}", q(&named.name), was.unwrap_or_default())
}
