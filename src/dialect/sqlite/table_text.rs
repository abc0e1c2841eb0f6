//! Reading the text of a table: [`parse`] turns `CREATE TABLE …` into payloads, or says what it cannot model.
//!
//! The pragmas do not tell names of constraints, checks, collations, generated expressions, `AUTOINCREMENT`, conflict
//! clauses and deferrability; the text does. What is read here is checked against the pragmas afterwards
//! (`read::facts`). Must not: guess.

use crate::catalog::kinds::{
    Check, Column, Deferrable, ForeignKey, Generated, Match, PrimaryKey, ReferentialAction, Table, TableExt,
    Unique,
};
use crate::catalog::{DataType, EngineName, Expr, Ident, Object, QName};

use super::text;
use super::token::{Cursor, Reason, TokenKind};
use super::types;

/// A table as its text tells it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct TableText {
    pub(super) table: Table,
    pub(super) columns: Vec<(Ident, Column)>,
    /// The constraints with their names, if they have one, in the order of the text.
    pub(super) constraints: Vec<(Option<Ident>, Object)>,
}

/// The words with which the type of a column ends and its constraints begin.
const CONSTRAINT_WORDS: [&str; 10] = [
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "AS",
];

/// Reads the text of a table.
pub(super) fn parse(text: &str) -> Result<TableText, Reason> {
    let mut cursor = Cursor::new(text);
    cursor.expect(&["CREATE", "TABLE"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.qualified_name()?;
    cursor.expect_punct("(")?;
    let mut reader = Reader {
        cursor,
        columns: Vec::new(),
        constraints: Vec::new(),
    };
    loop {
        if reader.at_table_constraint() {
            reader.table_constraint()?;
        } else {
            reader.column()?;
        }
        // SQLite does not insist on the comma between table constraints.
        if !reader.cursor.take_punct(",") && !reader.at_table_constraint() {
            break;
        }
    }
    reader.cursor.expect_punct(")")?;
    let ext = reader.options()?;
    Ok(reader.finish(ext))
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    columns: Vec<(Ident, Column)>,
    constraints: Vec<(Option<Ident>, Object)>,
}

impl Reader<'_> {
    fn at_table_constraint(&self) -> bool {
        let words: [&[&str]; 5] = [
            &["CONSTRAINT"],
            &["PRIMARY", "KEY"],
            &["UNIQUE"],
            &["CHECK"],
            &["FOREIGN", "KEY"],
        ];
        words.iter().any(|words| self.cursor.sees(words))
    }

    fn column(&mut self) -> Result<(), Reason> {
        let name = self.cursor.name()?;
        let mut column = Column {
            data_type: DataType::builtin(self.data_type()?),
            nullable: true,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            not_null: crate::catalog::kinds::NotNull::default(),
            options: Vec::new(),
        };
        loop {
            let constraint = if self.cursor.take(&["CONSTRAINT"]) {
                Some(self.cursor.name()?)
            } else {
                None
            };
            if self.keyed(&name, constraint.as_ref())? {
                continue;
            }
            let known = self.plain(&name, &mut column)?;
            match (known, constraint) {
                (true, None) => {}
                (false, None) => break,
                (_, Some(constraint)) => {
                    return Err(Reason::new(format!(
                        "the name {constraint} stands on a part of column {name} that keeps none"
                    )));
                }
            }
        }
        self.columns.push((name, column));
        Ok(())
    }

    fn data_type(&mut self) -> Result<String, Reason> {
        let mut out = String::new();
        while let Some(token) = self.cursor.peek() {
            let is_name = matches!(token.kind, TokenKind::Word | TokenKind::Quoted | TokenKind::Text);
            let ends = CONSTRAINT_WORDS.iter().any(|word| token.is_word(word))
                || self.cursor.sees(&["GENERATED", "ALWAYS"]);
            if !is_name || ends {
                break;
            }
            out.push(' ');
            out.push_str(token.text);
            self.cursor.next();
        }
        if !out.is_empty() && self.cursor.sees_punct("(") {
            out.push('(');
            out.push_str(self.cursor.parenthesised()?);
            out.push(')');
        }
        Ok(types::canonical(&out))
    }

    /// A column constraint that is an object of its own; whether there was one.
    fn keyed(&mut self, column: &Ident, name: Option<&Ident>) -> Result<bool, Reason> {
        let columns = vec![column.clone()];
        let object: Object = if self.cursor.take(&["PRIMARY", "KEY"]) {
            if self.cursor.take(&["DESC"]) {
                return Err(Reason::new("its primary key is DESC"));
            }
            self.cursor.take(&["ASC"]);
            self.no_conflict_clause()?;
            let autoincrement = self.cursor.take(&["AUTOINCREMENT"]);
            primary_key(columns, autoincrement).into()
        } else if self.cursor.take(&["UNIQUE"]) {
            self.no_conflict_clause()?;
            Unique::new(columns).into()
        } else if self.cursor.take(&["CHECK"]) {
            self.check()?.into()
        } else if self.cursor.sees(&["REFERENCES"]) {
            self.references(columns)?.into()
        } else {
            return Ok(false);
        };
        self.constraints.push((name.cloned(), object));
        Ok(true)
    }

    /// A column constraint that is an attribute of the column; whether there was one.
    fn plain(&mut self, name: &Ident, column: &mut Column) -> Result<bool, Reason> {
        if self.cursor.take(&["NOT", "NULL"]) {
            column.nullable = false;
            self.no_conflict_clause()?;
        } else if self.cursor.take(&["NULL"]) {
            self.no_conflict_clause()?;
        } else if self.cursor.take(&["DEFAULT"]) {
            column.default = Some(self.default()?);
        } else if self.cursor.take(&["COLLATE"]) {
            let collation = self.cursor.name()?;
            column.collation = (collation.key() != "binary").then(|| EngineName::builtin(collation));
        } else if self.cursor.take(&["GENERATED", "ALWAYS", "AS"]) || self.cursor.take(&["AS"]) {
            let expr = Expr::new(self.cursor.parenthesised()?);
            let stored = self.cursor.take(&["STORED"]);
            if !stored {
                self.cursor.take(&["VIRTUAL"]);
            }
            column.generated = Some(Generated { expr, stored });
        } else if self.cursor.sees(&["ON", "CONFLICT"]) {
            return Err(conflict_clause());
        } else if self
            .cursor
            .peek()
            .is_some_and(|token| !token.is_punct(",") && !token.is_punct(")"))
            && !self.at_table_constraint()
        {
            return Err(self.cursor.surprise(&format!("a constraint of column {name}")));
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    fn default(&mut self) -> Result<Expr, Reason> {
        if self.cursor.sees_punct("(") {
            return Ok(text::default(self.cursor.parenthesised()?));
        }
        let mut out = String::new();
        while self.cursor.sees_punct("-") || self.cursor.sees_punct("+") {
            out.push_str(self.cursor.next().map_or("", |token| token.text));
        }
        let Some(token) = self.cursor.next() else {
            return Err(self.cursor.surprise("a default"));
        };
        match token.kind {
            // A bare name is a text literal here: https://sqlite.org/lang_createtable.html#the_default_clause
            TokenKind::Quoted => out.push_str(&text::literal_of_name(token)),
            TokenKind::Word if !text::is_value_word(token.text) => {
                out.push_str(&text::literal_of_name(token));
            }
            TokenKind::Word | TokenKind::Text | TokenKind::Number | TokenKind::Blob => {
                out.push_str(token.text);
            }
            _ => return Err(Reason::new(format!("its text has `{}` as a default", token.text))),
        }
        Ok(text::default(&out))
    }

    fn table_constraint(&mut self) -> Result<(), Reason> {
        let name = if self.cursor.take(&["CONSTRAINT"]) {
            Some(self.cursor.name()?)
        } else {
            None
        };
        let object: Object = if self.cursor.take(&["PRIMARY", "KEY"]) {
            let (columns, autoincrement) = self.key_columns()?;
            self.no_conflict_clause()?;
            primary_key(columns, autoincrement).into()
        } else if self.cursor.take(&["UNIQUE"]) {
            let (columns, _) = self.key_columns()?;
            self.no_conflict_clause()?;
            Unique::new(columns).into()
        } else if self.cursor.take(&["CHECK"]) {
            let check = self.check()?;
            check.into()
        } else if self.cursor.take(&["FOREIGN", "KEY"]) {
            let columns = self.cursor.names()?;
            self.references(columns)?.into()
        } else {
            return Err(self.cursor.surprise("a constraint"));
        };
        self.constraints.push((name, object));
        Ok(())
    }

    /// The columns of a key, and whether `AUTOINCREMENT` stands behind them.
    fn key_columns(&mut self) -> Result<(Vec<Ident>, bool), Reason> {
        self.cursor.expect_punct("(")?;
        let mut columns = Vec::new();
        loop {
            columns.push(self.cursor.name()?);
            if self.cursor.sees(&["COLLATE"]) || self.cursor.sees(&["DESC"]) {
                return Err(Reason::new("a key of it has a collation or direction of its own"));
            }
            self.cursor.take(&["ASC"]);
            if !self.cursor.take_punct(",") {
                break;
            }
        }
        let autoincrement = self.cursor.take(&["AUTOINCREMENT"]);
        self.cursor.expect_punct(")")?;
        Ok((columns, autoincrement))
    }

    fn check(&mut self) -> Result<Check, Reason> {
        let expr = Expr::new(self.cursor.parenthesised()?);
        // SQLite parses a conflict clause here, and ignores it.
        self.no_conflict_clause()?;
        Ok(Check::new(expr))
    }

    fn references(&mut self, columns: Vec<Ident>) -> Result<ForeignKey, Reason> {
        self.cursor.expect(&["REFERENCES"])?;
        let mut key = ForeignKey::to(columns, QName::bare(self.cursor.name()?), Vec::new());
        if self.cursor.sees_punct("(") {
            key.referenced = self.cursor.names()?;
        }
        loop {
            if self.cursor.take(&["ON", "DELETE"]) {
                key.on_delete = self.action()?;
            } else if self.cursor.take(&["ON", "UPDATE"]) {
                key.on_update = self.action()?;
            } else if self.cursor.take(&["MATCH"]) {
                key.match_type = self.match_type()?;
            } else if self.cursor.sees(&["NOT", "DEFERRABLE"]) || self.cursor.sees(&["DEFERRABLE"]) {
                key.deferrable = self.deferrable();
            } else {
                return Ok(key);
            }
        }
    }

    fn action(&mut self) -> Result<ReferentialAction, Reason> {
        use ReferentialAction::{Cascade, NoAction, Restrict, SetDefault, SetNull};
        let actions: [(&[&str], ReferentialAction); 5] = [
            (&["NO", "ACTION"], NoAction),
            (&["RESTRICT"], Restrict),
            (&["CASCADE"], Cascade),
            (&["SET", "NULL"], SetNull),
            (&["SET", "DEFAULT"], SetDefault),
        ];
        let found = actions.iter().find(|(words, _)| self.cursor.take(words));
        found
            .map(|(_, action)| *action)
            .ok_or_else(|| self.cursor.surprise("an action"))
    }

    fn match_type(&mut self) -> Result<Match, Reason> {
        let word = self.cursor.name()?;
        match word.key() {
            "simple" => Ok(Match::Simple),
            "full" => Ok(Match::Full),
            _ => Err(Reason::new(format!("a foreign key of it is MATCH {word}"))),
        }
    }

    fn deferrable(&mut self) -> Deferrable {
        let never = self.cursor.take(&["NOT"]);
        self.cursor.take(&["DEFERRABLE"]);
        let deferred = self.cursor.take(&["INITIALLY", "DEFERRED"]);
        if !deferred {
            self.cursor.take(&["INITIALLY", "IMMEDIATE"]);
        }
        match (never, deferred) {
            (true, _) => Deferrable::No,
            (false, true) => Deferrable::InitiallyDeferred,
            (false, false) => Deferrable::InitiallyImmediate,
        }
    }

    fn no_conflict_clause(&self) -> Result<(), Reason> {
        if self.cursor.sees(&["ON", "CONFLICT"]) {
            Err(conflict_clause())
        } else {
            Ok(())
        }
    }

    fn options(&mut self) -> Result<TableExt, Reason> {
        let (mut strict, mut without_rowid) = (false, false);
        while !self.cursor.is_done() {
            if self.cursor.take(&["STRICT"]) {
                strict = true;
            } else if self.cursor.take(&["WITHOUT", "ROWID"]) {
                without_rowid = true;
            } else if !self.cursor.take_punct(",") && !self.cursor.take_punct(";") {
                return Err(self.cursor.surprise("the end"));
            }
        }
        Ok(if strict || without_rowid {
            TableExt::Sqlite {
                strict,
                without_rowid,
            }
        } else {
            TableExt::Plain
        })
    }

    /// The whole table: expressions in their one spelling, keys as strict about NULL as the engine makes them.
    fn finish(self, ext: TableExt) -> TableText {
        let Self {
            mut columns,
            mut constraints,
            ..
        } = self;
        let names: Vec<Ident> = columns.iter().map(|(name, _)| name.clone()).collect();
        for (_, column) in &mut columns {
            if let Some(generated) = &mut column.generated {
                generated.expr = text::expression(generated.expr.text(), &names);
            }
        }
        let without_rowid = matches!(
            ext,
            TableExt::Sqlite {
                without_rowid: true,
                ..
            }
        );
        for (_, object) in &mut constraints {
            match object {
                Object::Check(check) => check.expr = text::expression(check.expr.text(), &names),
                Object::PrimaryKey(key) => {
                    for (_, column) in columns.iter_mut().filter(|(name, _)| key.columns.contains(name)) {
                        // NULL in a rowid alias means the next number, and WITHOUT ROWID refuses it.
                        let alias = key.columns.len() == 1 && &*column.data_type.text == "INTEGER";
                        column.nullable &= !(alias || without_rowid);
                    }
                }
                _ => {}
            }
        }
        TableText {
            table: Table::new(ext),
            columns,
            constraints,
        }
    }
}

fn conflict_clause() -> Reason {
    Reason::new("a constraint of it has an ON CONFLICT clause")
}

fn primary_key(columns: Vec<Ident>, autoincrement: bool) -> PrimaryKey {
    PrimaryKey {
        autoincrement,
        ..PrimaryKey::new(columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(tail in "(a|b|INTEGER|PRIMARY|KEY|NOT|NULL|DEFAULT|CHECK|REFERENCES|CONSTRAINT|AS|'x'|\"q|[(),.; é\\[-]){0,20}") {
            let spaced = format!("CREATE TABLE t (a {tail})");
            drop(parse(&spaced));
            drop(parse(&tail));
        }
    }
}
