//! Catalogs made of bytes: every kind of an engine, hostile names, canonical texts.

use std::sync::Arc;

use crate::catalog::kinds::{
    AGGREGATE_OPTIONS, Aggregate, AggregateOption, AggregateSort, Attribute, Body, Bound, Check, CheckOption,
    Collation, CollationProvider, Column, Comment, CompositeType, ConstraintTrigger, Deferrable, Domain,
    DomainCheck, Enabled, EnumType, EventTrigger, Exclusion, Extension, ForeignKey, Function, Generated,
    Granted, Grants, Identity, Index, IndexKey, IndexTerm, Match, MaterializedView, NotNull, NullsOrder,
    Owner, Parallel, Partition, PartitionKey, PartitionStrategy, Policy, PolicyCommand, PrimaryKey,
    RangeType, ReferentialAction, ReplicaIdentity, RowSecurity, Rows, Schema, Sequence, SequenceOptions,
    Storage, StorageMode, Table, TableExt, TextSearchConfiguration, TextSearchDictionary, TextSearchMapping,
    Trigger, TriggerAction, TriggerEvent, TriggerTiming, Unique, View, Volatility,
};
use crate::catalog::{Catalog, DataType, EngineName, Expr, Ident, Key, Kind, Object, ObjectId, Path, QName};
use crate::dialect::{Literal, Server, qualify};

use super::server;

mod beside;

const NAMES: &[&str] = &[
    "users",
    "id",
    "a b",
    "x.y",
    "we\"ird",
    "unique",
    "autoincrement",
    "on",
    "key",
    "as",
    "true",
    "1st",
    "é",
    "name",
    "nulls-not-distinct",
    "a(b)",
    "a,b",
    "Upper",
    "it's",
    "new\nline",
    "back\\slash",
    "text",
    "row",
    "comment",
    "#",
    "-1",
    "strict",
    "where",
    "order",
    "schema",
    "a/*b",
    "x//y",
    "}",
    "t",
    "u",
    "v",
    "w",
];

const TYPES: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "boolean",
    "text",
    "varchar(64)",
    "char(2)",
    "numeric(10,2)",
    "numeric",
    "real",
    "double",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "uuid",
    "json",
    "jsonb",
    "bytea",
    "text[]",
    "integer[]",
    "varchr",
    "WEIRD type(3)",
    "timestamptz(3)",
];

const TEXTS: &[&str] = &[
    "points >= 0",
    "a = 'it''s \"quoted\" \\ back'",
    "lower(name) <> ''",
    "x IN ('a', 'b')",
    "\"we\"\"ird\" > 1",
];

const BODIES: &[&str] = &[
    "SELECT 1",
    "SELECT a,\n    b\n   FROM t\n  WHERE x = 'it''s'",
    "\n\nBEGIN\n\n  RETURN new; -- \"\"\" \\\n  \nEND;\n",
    "one \"\"\"# line\nand more\\",
    "\ttabs\n\tand  trailing  \nspace ",
];

const ENUM_VALUES: [&str; 5] = ["A", "b c", "", "it's", "value"];

/// Decisions taken from bytes, so that a failure shrinks.
struct Choices {
    bytes: Vec<u8>,
    at: usize,
}

impl Choices {
    fn up_to(&mut self, count: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % count
    }

    fn yes(&mut self) -> bool {
        self.up_to(2) == 1
    }

    fn of<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.up_to(from.len())]
    }
}

struct Maker {
    choices: Choices,
    server: Server,
    catalog: Catalog,
    used: Vec<Ident>,
}

impl Maker {
    fn has(&self, kind: Kind) -> bool {
        self.server.engine().rules(kind).is_some()
    }

    /// A name that no other has.
    fn name(&mut self) -> Ident {
        let mut name = self.choices.of(NAMES).to_owned();
        loop {
            let ident = self.server.engine().ident(&name);
            if !self.used.contains(&ident) {
                self.used.push(ident.clone());
                return ident;
            }
            name.push('x');
        }
    }

    fn qname(&mut self) -> QName {
        let name = self.name();
        let schema = match self.choices.up_to(3) {
            1 => Some("billing"),
            2 => Some("o.d d"),
            _ => None,
        };
        qualify(self.server.dialect, schema, name.text())
    }

    /// What is said about the storage of a table, a column, an index or a key.
    fn store(&mut self, target: &ObjectId) {
        if !self.has(Kind::Storage) || self.choices.up_to(3) > 0 {
            return;
        }
        let mut storage = Storage::NONE;
        let texts = ["70", "true", "-0.5", "0 7", "nowhere"];
        for name in ["a_parameter", "c d", "toast.b"] {
            if self.choices.yes() {
                let value = texts[self.choices.up_to(5)];
                storage.parameters.push((Arc::from(name), Arc::from(value)));
            }
        }
        let count = i32::try_from(self.choices.up_to(9)).unwrap();
        match target.kind {
            Kind::Column => {
                storage.mode = self.choices.yes().then_some(StorageMode::Main);
                storage.compression = self.choices.yes().then(|| Arc::from("lz4"));
                storage.statistics = self.choices.yes().then_some((0, count)).into_iter().collect();
            }
            Kind::Table => {
                storage.replica_identity = match self.choices.up_to(4) {
                    1 => ReplicaIdentity::Nothing,
                    2 => ReplicaIdentity::Full,
                    3 => ReplicaIdentity::Index(Ident::exact("an index")),
                    _ => ReplicaIdentity::PrimaryKey,
                };
                storage.cluster_on = self.choices.yes().then(|| Ident::exact("other"));
            }
            _ => storage.statistics = self.choices.yes().then_some((2, count)).into_iter().collect(),
        }
        if target.kind != Kind::Column && self.choices.yes() {
            storage.tablespace = Some(Ident::exact("fast disk"));
        }
        if storage != Storage::NONE {
            self.catalog
                .insert(ObjectId::on(Kind::Storage, target.clone()), storage);
        }
    }

    /// Rights on it, in the form in which they are read.
    fn grant(&mut self, id: &ObjectId) {
        let engine = self.server.engine();
        let known = engine.privileges(id.kind, &self.server);
        if known.is_empty() || !self.has(Kind::Grants) || self.choices.up_to(3) != 0 {
            return;
        }
        if id.kind != Kind::Column && self.choices.yes() {
            let role = Ident::exact(self.choices.of(NAMES));
            self.catalog
                .insert(ObjectId::on(Kind::Owner, id.clone()), Owner { role });
        }
        let by_itself = engine.public_privileges(id, &self.server);
        // What an owner may do is granted by nobody.
        let table = id.relation().map(|table| ObjectId::table(table.clone()));
        let owners: Vec<Ident> = std::iter::once(id.clone())
            .chain(table)
            .filter_map(|of| self.catalog.payload::<Owner>(&ObjectId::on(Kind::Owner, of)))
            .map(|owner| owner.role.clone())
            .collect();
        let mut granted: Vec<Granted> = Vec::new();
        for _ in 0..self.choices.up_to(4) {
            let role = self.choices.yes().then(|| Ident::exact(self.choices.of(NAMES)));
            let privilege = known[self.choices.up_to(known.len())];
            let is_new = granted
                .iter()
                .all(|other| other.role != role || other.privilege != privilege);
            let to_owner = role.as_ref().is_some_and(|role| owners.contains(role));
            if is_new && !to_owner && (role.is_some() || !by_itself.contains(&privilege)) {
                let with_option = role.is_some() && self.choices.yes();
                granted.push(Granted {
                    role,
                    privilege,
                    with_option,
                });
            }
        }
        granted.sort();
        let revoked = if self.choices.yes() {
            by_itself.to_vec()
        } else {
            Vec::new()
        };
        let grants = Grants { granted, revoked };
        if !grants.is_empty() {
            self.catalog
                .insert(ObjectId::on(Kind::Grants, id.clone()), grants);
        }
    }

    fn put(&mut self, id: ObjectId, object: impl Into<Object>) {
        if matches!(
            id.kind,
            Kind::Table | Kind::Column | Kind::Index | Kind::PrimaryKey | Kind::Unique
        ) {
            self.store(&id);
        }
        self.grant(&id);
        if self.has(Kind::Comment) && self.choices.up_to(4) == 0 {
            let text = Arc::from(self.choices.of(BODIES));
            self.catalog
                .insert(ObjectId::on(Kind::Comment, id.clone()), Comment { text });
        }
        self.catalog.insert(id, object);
    }

    fn options(&mut self) -> SequenceOptions {
        let number = |choices: &mut Choices| {
            choices
                .yes()
                .then(|| i64::try_from(choices.up_to(200)).unwrap() - 100)
        };
        SequenceOptions {
            start: number(&mut self.choices),
            increment: number(&mut self.choices),
            min: number(&mut self.choices),
            max: number(&mut self.choices),
            cache: number(&mut self.choices),
            cycle: self.choices.yes(),
        }
    }

    fn free_standing(&mut self) {
        if self.has(Kind::Schema) {
            for name in ["billing", "o.d d"] {
                self.put(ObjectId::global(Kind::Schema, Ident::exact(name)), Schema {});
            }
        }
        if self.has(Kind::Extension) && self.choices.yes() {
            let extension = Extension {
                schema: self.choices.yes().then(|| Ident::exact("billing")),
                version: self.choices.yes().then(|| "1.3".to_owned()),
            };
            self.put(
                ObjectId::global(Kind::Extension, Ident::exact("uuid-ossp")),
                extension,
            );
        }
        self.collations();
        self.text_search();
        if self.has(Kind::Enum) {
            for _ in 0..self.choices.up_to(3) {
                let id = ObjectId::qualified(Kind::Enum, self.qname());
                let values = ENUM_VALUES.map(Arc::from).to_vec();
                self.put(id, EnumType { values });
            }
        }
        if self.has(Kind::Domain) {
            for _ in 0..self.choices.up_to(3) {
                self.domain();
                self.composite();
                self.range();
            }
        }
        if self.has(Kind::Sequence) {
            for _ in 0..self.choices.up_to(3) {
                let id = ObjectId::qualified(Kind::Sequence, self.qname());
                let sequence = Sequence {
                    data_type: Arc::from(self.choices.of(&["smallint", "integer", "bigint"])),
                    options: self.options(),
                    owned_by: None,
                };
                self.put(id, sequence);
            }
        }
        if self.has(Kind::Function) {
            for _ in 0..self.choices.up_to(3) {
                self.function();
                self.aggregate();
                self.event_trigger();
            }
        }
    }

    fn function(&mut self) {
        let arguments = self.choices.of(&[
            "",
            "a integer, b text DEFAULT 'x, y'::text",
            "double precision",
            "OUT a text",
        ]);
        let types = self.choices.of(&["", "integer, text", "odd"]);
        let id = ObjectId {
            kind: Kind::Function,
            path: Path::Routine(self.qname(), Arc::from(types)),
        };
        let body = Expr::new(self.choices.of(BODIES));
        let function = Function {
            arguments: Expr::new(arguments),
            returns: self.choices.yes().then(|| Expr::new("SETOF text")),
            language: Arc::from(self.choices.of(&["sql", "plpgsql"])),
            window: self.choices.yes(),
            leakproof: self.choices.yes(),
            parallel: [Parallel::Unsafe, Parallel::Restricted, Parallel::Safe][self.choices.up_to(3)],
            cost: self.choices.yes().then(|| Arc::from("0.5")),
            rows: self.choices.yes().then(|| Arc::from("20")),
            support: self.choices.yes().then(|| Expr::new("o.\"d d\"")),
            volatility: [Volatility::Immutable, Volatility::Stable, Volatility::Volatile]
                [self.choices.up_to(3)],
            strict: self.choices.yes(),
            security_definer: self.choices.yes(),
            settings: vec!["search_path=a, \"b c\"".to_owned(); self.choices.up_to(3)],
            body: if self.choices.yes() {
                Body::Standard(body)
            } else {
                Body::Text(body)
            },
        };
        self.put(id, function);
    }

    fn aggregate(&mut self) {
        let arguments = self
            .choices
            .of(&["*", "a integer", "VARIADIC \"any\" ORDER BY b text"]);
        let types = self.choices.of(&["", "integer", "odd"]);
        let id = ObjectId {
            kind: Kind::Aggregate,
            path: Path::Routine(self.qname(), Arc::from(types)),
        };
        let given = |(name, sort): &(&'static str, AggregateSort), choices: &mut Choices| {
            let needed = matches!(*name, "sfunc" | "stype");
            let value = match sort {
                AggregateSort::Flag => "",
                AggregateSort::Number => "64",
                _ => choices.of(TEXTS),
            };
            (needed || choices.yes()).then(|| AggregateOption {
                name,
                sort: *sort,
                value: Expr::new(value),
            })
        };
        let options = AGGREGATE_OPTIONS
            .iter()
            .filter_map(|option| given(option, &mut self.choices))
            .collect();
        let aggregate = Aggregate {
            arguments: Expr::new(arguments),
            options,
        };
        self.put(id, aggregate);
    }

    fn event_trigger(&mut self) {
        let id = ObjectId::global(Kind::EventTrigger, self.name());
        let trigger = EventTrigger {
            event: Arc::from(self.choices.of(&["ddl_command_end", "sql_drop"])),
            tags: ["CREATE TABLE", "DROP VIEW"][..self.choices.up_to(3)]
                .iter()
                .map(|tag| Arc::from(*tag))
                .collect(),
            function: self.qname(),
            enabled: self.enabled(),
        };
        self.put(id, trigger);
    }

    fn enabled(&mut self) -> Enabled {
        [
            Enabled::Origin,
            Enabled::Replica,
            Enabled::Always,
            Enabled::Disabled,
        ][self.choices.up_to(4)]
    }

    /// A collation, or two under names that are told from those of the engine.
    fn collations(&mut self) {
        if !self.has(Kind::Collation) || self.choices.yes() {
            return;
        }
        let icu = self.choices.yes();
        let name = self.qname();
        for name in [name.sibling(Ident::exact("C")), name] {
            let collation = Collation {
                provider: if icu {
                    CollationProvider::Icu
                } else {
                    CollationProvider::Libc
                },
                locale: Arc::from("C"),
                ctype: (!icu && self.choices.yes()).then(|| Arc::from("C.utf8")),
                nondeterministic: icu && self.choices.yes(),
                rules: (icu && self.choices.yes()).then(|| Arc::from("&a < b\n& c < 'd'")),
            };
            self.put(ObjectId::qualified(Kind::Collation, name), collation);
        }
    }

    /// A dictionary and a configuration, or none.
    fn text_search(&mut self) {
        if !self.has(Kind::TextSearchDictionary) || self.choices.yes() {
            return;
        }
        let builtin = |name: &str| EngineName::builtin(Ident::exact(name));
        let name = self.qname();
        let mut options = vec![
            (Arc::from("a b"), Arc::from("it's")),
            (Arc::from("maxlen"), Arc::from("6")),
        ];
        options.truncate(self.choices.up_to(3));
        let dictionary = TextSearchDictionary {
            template: builtin("snowball"),
            options,
        };
        self.put(
            ObjectId::qualified(Kind::TextSearchDictionary, name.clone()),
            dictionary,
        );
        let mut mappings = Vec::new();
        for token in &["asciiword", "hword", "word"][self.choices.up_to(4)..] {
            let own = EngineName::made(name.clone());
            let dictionaries = match self.choices.up_to(3) {
                0 => vec![own],
                1 => vec![own, builtin("simple")],
                _ => vec![builtin(name.name.text())],
            };
            mappings.push(TextSearchMapping {
                token: Arc::from(*token),
                dictionaries,
            });
        }
        let parser = builtin(self.choices.of(&["default", "other"]));
        let id = ObjectId::qualified(Kind::TextSearchConfiguration, self.qname());
        self.put(id, TextSearchConfiguration { parser, mappings });
    }

    /// Perhaps a collation: the engine's own, or one that is there.
    fn collation(&mut self) -> Option<EngineName> {
        if !self.choices.yes() {
            return None;
        }
        let own = EngineName::builtin(self.server.engine().ident("C"));
        let made = self
            .catalog
            .of_kind::<Collation>()
            .filter_map(|(id, _)| id.qname());
        let mut known: Vec<EngineName> = made.cloned().map(EngineName::made).collect();
        known.push(own);
        let at = self.choices.up_to(known.len());
        Some(known.swap_remove(at))
    }

    fn composite(&mut self) {
        let id = ObjectId::qualified(Kind::Composite, self.qname());
        let mut attributes = Vec::new();
        for name in &["a", "b c", "on"][..self.choices.up_to(4)] {
            attributes.push(Attribute {
                name: Ident::exact(name),
                data_type: self.data_type(),
                collation: self.collation(),
            });
        }
        if let (Some(first), true) = (attributes.first(), self.choices.yes()) {
            let column = id.qname().map(|of| ObjectId::column(of, first.name.clone()));
            let text = Arc::from(self.choices.of(BODIES));
            self.catalog
                .insert(ObjectId::on(Kind::Comment, column.unwrap()), Comment { text });
        }
        self.put(id, CompositeType { attributes });
    }

    fn range(&mut self) {
        let name = self.qname();
        let several = self.name();
        let range = RangeType {
            subtype: self.data_type(),
            opclass: self.choices.yes().then(|| Arc::from("text_pattern_ops")),
            collation: self.collation(),
            subtype_diff: self.choices.yes().then(|| Expr::new("o.\"d d\"")),
            multirange: self.choices.yes().then(|| name.sibling(several)),
        };
        self.put(ObjectId::qualified(Kind::Range, name), range);
    }

    fn domain(&mut self) {
        let engine = self.server.engine();
        let id = ObjectId::qualified(Kind::Domain, self.qname());
        let base = self.data_type();
        let default = self.choices.yes() && base.user.is_none();
        let names = &["a", "b c", "d_check"][..self.choices.up_to(4)];
        let domain = Domain {
            collation: self.collation(),
            default: default.then(|| engine.default_literal(&self.literal(), &base.text)),
            nullable: self.choices.yes(),
            checks: names
                .iter()
                .map(|name| DomainCheck {
                    name: Ident::exact(name),
                    expr: engine.expr(self.choices.of(TEXTS), &[]),
                    validated: self.choices.yes(),
                })
                .collect(),
            base,
        };
        self.put(id, domain);
    }

    /// A type that is there: an enum, a domain, or one of the engine's own.
    fn data_type(&mut self) -> DataType {
        let engine = self.server.engine();
        let declared: Vec<ObjectId> = self
            .catalog
            .iter()
            .filter(|(id, _)| matches!(id.kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range))
            .map(|(id, _)| id.clone())
            .collect();
        if declared.is_empty() || !self.choices.yes() {
            return DataType::builtin(engine.data_type(self.choices.of(TYPES)));
        }
        let id = declared[self.choices.up_to(declared.len())].clone();
        let array = self.choices.yes();
        let text = id.qname().map(|name| engine.enum_type(name, array));
        DataType::user(text.unwrap_or_default(), id)
    }

    fn literal(&mut self) -> Literal {
        match self.choices.up_to(6) {
            0 => Literal::Bool(self.choices.yes()),
            1 => Literal::Integer(self.choices.up_to(200) as i128 - 100),
            2 => Literal::Decimal("1.50".to_owned()),
            3 => Literal::Text("007".to_owned()),
            _ => Literal::Text(self.choices.of(NAMES).to_owned()),
        }
    }

    fn column(&mut self, table: &QName, columns: &[Ident], name: Ident) {
        let engine = self.server.engine();
        let data_type = self.data_type();
        let nullable = self.choices.yes();
        let not_null = match self.choices.up_to(4) {
            0 if !nullable => NotNull {
                name: self.choices.yes().then(|| engine.ident("no-inherit")),
                no_inherit: self.choices.yes(),
                not_valid: self.choices.yes(),
            },
            _ => NotNull::default(),
        };
        let mut column = Column {
            nullable,
            not_null,
            options: Vec::new(),
            default: None,
            identity: None,
            generated: None,
            collation: self.collation(),
            data_type,
        };
        match self.choices.up_to(6) {
            0 if column.data_type.user.is_none() => {
                column.default = Some(engine.default_literal(&self.literal(), &column.data_type.text));
            }
            1 => {
                column.default = Some(engine.default_expr(self.choices.of(&[
                    "now()",
                    "gen_random_uuid()",
                    "nextval('a')",
                    "'a' || 'b'",
                ])));
            }
            2 if self.has(Kind::Sequence) && !column.nullable => {
                column.identity = Some(Identity {
                    always: self.choices.yes(),
                    options: self.options(),
                });
            }
            3 => {
                column.generated = Some(Generated {
                    expr: engine.expr(self.choices.of(TEXTS), columns),
                    stored: self.choices.yes(),
                });
            }
            _ => {}
        }
        self.put(ObjectId::column(table, name), column);
    }

    fn some_of(&mut self, columns: &[Ident]) -> Vec<Ident> {
        let first = self.choices.up_to(columns.len());
        let count = 1 + self.choices.up_to(columns.len() - first);
        columns[first..first + count].to_vec()
    }

    fn maybe_some_of(&mut self, columns: &[Ident]) -> Vec<Ident> {
        if self.choices.yes() {
            self.some_of(columns)
        } else {
            Vec::new()
        }
    }

    fn deferrable(&mut self) -> Deferrable {
        [
            Deferrable::No,
            Deferrable::InitiallyImmediate,
            Deferrable::InitiallyDeferred,
        ][self.choices.up_to(3)]
    }

    /// A member under a given name, under the name that the engine would give, or without a name.
    fn member(&mut self, table: &QName, object: impl Into<Object>, columns: &[Ident]) {
        let object = object.into();
        let kind = object.kind();
        let texts: Vec<&str> = columns.iter().map(Ident::text).collect();
        let engine = self.server.engine();
        let implicit = engine.implicit_name(kind, table.name.text(), &texts);
        let key = match (self.choices.up_to(3), implicit) {
            (0, Some(name)) => Key::Named(engine.ident(&name)),
            (0 | 1, None) => object.structural_key(),
            _ => Key::Named(self.name()),
        };
        let taken = self.used.contains(key.name().unwrap_or(&Ident::exact("")));
        let id = ObjectId {
            kind,
            path: Path::Member(table.clone(), key),
        };
        let shares = engine
            .rules(kind)
            .is_some_and(|rules| rules.namespace().is_some());
        if self.catalog.contains(&id)
            || shares && taken && self.catalog.iter().any(|(other, _)| other.name() == id.name())
        {
            return;
        }
        self.put(id, object);
    }

    fn action(&mut self) -> ReferentialAction {
        [
            ReferentialAction::NoAction,
            ReferentialAction::Restrict,
            ReferentialAction::Cascade,
            ReferentialAction::SetNull,
            ReferentialAction::SetDefault,
        ][self.choices.up_to(5)]
    }

    fn members(&mut self, table: &QName, columns: &[Ident]) {
        let engine = self.server.engine();
        if self.choices.yes() {
            let key = PrimaryKey {
                include: self.maybe_some_of(columns),
                deferrable: self.deferrable(),
                autoincrement: self.choices.yes(),
                ..PrimaryKey::new(self.some_of(columns))
            };
            let names = key.columns.clone();
            self.member(table, key, &names);
        }
        for _ in 0..self.choices.up_to(2) {
            let unique = Unique {
                include: self.maybe_some_of(columns),
                nulls_not_distinct: self.choices.yes(),
                deferrable: self.deferrable(),
                without_overlaps: self.choices.yes(),
                ..Unique::new(self.some_of(columns))
            };
            let names = [unique.columns.clone(), unique.include.clone()].concat();
            self.member(table, unique, &names);
        }
        for _ in 0..self.choices.up_to(3) {
            let not_enforced = self.choices.yes();
            let check = Check {
                no_inherit: self.choices.yes(),
                validated: self.choices.yes() && !not_enforced,
                not_enforced,
                ..Check::new(engine.expr(self.choices.of(TEXTS), columns))
            };
            self.member(table, check, &[]);
        }
        for _ in 0..self.choices.up_to(3) {
            self.index(table, columns);
            self.exclusion(table, columns);
        }
        if self.choices.yes() {
            self.trigger(table, columns);
        }
        if self.has(Kind::Policy) && self.choices.up_to(3) == 0 {
            self.policy(table, columns);
        }
        self.statistics(table, columns);
        self.rule(table);
    }

    fn policy(&mut self, table: &QName, columns: &[Ident]) {
        let engine = self.server.engine();
        let command = [
            PolicyCommand::All,
            PolicyCommand::Select,
            PolicyCommand::Insert,
            PolicyCommand::Update,
            PolicyCommand::Delete,
        ][self.choices.up_to(5)];
        let reads = command != PolicyCommand::Insert;
        let writes = !matches!(command, PolicyCommand::Select | PolicyCommand::Delete);
        let mut roles = self.maybe_some_of(columns);
        roles.sort();
        let policy = Policy {
            permissive: self.choices.yes(),
            command,
            roles,
            using: (reads && self.choices.yes()).then(|| engine.expr(self.choices.of(TEXTS), columns)),
            check: (writes && self.choices.yes()).then(|| engine.expr(self.choices.of(BODIES), columns)),
        };
        let id = ObjectId::member(Kind::Policy, table, self.name());
        self.put(id, policy);
        let (enabled, forced) = (self.choices.yes(), self.choices.yes());
        if enabled || forced {
            let id = ObjectId::on(Kind::RowSecurity, ObjectId::table(table.clone()));
            self.catalog.insert(id, RowSecurity { enabled, forced });
        }
    }

    fn exclusion(&mut self, table: &QName, columns: &[Ident]) {
        if !self.has(Kind::Exclusion) || self.choices.up_to(3) > 0 {
            return;
        }
        let engine = self.server.engine();
        let column = IndexKey::column(columns[self.choices.up_to(columns.len())].clone());
        let mut keys = vec![column];
        if self.choices.yes() {
            keys.push(IndexKey {
                opclass: Some(Arc::from("range_ops")),
                ..IndexKey::column(columns[0].clone())
            });
        }
        let exclusion = Exclusion {
            method: Arc::from(["gist", "spgist"][self.choices.up_to(2)]),
            operators: vec![Arc::from(["&&", "="][self.choices.up_to(2)]); keys.len()],
            keys,
            include: self.maybe_some_of(columns),
            predicate: self
                .choices
                .yes()
                .then(|| engine.expr(self.choices.of(TEXTS), columns)),
            deferrable: Deferrable::No,
        };
        let id = ObjectId::member(Kind::Exclusion, table, self.name());
        self.put(id, exclusion);
    }

    fn index(&mut self, table: &QName, columns: &[Ident]) {
        let engine = self.server.engine();
        let options = self.choices.yes();
        let mut keys: Vec<IndexKey> = Vec::new();
        for column in self.some_of(columns) {
            let term = if self.choices.yes() {
                IndexTerm::Column(column)
            } else {
                IndexTerm::Expr(engine.expr(self.choices.of(TEXTS), columns))
            };
            keys.push(IndexKey {
                term,
                collation: if options { self.collation() } else { None },
                opclass: (options && self.choices.yes()).then(|| Arc::from("text_pattern_ops")),
                descending: options && self.choices.yes(),
                nulls: (options && self.choices.yes()).then_some(NullsOrder::Last),
            });
        }
        let index = Index {
            method: Arc::from(self.choices.of(&["btree", "gin"])),
            unique: self.choices.yes(),
            nulls_not_distinct: self.choices.yes(),
            keys,
            include: self.maybe_some_of(columns),
            predicate: self.choices.yes().then(|| engine.expr(TEXTS[1], columns)),
        };
        let names: Vec<Ident> = index
            .keys
            .iter()
            .filter_map(|key| key.term.column().cloned())
            .chain(index.include.clone())
            .collect();
        self.member(table, index, &names);
    }

    fn trigger(&mut self, relation: &QName, columns: &[Ident]) {
        let engine = self.server.engine();
        let action = if self.has(Kind::Function) {
            TriggerAction::Execute {
                function: self.qname(),
                arguments: self
                    .some_of(columns)
                    .iter()
                    .map(|text| Arc::from(text.text()))
                    .collect(),
            }
        } else {
            TriggerAction::Body(Expr::new(self.choices.of(BODIES)))
        };
        let more = self.has(Kind::Function) && self.choices.yes();
        let trigger = Trigger {
            constraint: (more && self.choices.yes()).then(|| ConstraintTrigger {
                deferrable: self.deferrable(),
                from: self.choices.yes().then(|| self.qname()),
            }),
            old_table: (more && self.choices.yes()).then(|| Ident::exact("a b")),
            new_table: (more && self.choices.yes()).then(|| Ident::exact("new")),
            enabled: if more { self.enabled() } else { Enabled::Origin },
            timing: [
                TriggerTiming::Before,
                TriggerTiming::After,
                TriggerTiming::InsteadOf,
            ][self.choices.up_to(3)],
            events: [TriggerEvent::Insert, TriggerEvent::Update, TriggerEvent::Delete]
                [self.choices.up_to(3)..]
                .to_vec(),
            columns: self.maybe_some_of(columns),
            for_each_row: self.choices.yes(),
            condition: self.choices.yes().then(|| engine.expr(TEXTS[1], columns)),
            action,
        };
        let id = ObjectId::member(Kind::Trigger, relation, self.name());
        self.put(id, trigger);
    }

    fn column_comment(&mut self, view: &QName, columns: &[Ident]) {
        if self.has(Kind::Comment) && self.choices.yes() {
            let text = Arc::from(self.choices.of(BODIES));
            let column = ObjectId::column(view, columns[0].clone());
            self.catalog
                .insert(ObjectId::on(Kind::Comment, column), Comment { text });
        }
    }

    fn materialized(&mut self, columns: &[Ident]) {
        if !self.has(Kind::MaterializedView) {
            return;
        }
        let name = self.qname();
        let view = MaterializedView {
            with_data: true,
            query: Expr::new(self.choices.of(BODIES)),
        };
        self.put(ObjectId::qualified(Kind::MaterializedView, name.clone()), view);
        self.column_comment(&name, columns);
        for _ in 0..self.choices.up_to(3) {
            self.index(&name, columns);
        }
    }

    fn table(&mut self) -> (QName, Vec<Ident>) {
        let name = self.qname();
        let ext = match (self.has(Kind::Schema), self.choices.yes()) {
            (_, false) => TableExt::Plain,
            (true, true) => TableExt::Postgres { unlogged: true },
            (false, true) => TableExt::Sqlite {
                strict: self.choices.yes(),
                without_rowid: true,
            },
        };
        let method = self.has(Kind::Schema) && self.choices.up_to(4) == 0;
        let table = Table {
            access_method: method.then(|| Ident::exact("strict")),
            ..Table::new(ext)
        };
        self.put(ObjectId::table(name.clone()), table);
        let mut columns: Vec<Ident> = Vec::new();
        for _ in 0..=self.choices.up_to(4) {
            let column = self.server.engine().ident(self.choices.of(NAMES));
            if !columns.contains(&column) {
                columns.push(column);
            }
        }
        for column in &columns {
            self.column(&name, &columns, column.clone());
        }
        self.members(&name, &columns);
        self.rows(&name, &columns);
        (name, columns)
    }

    fn rows(&mut self, table: &QName, columns: &[Ident]) {
        let engine = self.server.engine();
        let key = self.catalog.iter().find_map(|(id, object)| match object {
            Object::PrimaryKey(key) if id.relation() == Some(table) => Some(key.columns.clone()),
            _ => None,
        });
        let Some(key) = key.filter(|_| self.choices.yes()) else {
            return;
        };
        let mut rows: Vec<Vec<Arc<str>>> = Vec::new();
        for (at, value) in ENUM_VALUES.iter().enumerate().take(1 + self.choices.up_to(3)) {
            let mut row = Vec::new();
            for name in columns {
                let column: &Column = self
                    .catalog
                    .payload(&ObjectId::column(table, name.clone()))
                    .unwrap();
                let data_type = column.data_type.clone();
                let literal = if data_type.user.is_some() {
                    Literal::Text((*value).to_owned())
                } else if key.contains(name) {
                    Literal::Sql(format!("'{at}'"))
                } else {
                    self.literal()
                };
                row.push(Arc::from(engine.row_literal(&literal, &data_type.text)));
            }
            rows.push(row);
        }
        rows.sort();
        let id = ObjectId::on(Kind::Rows, ObjectId::table(table.clone()));
        let columns = columns.to_vec();
        self.catalog.insert(id, Rows { key, columns, rows });
    }

    fn foreign_key(&mut self, tables: &[(QName, Vec<Ident>)]) {
        let (table, columns) = &tables[self.choices.up_to(tables.len())];
        let (other, others) = &tables[self.choices.up_to(tables.len())];
        let count = 1 + self.choices.up_to(columns.len().min(others.len()));
        let not_enforced = self.choices.yes();
        let mut key = ForeignKey {
            on_delete: self.action(),
            on_update: self.action(),
            match_type: if self.choices.yes() {
                Match::Full
            } else {
                Match::Simple
            },
            deferrable: self.deferrable(),
            validated: self.choices.yes() && !not_enforced,
            not_enforced,
            period: self.choices.yes(),
            ..ForeignKey::to(columns[..count].to_vec(), other.clone(), others[..count].to_vec())
        };
        if key.on_delete.sets() && self.choices.yes() {
            key.on_delete_columns = self.some_of(&columns[..count]);
        }
        self.member(table, key, &columns[..count]);
    }
}

impl Maker {
    /// Divides a table, and makes a part of it that has what the parent has, in some other way here and there.
    fn partition(&mut self, (parent, columns): &(QName, Vec<Ident>)) {
        let strategy = [
            PartitionStrategy::Range,
            PartitionStrategy::List,
            PartitionStrategy::Hash,
        ][self.choices.up_to(3)];
        let engine = self.server.engine();
        let mut key = IndexKey::column(columns[0].clone());
        if self.choices.yes() {
            key.term = IndexTerm::Expr(engine.expr(TEXTS[2], columns));
            key.opclass = Some(Arc::from("text_pattern_ops"));
        }
        let id = ObjectId::table(parent.clone());
        let mut divided = self.catalog.payload::<Table>(&id).unwrap().clone();
        divided.partitioned = Some(PartitionKey {
            strategy,
            keys: vec![key],
        });
        self.catalog.insert(id, divided);
        let name = self.qname();
        self.put(ObjectId::table(name.clone()), Table::new(TableExt::Plain));
        let values = ["'it''s'", "-7", "1.50", "NULL", "true", "MINVALUE", "'x'::text"].map(Expr::new);
        let bound = match strategy {
            _ if self.choices.up_to(4) == 0 && strategy != PartitionStrategy::Hash => Bound::Default,
            PartitionStrategy::Range => Bound::Range {
                from: vec![values[self.choices.up_to(7)].clone()],
                to: vec![values[self.choices.up_to(7)].clone()],
            },
            PartitionStrategy::List => Bound::List(values[self.choices.up_to(7)..].to_vec()),
            PartitionStrategy::Hash => Bound::Hash {
                modulus: 7,
                remainder: 6,
            },
        };
        let partition = Partition {
            parent: parent.clone(),
            bound,
        };
        let id = ObjectId::on(Kind::Partition, ObjectId::table(name.clone()));
        self.catalog.insert(id, partition);
        self.inherit(parent, &name, columns);
    }

    fn inherit(&mut self, parent: &QName, name: &QName, columns: &[Ident]) {
        let mut order = columns.to_vec();
        if self.choices.yes() {
            order.reverse();
        }
        for column in order {
            let above = ObjectId::column(parent, column.clone());
            let mut own = self.catalog.payload::<Column>(&above).unwrap().clone();
            own.identity = None;
            own.nullable &= self.choices.yes();
            self.put(ObjectId::column(name, column), own);
        }
        let members: Vec<(ObjectId, Object)> = self
            .catalog
            .iter()
            .filter(|(id, _)| id.relation() == Some(parent))
            .map(|(id, object)| (id.clone(), object.clone()))
            .collect();
        for (id, object) in members {
            let given = match &object {
                Object::Check(check) if check.no_inherit => continue,
                Object::Check(_) | Object::ForeignKey(_) => id.name().cloned(),
                Object::PrimaryKey(_) | Object::Unique(_) | Object::Index(_) => Some(self.name()),
                _ => continue,
            };
            if let Some(given) = given {
                self.put(ObjectId::member(id.kind, name, given), object);
            }
        }
    }
}

/// A catalog for an engine.
pub(super) fn make(engine: &str, bytes: Vec<u8>) -> (Server, Catalog) {
    let mut maker = Maker {
        choices: Choices { bytes, at: 0 },
        server: server(engine),
        catalog: Catalog::new(),
        used: Vec::new(),
    };
    maker.free_standing();
    let tables: Vec<_> = (0..=maker.choices.up_to(3)).map(|_| maker.table()).collect();
    for _ in 0..maker.choices.up_to(4) {
        maker.foreign_key(&tables);
    }
    if maker.has(Kind::Partition) && maker.choices.yes() {
        maker.partition(&tables[0]);
    }
    for _ in 0..maker.choices.up_to(3) {
        let name = maker.qname();
        let columns = maker.maybe_some_of(&tables[0].1);
        let query = Expr::new(maker.choices.of(BODIES));
        let options = maker.has(Kind::MaterializedView) && maker.choices.yes();
        let view = View {
            columns,
            check_option: [None, Some(CheckOption::Local), Some(CheckOption::Cascaded)]
                [if options { maker.choices.up_to(3) } else { 0 }],
            security_barrier: options && maker.choices.yes(),
            security_invoker: options && maker.choices.yes(),
            query,
        };
        maker.put(ObjectId::qualified(Kind::View, name.clone()), view);
        maker.column_comment(&name, &tables[0].1);
        if maker.choices.yes() {
            maker.trigger(&name, &tables[0].1);
        }
        maker.rule(&name);
    }
    for _ in 0..maker.choices.up_to(3) {
        maker.materialized(&tables[0].1);
    }
    maker.default_privileges();
    let (table, columns) = tables[0].clone();
    maker.publication(&table, &columns);
    maker.cast();
    maker.operators();
    maker.servers();
    maker.foreign_table();
    if maker.has(Kind::Sequence) {
        let id = ObjectId::qualified(Kind::Sequence, maker.qname());
        let owned_by = Some(ObjectId::column(&tables[0].0, tables[0].1[0].clone()));
        let sequence = Sequence {
            data_type: Arc::from("bigint"),
            options: SequenceOptions::default(),
            owned_by,
        };
        maker.put(id, sequence);
    }
    (maker.server, maker.catalog)
}
