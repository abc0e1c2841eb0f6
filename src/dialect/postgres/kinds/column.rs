//! Columns, <https://www.postgresql.org/docs/current/sql-altertable.html>.

use crate::catalog::kinds::{Column, ColumnAttr, Generated, Identity, NotNull, Table};
use crate::catalog::{Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::postgres::carried::same_below;
use crate::dialect::postgres::expressions::parenthesised;
use crate::dialect::postgres::literals::name_literal;
use crate::dialect::postgres::types::{family, stays_comparable};
use crate::dialect::rules::AlterItem;
use crate::dialect::sql::text_literal;
use crate::dialect::{Alter, Fold, Item, PlanCx, RenderCx, Rules, Sql};

use super::inheritance::alter_alone;
use super::sequence::{changed_options, options};
use super::storage::say_again;
use super::{alter_table, foreign, in_place, name, qualified};

pub(super) static RULES: Rules<Column> = Rules {
    fold: Fold::Always,
    replaceable: false,
    namespace: None,
    alter,
    attach: |item, cx| {
        let computed_when_read = item
            .payload
            .generated
            .as_ref()
            .is_some_and(|generated| !generated.stored);
        let is_inherited = |table: &QName| cx.from.heirs_of(table).next().is_some();
        if item.payload.identity.is_some() && item.id.relation().is_some_and(is_inherited) {
            Alter::Unsupported(
                "no identity column is added to a table that others inherit: add it without `identity`, fill it, and declare \
                 `identity` in a later revision",
            )
        } else if computed_when_read && cx.server.version < 180_000 {
            Alter::Unsupported("generated columns that are not stored need PostgreSQL 18: declare it stored")
        } else {
            Alter::InPlace
        }
    },
    detach: in_place,
    create: |item, _, cx, sql| {
        alter_table(item.id, sql);
        sql.raw("ADD COLUMN ");
        inline(item, cx, sql);
        sql.end();
        unproven(item.id, item.payload, sql);
    },
    inline,
    drop: |item, cx, sql| {
        alter_alone(item.id, cx, sql);
        sql.raw("DROP COLUMN ");
        name(item.id, sql);
    },
    alter_sql,
    rename: Some(|from, to, cx, sql| {
        // What is no column of a table is an attribute of a type.
        let of = from
            .relation()
            .map(|of| ObjectId::qualified(Kind::Composite, of.clone()));
        let of = of.filter(|of| cx.to.contains(of));
        let is_attribute = of.is_some();
        if let Some(of) = of {
            sql.raw("ALTER TYPE ");
            qualified(&of, sql);
            sql.raw(" RENAME ATTRIBUTE ");
        } else {
            alter_table(from, sql);
            sql.raw("RENAME COLUMN ");
        }
        name(from, sql);
        sql.raw(" TO ");
        name(to, sql);
        // Tables made of the type have it as a column.
        sql.raw(if is_attribute { " CASCADE" } else { "" });
    }),
};

fn alter(attr: ColumnAttr, from: Item<'_, Column>, to: Item<'_, Column>, cx: &PlanCx<'_>) -> Alter {
    let key_of = |table: &QName| {
        let table = cx.from.payload::<Table>(&ObjectId::table(table.clone()));
        table.and_then(|table| table.partitioned.as_ref())
    };
    match attr {
        ColumnAttr::DataType | ColumnAttr::Collation
            if from
                .id
                .relation()
                .and_then(key_of)
                .zip(from.id.name())
                .is_some_and(|(key, name)| key.uses(name)) =>
        {
            Alter::Unsupported(
                "its table is partitioned by it: declare a new table with the other type, copy the rows into it \
                 (`copy`), and drop this one in a later revision",
            )
        }
        ColumnAttr::DataType | ColumnAttr::Collation if is_shared(from.id, cx) => Alter::Unsupported(
            "a table that inherits it has it from another table as well, and the engine changes no such column: take out \
             the `inherits` of that table, change the type there, too, and put it back in a later revision",
        ),
        ColumnAttr::DataType | ColumnAttr::Collation => retype(from, to, cx),
        ColumnAttr::Nullable
        | ColumnAttr::NotNull
        | ColumnAttr::Default
        | ColumnAttr::Identity
        | ColumnAttr::Options => Alter::InPlace,
        ColumnAttr::Generated => {
            regenerate(from.payload.generated.as_ref(), to.payload.generated.as_ref(), cx)
        }
    }
}

/// Whether a table has the column of this one, and of one beside it.
fn is_shared(id: &ObjectId, cx: &PlanCx<'_>) -> bool {
    let (Some(table), Some(name)) = (id.relation(), id.name()) else {
        return false;
    };
    // What comes from above is refused there.
    if cx.from.inherited(id).is_some() {
        return false;
    }
    let shared = cx.from.shared_below(table, name);
    shared.is_some_and(|heir| cx.to.parents_of(heir) == cx.from.parents_of(heir))
}

/// PostgreSQL refuses to retype what a view, a rule, a policy, a publication, a trigger's column list or condition, or a generated column rests on.
/// Extended statistics it makes anew without their target, and from 18 on as those of whoever retypes.
/// Indexes and checks follow; a foreign key does only where both sides can still be compared.
fn retype(from: Item<'_, Column>, to: Item<'_, Column>, cx: &PlanCx<'_>) -> Alter {
    let computes = cx.from_references.dependents(from.id).iter().any(|dependent| {
        let generated = |catalog: &crate::catalog::Catalog| {
            catalog
                .payload::<Column>(dependent)
                .and_then(|column| column.generated.clone())
                .is_some_and(|generated| uses(&generated.expr, from.id))
        };
        generated(cx.from) && generated(cx.to)
    });
    if computes {
        return Alter::Unsupported(
            "a generated column is computed from it: drop that column in a revision of its own, then change the \
             type, and declare it again",
        );
    }
    let (before, after) = (&from.payload.data_type.text, &to.payload.data_type.text);
    if stays_comparable(before, after) {
        Alter::InPlaceOver(&[
            Kind::View,
            Kind::MaterializedView,
            Kind::Trigger,
            Kind::Function,
            Kind::Policy,
            Kind::Statistics,
            Kind::Rule,
            Kind::PublishedTable,
        ])
    } else {
        Alter::InPlaceOver(&[
            Kind::View,
            Kind::MaterializedView,
            Kind::Trigger,
            Kind::Function,
            Kind::Policy,
            Kind::Statistics,
            Kind::Rule,
            Kind::PublishedTable,
            Kind::ForeignKey,
        ])
    }
}

fn uses(expr: &Expr, column: &ObjectId) -> bool {
    let words = crate::catalog::expr::mentions(expr.text());
    column
        .name()
        .is_some_and(|name| words.iter().any(|word| word == name.text()))
}

fn regenerate(from: Option<&Generated>, to: Option<&Generated>, cx: &PlanCx<'_>) -> Alter {
    match (from, to) {
        (Some(before), Some(after)) if before.stored != after.stored => Alter::Unsupported(
            "whether its values are stored is fixed when it is made: drop the column, then declare it again",
        ),
        (Some(_), Some(_)) if cx.server.version >= 170_000 => Alter::InPlace,
        (Some(_), Some(_)) => Alter::Unsupported(
            "the expression of a generated column can be changed from PostgreSQL 17 on: drop the column, then \
             declare it again",
        ),
        (Some(before), None) if before.stored && cx.server.version >= 130_000 => Alter::InPlace,
        (Some(_), None) => Alter::Unsupported("its values are not stored anywhere: declare a new column"),
        (None, _) => Alter::Unsupported(
            "a column with values of its own cannot become a generated one: declare a new column and drop this one",
        ),
    }
}

fn inline(item: Item<'_, Column>, cx: &RenderCx<'_>, sql: &mut Sql) {
    let column = item.payload;
    name(item.id, sql);
    sql.raw(" ").raw(&column.data_type.text);
    foreign::options(&column.options, sql);
    if let Some(collation) = &column.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    // Before 16, what a table computes as its parent does it must not say.
    let says = cx.server.version >= 160_000 || cx.to.inherited(item.id).is_none();
    if let Some(generated) = column.generated.as_ref().filter(|_| says) {
        sql.raw(" GENERATED ALWAYS AS ")
            .raw(&parenthesised(generated.expr.text()))
            .raw(if generated.stored { " STORED" } else { " VIRTUAL" });
    }
    if let Some(identity) = &column.identity {
        sql.raw(" ");
        generated_as_identity(identity, sql);
    }
    match (&column.default, cx.to.inherited(item.id)) {
        (Some(default), _) => {
            sql.raw(" DEFAULT ").raw(&default_text(default));
        }
        // It would be the one of the parents.
        (None, Some(Object::Column(above))) if above.default.is_some() => {
            sql.raw(" DEFAULT NULL");
        }
        _ => {}
    }
    // One that is not valid is added by a statement of its own.
    if !column.nullable && !column.not_null.not_valid {
        if let Some(name) = constraint_name(item, cx) {
            sql.raw(" CONSTRAINT ").ident(&name);
        }
        sql.raw(" NOT NULL");
        if column.not_null.no_inherit {
            sql.raw(" NO INHERIT");
        }
    }
}

/// The name of the constraint by which a column is required, where one has to be given. Since 18 it is that of the parents
/// beside it, for the engine retypes no column that is required under two names.
fn constraint_name(item: Item<'_, Column>, cx: &RenderCx<'_>) -> Option<Ident> {
    let own = item.payload.not_null.name.clone();
    if own.is_some() || cx.server.version < 180_000 {
        return own;
    }
    let above = cx.to.required_above(item.id)?;
    let column = cx.to.payload::<Column>(&above)?;
    let (table, name) = (above.relation()?, above.name()?);
    column.not_null.name.clone().or_else(|| {
        let engine = cx.server.engine();
        let implicit = engine.implicit_name(Kind::Column, table.name.text(), &[name.text()]);
        implicit.map(|implicit| engine.ident(&implicit))
    })
}

/// The constraint that a new column cannot be made with: the rows that are there may have NULL.
pub(super) fn unproven(id: &ObjectId, column: &Column, sql: &mut Sql) {
    if !column.nullable && column.not_null.not_valid {
        alter_table(id, sql);
        add_not_null(id, &column.not_null, sql);
        sql.end();
    }
}

/// `ADD CONSTRAINT n NOT NULL c NO INHERIT NOT VALID`
fn add_not_null(id: &ObjectId, not_null: &NotNull, sql: &mut Sql) {
    sql.raw("ADD ");
    if let Some(name) = &not_null.name {
        sql.raw("CONSTRAINT ").ident(name).raw(" ");
    }
    sql.raw("NOT NULL ");
    name(id, sql);
    if not_null.no_inherit {
        sql.raw(" NO INHERIT");
    }
    if not_null.not_valid {
        sql.raw(" NOT VALID");
    }
}

/// `GENERATED … AS IDENTITY (…)`
pub(in crate::dialect::postgres) fn generated_as_identity(identity: &Identity, sql: &mut Sql) {
    sql.raw("GENERATED ")
        .raw(generation(identity))
        .raw(" AS IDENTITY");
    let options = options(&identity.options);
    if !options.is_empty() {
        sql.raw(" (").raw(&options.join(" ")).raw(")");
    }
}

fn generation(identity: &Identity) -> &'static str {
    if identity.always { "ALWAYS" } else { "BY DEFAULT" }
}

/// Inside `CREATE TABLE` a default must be an operand: what has a comparison or `AND` in it needs parentheses, and the
/// engine prints it with them.
pub(in crate::dialect::postgres) fn default_text(default: &Expr) -> String {
    default.text().trim().to_owned()
}

/// As far as possible all changes in one `ALTER TABLE`, so that rows are read and written once. The engine carries the parts out in an
/// order of its own: what goes, types, NOT NULL, then defaults and identity
/// (`AlterTablePass` in `src/backend/commands/tablecmds.c`).
pub(in crate::dialect::postgres) fn alter_sql(
    change: &AlterItem<'_, Column>,
    cx: &RenderCx<'_>,
    sql: &mut Sql,
) {
    let (from, to) = (change.from, change.to);
    let has = |attr: ColumnAttr| change.attrs.contains(&attr);
    let retyped = has(ColumnAttr::DataType) || has(ColumnAttr::Collation);
    let renew_default = renews_default(change);

    let mut parts = Parts {
        id: change.id,
        list: Vec::new(),
        cx,
    };
    rename_not_null(change, sql);
    if has(ColumnAttr::Identity) && to.identity.is_none() {
        hand_over(change.id, to, sql);
        parts.push("DROP IDENTITY");
    }
    if has(ColumnAttr::Generated) && to.generated.is_none() {
        parts.push("DROP EXPRESSION");
    }
    // The type of an identity column is checked before any part is carried out, so it changes between the statements
    // that take an identity away and give one.
    if retyped {
        parts.flush(sql);
    }
    if from.default.is_some() && (renew_default || (has(ColumnAttr::Default) && to.default.is_none())) {
        parts.push_of(ColumnAttr::Default, "DROP DEFAULT", sql);
    }
    if retyped {
        let clause = parts.write(|sql| set_type(to, change.using, sql));
        parts.push(&clause);
    }
    if let Some(default) = &to.default
        && (has(ColumnAttr::Default) || renew_default)
    {
        parts.push_of(
            ColumnAttr::Default,
            &format!("SET DEFAULT {}", default_text(default)),
            sql,
        );
    }
    parts.not_null(change, sql);
    if retyped {
        parts.flush(sql);
        say_again(change.id, cx, sql);
    }
    if let (true, Some(generated)) = (has(ColumnAttr::Generated), &to.generated) {
        parts.push(&format!(
            "SET EXPRESSION AS {}",
            parenthesised(generated.expr.text())
        ));
    }
    if let (true, Some(identity)) = (has(ColumnAttr::Identity), &to.identity) {
        parts.identity(from.identity.as_ref(), identity);
    }
    if has(ColumnAttr::Options) {
        let clause = parts.write(|sql| foreign::change_options((&from.options, &to.options), sql));
        parts.push(clause.trim_start());
    }
    parts.flush(sql);
    match follows(from, to) {
        // Rows that lie elsewhere are not looked at.
        Some(Follows::Rows) if cx.to.is_of_foreign(change.id) => {}
        Some(Follows::Rows) => follow_rows(change.id, to, sql),
        Some(Follows::Sequence(sequence)) => follow_sequence(change.id, sequence, sql),
        None => {}
    }
}

/// The constraint by which a column is required takes the declared name.
fn rename_not_null(change: &AlterItem<'_, Column>, sql: &mut Sql) {
    if let (false, false, Some(from), Some(to)) = (
        change.from.nullable,
        change.to.nullable,
        &change.from.not_null.name,
        &change.to.not_null.name,
    ) && from != to
    {
        alter_table(change.id, sql);
        sql.raw("RENAME CONSTRAINT ")
            .ident(from)
            .raw(" TO ")
            .ident(to)
            .end();
    }
}

/// Where the counter of a column goes on that begins to count, or counts by another sequence from now on.
#[derive(Debug)]
pub(in crate::dialect::postgres) enum Follows<'a> {
    /// Behind the highest value there is.
    Rows,
    /// Where this sequence stands, in the words of the engine.
    Sequence(&'a str),
}

/// See [`Follows`]; `None` where the counter stays the one that it was.
pub(in crate::dialect::postgres) fn follows<'a>(from: &'a Column, to: &Column) -> Option<Follows<'a>> {
    if !counts(to) {
        return None;
    }
    if !counts(from) {
        return Some(Follows::Rows);
    }
    if from.identity.is_some() || to.identity.is_none() {
        return None;
    }
    counts_by(from).map(Follows::Sequence)
}

/// The name literal in `nextval('s'::regclass)`.
fn counts_by(column: &Column) -> Option<&str> {
    let text = column.default.as_ref().filter(|_| counts(column))?.text();
    let (start, end) = (text.find('\'')?, text.rfind('\'')?);
    text.get(start..=end)
}

/// `ALTER TABLE t ADD COLUMN c … , ALTER COLUMN c SET DEFAULT …`: in this order the default is none of the rows that are
/// there, <https://www.postgresql.org/docs/current/sql-altertable.html>, Notes.
pub(in crate::dialect::postgres) fn add_unfilled(
    id: &ObjectId,
    column: &Column,
    cx: &RenderCx<'_>,
    sql: &mut Sql,
) {
    let empty = Column {
        default: None,
        ..column.clone()
    };
    alter_table(id, sql);
    sql.raw("\n    ADD COLUMN ");
    let payload = &empty;
    inline(Item { id, payload }, cx, sql);
    if let Some(default) = &column.default {
        sql.raw(",\n    ");
        set_default(id, default, sql);
    }
    sql.end();
}

/// Whether the default is taken away before the type changes, and given anew after: it is cast by the engine with the
/// type, which fails between families although the new default would do.
pub(in crate::dialect::postgres) fn renews_default(change: &AlterItem<'_, Column>) -> bool {
    let has = |attr: ColumnAttr| change.attrs.contains(&attr);
    let (from, to) = (&change.from.data_type, &change.to.data_type);
    let other_family = family(&from.text) != family(&to.text);
    let user = from.user.is_some() || to.user.is_some();
    let retyped = has(ColumnAttr::DataType) || has(ColumnAttr::Collation);
    retyped && (has(ColumnAttr::Default) || other_family || user)
}

/// The actions of one `ALTER TABLE`.
struct Parts<'a> {
    id: &'a ObjectId,
    list: Vec<String>,
    cx: &'a RenderCx<'a>,
}

impl Parts<'_> {
    fn write(&self, with: impl FnOnce(&mut Sql)) -> String {
        let mut sql = Sql::new(self.cx.server.engine());
        with(&mut sql);
        sql.clause()
    }

    fn push(&mut self, action: &str) {
        let part = self.write(|sql| {
            sql.raw("ALTER COLUMN ");
            name(self.id, sql);
            sql.raw(" ").raw(action);
        });
        self.list.push(part);
    }

    /// Tables below keep what they have for themselves.
    fn push_of(&mut self, attr: ColumnAttr, action: &str, sql: &mut Sql) {
        if same_below(self.id, attr, self.cx.to) {
            self.push(action);
            return;
        }
        self.flush(sql);
        self.push(action);
        self.flush_to(" ONLY", sql);
    }

    fn not_null(&mut self, change: &AlterItem<'_, Column>, sql: &mut Sql) {
        let (from, to) = (change.from, change.to);
        let (was, is) = (&from.not_null, &to.not_null);
        // What is said of the constraint, but for its name, is fixed when it is made; only to prove it is no new one.
        let renewed = was.no_inherit != is.no_inherit || !was.not_valid && is.not_valid;
        let proven = was.not_valid && !is.not_valid;
        match (from.nullable, to.nullable) {
            (false, true) => self.push_of(ColumnAttr::Nullable, "DROP NOT NULL", sql),
            (true, false) if *is == NotNull::default() => {
                self.push_of(ColumnAttr::Nullable, "SET NOT NULL", sql);
            }
            (true, false) => self.add_not_null(is),
            (false, false) if renewed => {
                self.push("DROP NOT NULL");
                self.add_not_null(is);
            }
            (false, false) if proven => self.push("SET NOT NULL"),
            (true, true) | (false, false) => {}
        }
    }

    fn add_not_null(&mut self, not_null: &NotNull) {
        let added = self.write(|sql| add_not_null(self.id, not_null, sql));
        self.list.push(added);
    }

    fn identity(&mut self, from: Option<&Identity>, to: &Identity) {
        let Some(from) = from else {
            let added = self.write(|sql| generated_as_identity(to, sql));
            self.push(&format!("ADD {added}"));
            return;
        };
        if from.always != to.always {
            self.push(&format!("SET GENERATED {}", generation(to)));
        }
        let options = changed_options(&from.options, &to.options);
        if !options.is_empty() {
            let options: Vec<String> = options.iter().map(|option| format!("SET {option}")).collect();
            self.push(&options.join(" "));
        }
    }

    fn flush(&mut self, sql: &mut Sql) {
        self.flush_to("", sql);
    }

    fn flush_to(&mut self, only: &str, sql: &mut Sql) {
        let list = std::mem::take(&mut self.list);
        if list.is_empty() {
            return;
        }
        sql.raw("ALTER TABLE").raw(only).raw(" ");
        if let Some(table) = self.id.relation() {
            sql.qname(table);
        }
        let separator = if list.len() > 1 { "\n    " } else { " " };
        sql.raw(separator).raw(&list.join(&format!(",{separator}"))).end();
    }
}

/// `TYPE t COLLATE c USING …`
pub(in crate::dialect::postgres) fn set_type(to: &Column, using: Option<&Expr>, sql: &mut Sql) {
    sql.raw("TYPE ").raw(&to.data_type.text);
    if let Some(collation) = &to.collation {
        sql.raw(" COLLATE ").qname(collation.qname());
    }
    if let Some(using) = using {
        sql.raw(" USING ").raw(using.text());
    }
}

/// `ALTER COLUMN c DROP DEFAULT`
pub(in crate::dialect::postgres) fn drop_default(column: &ObjectId, sql: &mut Sql) {
    sql.raw("ALTER COLUMN ");
    name(column, sql);
    sql.raw(" DROP DEFAULT");
}

/// `ALTER COLUMN c SET DEFAULT …`
pub(in crate::dialect::postgres) fn set_default(column: &ObjectId, default: &Expr, sql: &mut Sql) {
    sql.raw("ALTER COLUMN ");
    name(column, sql);
    sql.raw(" SET DEFAULT ").raw(&default_text(default));
}

/// Whether the column takes its values from a sequence.
pub(in crate::dialect::postgres) fn counts(column: &Column) -> bool {
    let called = |default: &Expr| {
        crate::catalog::expr::mentions(default.text())
            .first()
            .is_some_and(|word| word == "nextval")
    };
    column.identity.is_some() || column.default.as_ref().is_some_and(called)
}

/// Moves the sequence that a column counts by past the highest value there is; it is never moved back. A sequence that
/// counts downwards is left alone.
pub(in crate::dialect::postgres) fn follow_rows(id: &ObjectId, column: &Column, sql: &mut Sql) {
    let (Some(table), Some(name)) = (id.relation(), id.name()) else {
        return;
    };
    let options = column.identity.as_ref().map(|identity| &identity.options);
    if options.and_then(|options| options.increment).unwrap_or(1) < 0 {
        return;
    }
    let start = options
        .and_then(|options| options.start.or(options.min))
        .unwrap_or(1);
    let sequence = own_sequence(table, name);
    sql.end();
    sql.raw("SELECT setval(").raw(&sequence).raw(", max(").ident(name);
    sql.raw(")) FROM ")
        .qname(table)
        .raw("\n    HAVING max(")
        .ident(name);
    sql.raw(") >= coalesce(pg_sequence_last_value(").raw(&sequence);
    sql.raw("::regclass), ").raw(&start.to_string()).raw(")").end();
}

/// Lets the sequence of an identity column go on where the sequence stands that the column counted by until now.
fn follow_sequence(id: &ObjectId, sequence: &str, sql: &mut Sql) {
    let (Some(table), Some(name)) = (id.relation(), id.name()) else {
        return;
    };
    sql.end();
    sql.raw("SELECT setval(").raw(&own_sequence(table, name));
    // What has never been called begins with the value it stands at.
    sql.raw(", last_value, is_called) FROM ")
        .raw(&unquoted(sequence))
        .end();
}

/// Lets the sequence that the column counts by from now on go on where its identity stands. What has never counted begins
/// anew: `setval` does nothing then.
fn hand_over(id: &ObjectId, to: &Column, sql: &mut Sql) {
    let (Some(table), Some(name), Some(sequence)) = (id.relation(), id.name(), counts_by(to)) else {
        return;
    };
    sql.raw("SELECT setval(").raw(sequence);
    sql.raw(", pg_sequence_last_value(")
        .raw(&own_sequence(table, name));
    sql.raw("::regclass))").end();
}

/// The text in a literal.
fn unquoted(literal: &str) -> String {
    let inner = literal.trim_start_matches('\'').trim_end_matches('\'');
    inner.replace("''", "'")
}

/// The call that names the sequence which a column owns.
fn own_sequence(table: &QName, column: &Ident) -> String {
    format!(
        "pg_get_serial_sequence({}, {})",
        name_literal(table),
        text_literal(column.text())
    )
}
