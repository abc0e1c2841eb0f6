//! Rows for the tables of a scratch database, made from what the catalog says of them.
//!
//! In: the state that the database is in, the state that it is to be brought to, and a session. Out: [`Filled`], which
//! tables have rows now and why the others have none. The rows honour types, keys and checks of both states as far as
//! they can: whether they do is the engine's to say, which is asked again with other values where it refuses. The same
//! states get the same rows. Must not: be used on a database that anybody misses.

mod checks;
mod demands;
mod order;
mod row;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::catalog::kinds::EnumType;
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
use crate::dialect::session::EngineErrorKind;
use crate::dialect::sql::text_literal;
use crate::dialect::{Engine, EngineError, Server, Session, Sql, TxnOptions};

use super::Mapping;
use checks::Solution;
use demands::{Demands, Link, Wanted};
use row::{Cells, Manner};

/// How many rows a table gets.
const ROWS: usize = 4;

/// What rows are made for.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The server.
    pub server: &'a Server,
    /// The state that the database is in.
    pub from: &'a Catalog,
    /// The state that it is to be brought to.
    pub to: &'a Catalog,
    /// Which object of the one is which of the other.
    pub mapping: &'a Mapping,
    /// Where counting begins: past the keys of rows that are there. Tables that have rows get some only if it is not 0.
    pub first: usize,
    /// Whether only the tables get rows that the way from one to the other has to do with.
    pub touched_only: bool,
}

impl Ground<'_> {
    fn engine(&self) -> &'static dyn Engine {
        self.server.engine()
    }

    /// The `nth` value for a column: one that the type it will have takes, too, where that is said to be another.
    fn value(&self, column: &Wanted, nth: usize) -> Option<String> {
        let sample = |data_type, catalog| self.engine().sample(data_type, catalog, self.first + nth);
        let to_come = column
            .becomes
            .as_ref()
            .and_then(|becomes| sample(becomes, self.to));
        let user = column.data_type.user.as_ref();
        let known = user.and_then(|user| self.from.payload::<EnumType>(user));
        let is_known = |literal: &String| {
            known.is_none_or(|known| known.values.iter().any(|value| text_literal(value) == *literal))
        };
        to_come
            .filter(is_known)
            .or_else(|| sample(&column.data_type, self.from))
    }
}

/// How many rows a table is left with, where more of them were in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Thin {
    /// All, NULL among their values.
    #[default]
    No,
    /// All, without NULL.
    Filled,
    /// One, without NULL.
    One,
    /// None.
    Empty,
}

impl Thin {
    /// One step further; `None` where there is nothing left to take away.
    pub fn further(self) -> Option<Self> {
        match self {
            Self::No => Some(Self::Filled),
            Self::Filled => Some(Self::One),
            Self::One => Some(Self::Empty),
            Self::Empty => None,
        }
    }
}

/// What became of the tables.
#[derive(Clone, Debug, Default)]
pub struct Filled {
    /// The tables with rows of ours.
    pub made: BTreeSet<QName>,
    /// The tables that could not be given any, and why.
    pub left_out: BTreeMap<QName, String>,
}

/// Puts rows into the tables of `ground.from`, fewer of them where `thin` says so. Tables that have rows, or whose rows are
/// declared, are left as they are.
pub async fn fill(
    ground: &Ground<'_>,
    thin: &BTreeMap<QName, Thin>,
    session: &mut dyn Session,
) -> Result<Filled, EngineError> {
    let wanted = if ground.touched_only {
        order::touched(ground)
    } else {
        order::all(ground.from)
    };
    let walk = Walk::new(ground.from);
    let demands: Vec<Demands> = wanted
        .iter()
        .map(|table| Demands::read(ground, &walk, table))
        .collect();
    let mut filler = Filler {
        ground,
        thin,
        session,
        solutions: HashMap::new(),
        out: Filled::default(),
    };
    for group in order::groups(&demands) {
        let group: Vec<&Demands> = group.into_iter().map(|at| &demands[at]).collect();
        filler.group(&group).await?;
    }
    Ok(filler.out)
}

/// The values of some columns of a table, row by row, each a literal.
pub async fn cells(
    session: &mut dyn Session,
    table: &QName,
    columns: &[Ident],
) -> Result<Vec<Vec<Arc<str>>>, EngineError> {
    if columns.is_empty() {
        return Ok(Vec::new());
    }
    let engine = session.server().engine();
    let rows = session.query(&engine.select_cells(table, columns)).await?;
    let literals = |row: Vec<Option<String>>| row.into_iter().map(|cell| engine.cell(cell)).collect();
    Ok(rows.into_iter().map(literals).collect())
}

struct Filler<'a> {
    ground: &'a Ground<'a>,
    thin: &'a BTreeMap<QName, Thin>,
    session: &'a mut dyn Session,
    /// What was found for the checks of a table.
    solutions: HashMap<QName, Vec<Solution>>,
    out: Filled,
}

impl Filler<'_> {
    /// Tables that refer to each other, or one table.
    async fn group(&mut self, group: &[&Demands]) -> Result<(), EngineError> {
        let mut open: Vec<&Demands> = Vec::new();
        for demands in group {
            if !self.is_taken(demands).await? {
                open.push(demands);
            }
        }
        let inside = |link: &Link| group.iter().any(|one| one.table == link.table);
        let Some(sorted) = in_turn(&open) else {
            return self.at_once(&open).await;
        };
        for demands in &sorted {
            self.table(demands, &|link| inside(link) && demands.can_be_open(link))
                .await?;
        }
        for demands in sorted {
            for link in demands
                .links
                .iter()
                .filter(|link| inside(link) && demands.can_be_open(link))
            {
                self.close(demands, link).await?;
            }
        }
        Ok(())
    }

    /// Whether the rows of a table are not ours to make.
    async fn is_taken(&mut self, demands: &Demands) -> Result<bool, EngineError> {
        let rows = |table: &QName| ObjectId::on(Kind::Rows, ObjectId::table(table.clone()));
        let after = self.ground.mapping.table(&demands.table);
        let declared = self.ground.from.contains(&rows(&demands.table))
            || after.is_some_and(|after| self.ground.to.contains(&rows(after)));
        if declared {
            return Ok(true);
        }
        if self.thin(demands) == Thin::Empty {
            return Ok(true);
        }
        if self.ground.first > 0 {
            return Ok(false);
        }
        let mut sql = Sql::new(self.ground.engine());
        sql.raw("SELECT count(*) FROM ").qname(&demands.table);
        let count = self.session.query(&sql.clause()).await?;
        Ok(count.into_iter().flatten().flatten().next().as_deref() != Some("0"))
    }

    fn thin(&self, demands: &Demands) -> Thin {
        self.thin.get(&demands.table).copied().unwrap_or_default()
    }

    /// One table, with some links left open.
    async fn table(
        &mut self,
        demands: &Demands,
        is_open: &(dyn Fn(&Link) -> bool + Sync),
    ) -> Result<(), EngineError> {
        let mut pools = Vec::new();
        for link in &demands.links {
            pools.push(if is_open(link) {
                None
            } else {
                Some(self.pool(link).await?)
            });
        }
        self.solve(demands).await?;
        let thin = self.thin(demands);
        let mut refusal = None;
        for nth in 0..if thin == Thin::One { 1 } else { ROWS } {
            for manner in Manner::all(thin == Thin::No) {
                match self.cells(demands, &pools, *manner, nth) {
                    Ok(cells) => match self.insert(demands, &cells).await? {
                        None => {
                            self.out.made.insert(demands.table.clone());
                            break;
                        }
                        Some(refused) => refusal = Some(refused),
                    },
                    Err(reason) => refusal = Some(reason),
                }
            }
        }
        if !self.out.made.contains(&demands.table) {
            self.out
                .left_out
                .insert(demands.table.clone(), refusal.unwrap_or_default());
        }
        Ok(())
    }

    async fn solve(&mut self, demands: &Demands) -> Result<(), EngineError> {
        let found = checks::solve(self.ground, demands, self.session).await?;
        self.solutions.insert(demands.table.clone(), found);
        Ok(())
    }

    fn cells(
        &self,
        demands: &Demands,
        pools: &[Option<Vec<Vec<Arc<str>>>>],
        manner: Manner,
        nth: usize,
    ) -> Result<Cells, String> {
        let solutions = self.solutions.get(&demands.table).map_or(&[][..], Vec::as_slice);
        row::cells(self.ground, demands, pools, solutions, manner, nth)
    }

    /// What a link may point to.
    async fn pool(&mut self, link: &Link) -> Result<Vec<Vec<Arc<str>>>, EngineError> {
        if !link.declared.is_empty() {
            return Ok(link.declared.clone());
        }
        if link.is_new && !self.ground.from.contains(&ObjectId::table(link.table.clone())) {
            return Ok(Vec::new());
        }
        match cells(self.session, &link.table, &link.referenced).await {
            Ok(found) => Ok(found
                .into_iter()
                .filter(|row| row.iter().all(|cell| &**cell != "NULL"))
                .collect()),
            // The column that is referred to is only to come.
            Err(error) if link.is_new && is_refusal(&error) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Puts a row in; what the engine refuses comes back as its words.
    async fn insert(&mut self, demands: &Demands, cells: &Cells) -> Result<Option<String>, EngineError> {
        let sql = insert(self.ground.engine(), &demands.table, cells);
        match self.session.execute(&sql).await {
            Ok(_) => Ok(None),
            Err(error) if is_refusal(&error) => Ok(Some(error.message)),
            Err(error) => Err(error),
        }
    }

    /// Gives the rows that left a link open something to point to, each another row. What the engine refuses stays open.
    async fn close(&mut self, demands: &Demands, link: &Link) -> Result<(), EngineError> {
        if demands.key.is_empty() || !self.out.made.contains(&demands.table) {
            return Ok(());
        }
        let pool = self.pool(link).await?;
        let rows = cells(self.session, &demands.table, &demands.key).await?;
        // The last one stays as it is: NULL is a value, too.
        for (at, row) in rows.iter().enumerate().take(rows.len().saturating_sub(1)) {
            let Some(target) = pool.get((at + 1) % pool.len().max(1)) else {
                return Ok(());
            };
            let mut sql = Sql::new(self.ground.engine());
            sql.raw("UPDATE ").qname(&demands.table).raw(" SET ");
            sql.list(link.columns.iter().zip(target), |sql, (column, cell)| {
                sql.ident(column).raw(" = ").raw(cell);
            });
            for (nth, (column, cell)) in demands.key.iter().zip(row).enumerate() {
                sql.raw(if nth > 0 { " AND " } else { " WHERE " })
                    .ident(column)
                    .raw(" = ")
                    .raw(cell);
            }
            match self.session.execute(&sql.clause()).await {
                Err(error) if !is_refusal(&error) => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }

    /// Tables that need each other: in one transaction, with foreign keys put off to its end.
    async fn at_once(&mut self, group: &[&Demands]) -> Result<(), EngineError> {
        for demands in group {
            self.solve(demands).await?;
        }
        let refusal = match self.planned(group).await {
            Ok(statements) => self.together(&statements).await?,
            Err(reason) => Some(reason),
        };
        for demands in group {
            match &refusal {
                None => {
                    self.out.made.insert(demands.table.clone());
                }
                Some(reason) => {
                    self.out.left_out.insert(demands.table.clone(), reason.clone());
                }
            }
        }
        Ok(())
    }

    /// The statements that fill tables that need each other; the values of referenced columns are known before.
    async fn planned(&mut self, group: &[&Demands]) -> Result<Vec<String>, String> {
        let mut statements = Vec::new();
        for demands in group {
            let mut pools = Vec::new();
            for link in &demands.links {
                let parent = group.iter().find(|one| one.table == link.table);
                pools.push(Some(match parent {
                    Some(parent) => self.values_to_be(parent, link)?,
                    None => self.pool(link).await.map_err(|error| error.message)?,
                }));
            }
            for nth in 0..ROWS {
                let cells = self.cells(demands, &pools, Manner::Explicit, nth)?;
                statements.push(insert(self.ground.engine(), &demands.table, &cells));
            }
        }
        Ok(statements)
    }

    fn values_to_be(&self, parent: &Demands, link: &Link) -> Result<Vec<Vec<Arc<str>>>, String> {
        let value = |column: &Ident, nth| {
            let wanted = parent.column(column)?;
            self.ground.value(wanted, nth).map(Arc::from)
        };
        let row = |nth| -> Option<Vec<Arc<str>>> {
            link.referenced.iter().map(|column| value(column, nth)).collect()
        };
        (0..ROWS)
            .map(|nth| {
                row(nth).ok_or_else(|| format!("its rows and those of {} need each other", link.table))
            })
            .collect()
    }

    async fn together(&mut self, statements: &[String]) -> Result<Option<String>, EngineError> {
        self.session.begin(TxnOptions::default()).await?;
        let mut refusal = None;
        for sql in
            std::iter::once(self.ground.engine().put_off_keys()).chain(statements.iter().map(String::as_str))
        {
            match self.session.execute(sql).await {
                Ok(_) => {}
                Err(error) if is_refusal(&error) => {
                    refusal = Some(error.message);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        if refusal.is_none() {
            match self.session.commit().await {
                Ok(()) => return Ok(None),
                Err(error) if is_refusal(&error) => refusal = Some(error.message),
                Err(error) => return Err(error),
            }
        }
        // A commit that was refused may have undone it already.
        drop(self.session.rollback().await);
        Ok(refusal)
    }
}

/// Whether the statement was refused, and the session goes on.
pub(super) fn is_refusal(error: &EngineError) -> bool {
    matches!(error.kind, EngineErrorKind::Data | EngineErrorKind::Statement)
}

fn insert(engine: &'static dyn Engine, table: &QName, cells: &Cells) -> String {
    let mut sql = Sql::new(engine);
    sql.raw("INSERT INTO ").qname(table);
    if cells.is_empty() {
        sql.raw(" DEFAULT VALUES");
        return sql.clause();
    }
    sql.raw(" (")
        .idents(cells.iter().map(|(name, _)| name))
        .raw(") VALUES (");
    sql.list(cells, |sql, (_, literal)| {
        sql.raw(literal);
    });
    sql.raw(")");
    sql.clause()
}

/// An order in which each table only needs those before it, links that may be left open aside; `None` where there is none.
fn in_turn<'a>(group: &[&'a Demands]) -> Option<Vec<&'a Demands>> {
    let mut left: Vec<&Demands> = group.to_vec();
    let mut out = Vec::new();
    while !left.is_empty() {
        let is_free = |demands: &Demands| {
            demands.links.iter().all(|link| {
                link.is_new
                    || demands.can_be_open(link)
                    || !left.iter().any(|other| other.table == link.table)
            })
        };
        let at = left.iter().position(|demands| is_free(demands))?;
        out.push(left.remove(at));
    }
    Some(out)
}
