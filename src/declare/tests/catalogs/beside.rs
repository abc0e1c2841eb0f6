//! Made-up objects of the kinds that stand beside tables.

use std::sync::Arc;

use crate::catalog::kinds::{
    Cast, CastContext, CastMethod, Column, DefaultGrants, DefaultPrivileges, DefaultsOf, FamilyMember,
    Foreign, ForeignDataWrapper, ForeignServer, Granted, Grants, NotNull, Operands, Operator, OperatorClass,
    OperatorFamily, Options, Publication, Published, PublishedTable, Role, Rule, RuleEvent, Statistics,
    StatisticsKind, Table, TableExt, of_method,
};
use crate::catalog::{DataType, EngineName, Expr, Ident, Kind, ObjectId, QName};

use super::{BODIES, Maker, NAMES, TEXTS};

impl Maker {
    /// A publication of a table with these columns, of schemas, or of everything.
    pub(super) fn publication(&mut self, table: &QName, columns: &[Ident]) {
        if !self.has(Kind::Publication) || self.choices.yes() {
            return;
        }
        let name = self.name();
        let sort = self.choices.up_to(3);
        let schemas = if sort == 1 {
            vec![Ident::exact("billing"), Ident::exact("o.d d")]
        } else {
            Vec::new()
        };
        let publication = Publication {
            all_tables: sort == 2,
            schemas,
            publish: Published::ALL[self.choices.up_to(4)..].to_vec(),
            via_root: self.choices.yes(),
            generated: self.choices.yes(),
        };
        self.put(ObjectId::global(Kind::Publication, name.clone()), publication);
        if sort == 2 {
            return;
        }
        let engine = self.server.engine();
        let mut named = if sort == 0 {
            self.maybe_some_of(columns)
        } else {
            Vec::new()
        };
        named.sort();
        let filter = self
            .choices
            .yes()
            .then(|| engine.expr(self.choices.of(TEXTS), &named));
        let published = PublishedTable {
            columns: named,
            filter,
        };
        self.catalog
            .insert(ObjectId::member(Kind::PublishedTable, table, name), published);
    }

    /// A cast between types of the engine's own.
    pub(super) fn cast(&mut self) {
        if !self.has(Kind::Cast) || self.choices.yes() {
            return;
        }
        let types = ["text", "integer", "character varying", "odd.t[]"];
        let mut one = || DataType::builtin(types[self.choices.up_to(4)]);
        let (source, target) = (one(), one());
        let method = match self.choices.up_to(4) {
            0 => CastMethod::InOut,
            1 => CastMethod::Without,
            2 => CastMethod::Function(self.qname(), Arc::clone(&source.text)),
            _ => CastMethod::Function(self.qname(), Arc::from("text, integer")),
        };
        let contexts = [
            CastContext::Explicit,
            CastContext::Assignment,
            CastContext::Implicit,
        ];
        let cast = Cast {
            context: contexts[self.choices.up_to(3)],
            method,
            source,
            target,
        };
        let id = Cast::between(&cast.source.text, &cast.target.text);
        self.put(id, cast);
    }

    /// An operator, and a family and a class that may have it.
    pub(super) fn operators(&mut self) {
        if !self.has(Kind::Operator) || self.choices.yes() {
            return;
        }
        let types = ["text", "integer", "character varying", "odd.t[]"];
        let mut one = || DataType::builtin(types[self.choices.up_to(4)]);
        let (left, right) = (one(), one());
        let operands = Operands {
            left: self.choices.yes().then(|| left.clone()),
            right: right.clone(),
        };
        let signs = ["=", "===", "<->", "@#-*"];
        let sign = Ident::exact(signs[self.choices.up_to(4)]);
        let mut named = || {
            let name = EngineName::builtin(Ident::exact(signs[self.choices.up_to(4)]));
            self.choices.yes().then_some(name)
        };
        let (commutator, negator) = (named(), named());
        let estimator = EngineName::builtin(Ident::exact("eqsel"));
        let operator = Operator {
            operands: operands.clone(),
            function: self.qname(),
            commutator,
            negator,
            restrict: self.choices.yes().then(|| estimator.clone()),
            join: self.choices.yes().then_some(estimator),
            hashes: self.choices.yes(),
            merges: self.choices.yes(),
        };
        let schema = self.qname().schema;
        let made = QName { schema, name: sign };
        self.put(operands.operator(made.clone()), operator);
        let mut member = |number| {
            let operands = Operands {
                left: Some(left.clone()),
                right: if self.choices.yes() {
                    left.clone()
                } else {
                    right.clone()
                },
            };
            let family = EngineName::builtin(Ident::exact("float_ops"));
            let role = match self.choices.up_to(4) {
                0 => Role::Search(EngineName::made(made.clone())),
                1 => Role::Order(EngineName::builtin(Ident::exact("<->")), family),
                2 => Role::Support(self.qname(), operands.arguments()),
                _ => Role::Support(self.qname(), Arc::from("text, integer")),
            };
            FamilyMember {
                number,
                role,
                operands,
            }
        };
        let mut members = vec![member(1), member(2), member(3)];
        members.sort_by_key(FamilyMember::place);
        let name = self.qname();
        let method = ["btree", "gist"][self.choices.up_to(2)];
        let class = OperatorClass {
            data_type: left.clone(),
            family: EngineName::made(name.clone()),
            default: self.choices.yes(),
            storage: self.choices.yes().then(|| right.clone()),
            members: members.split_off(2),
        };
        self.put(
            of_method(Kind::OperatorFamily, name.clone(), method),
            OperatorFamily { members },
        );
        self.put(of_method(Kind::OperatorClass, name, method), class);
    }

    /// Wrappers and servers of them.
    pub(super) fn servers(&mut self) {
        if !self.has(Kind::ForeignServer) || self.choices.yes() {
            return;
        }
        let mut function = || self.choices.yes().then(|| self.qname());
        let (handler, validator) = (function(), function());
        let wrapper = ForeignDataWrapper {
            handler,
            validator,
            options: self.foreign_options(),
        };
        let name = self.name();
        self.put(ObjectId::global(Kind::ForeignDataWrapper, name.clone()), wrapper);
        let mut word = || self.choices.yes().then(|| Arc::from(self.choices.of(TEXTS)));
        let server = ForeignServer {
            wrapper: name,
            sort: word(),
            version: word(),
            options: self.foreign_options(),
        };
        let name = self.name();
        self.put(ObjectId::global(Kind::ForeignServer, name), server);
    }

    /// A table whose rows lie elsewhere.
    pub(super) fn foreign_table(&mut self) {
        if !self.has(Kind::ForeignServer) || self.choices.yes() {
            return;
        }
        let name = self.qname();
        let foreign = Foreign {
            server: self.name(),
            options: self.foreign_options(),
        };
        let table = Table {
            foreign: Some(foreign),
            ..Table::new(TableExt::Plain)
        };
        // Nothing is said of how it is stored.
        self.catalog.insert(ObjectId::table(name.clone()), table);
        let mut columns = Vec::new();
        for _ in 0..=self.choices.up_to(2) {
            let column = Column {
                data_type: DataType::builtin("text"),
                nullable: self.choices.yes(),
                default: None,
                identity: None,
                generated: None,
                collation: None,
                not_null: NotNull::default(),
                options: self.foreign_options(),
            };
            let own = self.name();
            self.put(ObjectId::column(&name, own.clone()), column);
            columns.push(own);
        }
        self.trigger(&name, &columns);
    }

    /// Options under hostile names.
    pub(super) fn foreign_options(&mut self) -> Options {
        let names = ["a b", "use", "host", "it's", "we\"ird"];
        let mut out: Options = names[self.choices.up_to(5)..]
            .iter()
            .map(|name| {
                let value = ["", "1", "007", "true", "a 'b' \\ \"c\""][self.choices.up_to(5)];
                (Arc::from(*name), Arc::from(value))
            })
            .collect();
        out.sort();
        out
    }

    /// What is granted on what a role will make, in a schema or everywhere.
    pub(super) fn default_privileges(&mut self) {
        if !self.has(Kind::DefaultPrivileges) || self.choices.yes() {
            return;
        }
        let role = Ident::exact(self.choices.of(NAMES));
        let id = if self.choices.yes() {
            ObjectId::global(Kind::DefaultPrivileges, role.clone())
        } else {
            let name = QName::in_schema(Ident::exact("billing"), role.clone());
            ObjectId::qualified(Kind::DefaultPrivileges, name)
        };
        let mut grants = Vec::new();
        for of in [DefaultsOf::Tables, DefaultsOf::Routines, DefaultsOf::Types] {
            let known = self.server.engine().default_privileges(of, &self.server);
            let by_itself = self.server.engine().public_by_default(&id, of);
            let granted = Granted {
                role: Some(role.clone()),
                privilege: known[0],
                with_option: self.choices.yes(),
            };
            let revoked = if self.choices.yes() {
                by_itself.to_vec()
            } else {
                Vec::new()
            };
            if self.choices.yes() {
                let granted = vec![granted];
                grants.push(DefaultGrants {
                    of,
                    grants: Grants { granted, revoked },
                });
            }
        }
        if !grants.is_empty() {
            self.catalog.insert(id, DefaultPrivileges { grants });
        }
    }

    /// A rule of a table or view.
    pub(super) fn rule(&mut self, relation: &QName) {
        if !self.has(Kind::Rule) || self.choices.yes() {
            return;
        }
        let rule = Rule {
            event: [RuleEvent::Insert, RuleEvent::Update, RuleEvent::Delete][self.choices.up_to(3)],
            instead: self.choices.yes(),
            condition: self.choices.yes().then(|| Expr::new(self.choices.of(BODIES))),
            action: Expr::new(self.choices.of(BODIES)),
            enabled: self.enabled(),
        };
        let id = ObjectId::member(Kind::Rule, relation, self.name());
        self.put(id, rule);
    }

    /// Extended statistics of a relation with these columns, in its schema or another.
    pub(super) fn statistics(&mut self, of: &QName, columns: &[Ident]) {
        if !self.has(Kind::Statistics) || self.choices.yes() {
            return;
        }
        let engine = self.server.engine();
        let mut named = if columns.len() > 1 {
            columns[..2].to_vec()
        } else {
            Vec::new()
        };
        named.sort();
        let mut exprs = Vec::new();
        if named.is_empty() || self.choices.yes() {
            exprs.push(engine.expr(self.choices.of(TEXTS), columns));
        }
        let mut statistics = Statistics {
            of: of.clone(),
            kinds: StatisticsKind::ALL[self.choices.up_to(3)..].to_vec(),
            columns: named,
            exprs,
            target: self.choices.yes().then_some(100),
        };
        if statistics.is_of_expression() {
            statistics.kinds.clear();
        }
        let name = if self.choices.yes() {
            self.qname()
        } else {
            of.sibling(self.name())
        };
        self.put(ObjectId::qualified(Kind::Statistics, name), statistics);
    }
}
