//! What becomes of the values of a column in the rows that are there: kept, converted, filled, or for the engine alone to tell.
//!
//! In: the column on both sides, and what the author declared about the way. Must not: ask anything.

use crate::catalog::kinds::Column;
use crate::catalog::{DataType, Expr, Ident, ObjectId, QName};

use super::super::emit::{filling, needs_value};
use super::Asker;

/// What becomes of the values of a column. Expressions are over a row as it is before.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Becomes {
    /// They stay.
    Same,
    /// They stay, in a type that has room for all of the old one.
    Wider(Expr),
    /// The old ones are converted.
    Converted(Expr),
    /// Rows get this.
    Filled(Expr),
    /// Rows have nothing in it.
    Nothing,
    /// Only the engine can tell.
    Unknown,
}

impl Becomes {
    /// Whether what held before may not hold afterwards.
    pub(super) fn breaks(&self) -> bool {
        matches!(self, Self::Converted(_) | Self::Filled(_) | Self::Nothing)
    }
}

impl Asker<'_> {
    /// What becomes of a column of a table that is there before the plan.
    pub(super) fn becomes(&self, id: &ObjectId) -> Becomes {
        let Some(to) = self.cx.to.payload::<Column>(id) else {
            return Becomes::Unknown;
        };
        let value = match self.cx.from.payload::<Column>(id) {
            Some(from) => self.kept_value(id, from, to),
            None => self.new_value(id, to),
        };
        match value {
            Some(Becomes::Converted(expr) | Becomes::Filled(expr)) if !self.is_known(id, &expr) => {
                Becomes::Unknown
            }
            value => value.unwrap_or(Becomes::Unknown),
        }
    }

    fn new_value(&self, id: &ObjectId, to: &Column) -> Option<Becomes> {
        let copies = self.intents.copies.iter();
        let mut into = copies.filter(|copy| id.relation() == Some(&copy.target));
        if to.identity.is_some()
            || into.any(|copy| copy.columns.iter().any(|(name, _)| id.name() == Some(name)))
        {
            return None;
        }
        let otherwise = self.cx.to.default_of(&to.data_type);
        match self.declared_value(id, to).or(otherwise) {
            Some(value) => self.filled_with(to, value),
            None => (!needs_value(to, self.cx.to)).then_some(Becomes::Nothing),
        }
    }

    fn filled_with(&self, to: &Column, value: &Expr) -> Option<Becomes> {
        self.typed(to, value.text()).map(Becomes::Filled)
    }

    fn kept_value(&self, id: &ObjectId, from: &Column, to: &Column) -> Option<Becomes> {
        if from.generated.is_some() || to.generated.is_some() {
            return self.computed(id, from, to);
        }
        let own = self.cx.server.engine().quote(id.name()?.text());
        let converted = self.converted(id, (from, to), &own)?;
        let required = from.nullable && !to.nullable;
        let fill = self.declared_value(id, to);
        let fill = fill.filter(|_| required || self.intents.fill.contains_key(id));
        let Some(fill) = fill else {
            return Some(converted);
        };
        let value = match &converted {
            Becomes::Wider(value) | Becomes::Converted(value) => value.text(),
            _ => &own,
        };
        let fill = self.typed(to, fill.text())?;
        Some(Becomes::Filled(Expr::new(format!("COALESCE({value}, {fill})"))))
    }

    /// What is computed stays as long as its own inputs do.
    fn computed(&self, id: &ObjectId, from: &Column, to: &Column) -> Option<Becomes> {
        let generated = to.generated.as_ref()?;
        if from.generated != to.generated {
            return self.filled_with(to, &generated.expr);
        }
        let table = id.relation()?;
        let inputs = self.named(table, &generated.expr);
        let stays = |input: &Ident| {
            let input = ObjectId::column(table, input.clone());
            input == *id || self.becomes(&input) == Becomes::Same
        };
        (has_same_type(self, from, to) && inputs.iter().all(stays)).then_some(Becomes::Same)
    }

    fn converted(&self, id: &ObjectId, (from, to): (&Column, &Column), own: &str) -> Option<Becomes> {
        if let Some(recoded) = self.intents.recode.get(id) {
            return self.typed(to, recoded.text()).map(Becomes::Converted);
        }
        if has_same_type(self, from, to) {
            let recollated = to.collation.as_ref().filter(|_| from.collation != to.collation);
            return Some(match recollated {
                None => Becomes::Same,
                Some(collation) => {
                    let collation = self.quoted(collation.qname());
                    Becomes::Converted(Expr::new(format!("{own} COLLATE {collation}")))
                }
            });
        }
        let using = self.intents.using.get(id);
        let value = self.typed(to, using.map_or(own, Expr::text))?;
        let wider = using.is_none() && self.cx.server.engine().is_widened(&from.data_type, &to.data_type);
        Some(if wider {
            Becomes::Wider(value)
        } else {
            Becomes::Converted(value)
        })
    }

    fn quoted(&self, name: &QName) -> String {
        let parts = name.schema.iter().chain([&name.name]);
        let parts: Vec<String> = parts
            .map(|part| self.cx.server.engine().quote(part.text()))
            .collect();
        parts.join(".")
    }

    /// The value in the type of the column: of a domain, in the type that it is made of, whose rules are asked about by
    /// themselves. `None` where the type is not there before, or is another one.
    pub(super) fn typed(&self, column: &Column, value: &str) -> Option<Expr> {
        let data_type = self.base_type(column);
        self.lasts(data_type)
            .then(|| Expr::new(self.cx.server.engine().typed(value, &data_type.text)))
    }

    /// The type of a column, or what its domain is made of.
    pub(super) fn base_type<'t>(&'t self, column: &'t Column) -> &'t DataType {
        let mut data_type = &column.data_type;
        while let Some(domain) = self.cx.to.domain_of(data_type) {
            data_type = &domain.base;
        }
        data_type
    }

    /// What is written into rows for a column that is filled and keeps its type, as it is declared.
    pub(super) fn written(&self, id: &ObjectId, to: &Column) -> Option<Expr> {
        let value = self.declared_value(id, to)?;
        match self.cx.from.payload::<Column>(id) {
            Some(from) if to.generated.is_none() => {
                let own = self.cx.server.engine().quote(id.name()?.text());
                has_same_type(self, from, to).then(|| Expr::new(format!("COALESCE({own}, {value})")))
            }
            _ => Some(value.clone()),
        }
    }

    /// What the author says that rows get in a column.
    pub(super) fn declared_value<'t>(&'t self, id: &ObjectId, to: &'t Column) -> Option<&'t Expr> {
        let generated = to.generated.as_ref().map(|generated| &generated.expr);
        generated.or_else(|| filling(id, to, self.intents))
    }

    /// Whether an expression gives the same whenever it is asked, of columns that are there before and stay.
    fn is_known(&self, id: &ObjectId, expr: &Expr) -> bool {
        let Some(table) = id.relation() else {
            return false;
        };
        let stays = |name: &Ident| {
            let input = ObjectId::column(table, name.clone());
            let before = self.cx.from.payload::<Column>(&input);
            input == *id || before.is_some() && before == self.cx.to.payload::<Column>(&input)
        };
        self.named(table, expr).iter().all(stays) && !self.cx.server.engine().varies(expr, self.cx.to)
    }
}

/// Whether the values need no conversion.
fn has_same_type(asker: &Asker<'_>, from: &Column, to: &Column) -> bool {
    let catalogs = asker.cx;
    let same_user = |user| catalogs.from.get(user) == catalogs.to.get(user);
    from.data_type == to.data_type && to.data_type.user.as_ref().is_none_or(same_user)
}
