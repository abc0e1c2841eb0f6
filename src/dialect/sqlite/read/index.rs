//! An index as its text tells it.

use std::sync::Arc;

use crate::catalog::kinds::{Index, IndexKey, IndexTerm};
use crate::catalog::{EngineName, Ident};
use crate::dialect::sqlite::text::expression;
use crate::dialect::sqlite::token::{Cursor, Reason, Token, TokenKind, split_commas, tokens};

/// A column of the index's table: its name and collation.
pub(super) type ColumnFact = (Ident, Option<EngineName>);

/// Reads `CREATE [UNIQUE] INDEX … ON … (…) [WHERE …]`.
pub(super) fn parse(text: &str, columns: &[ColumnFact]) -> Result<Index, Reason> {
    let mut cursor = Cursor::new(text);
    cursor.expect(&["CREATE"])?;
    let unique = cursor.take(&["UNIQUE"]);
    cursor.expect(&["INDEX"])?;
    cursor.take(&["IF", "NOT", "EXISTS"]);
    cursor.qualified_name()?;
    cursor.expect(&["ON"])?;
    cursor.name()?;
    let names: Vec<Ident> = columns.iter().map(|(name, _)| name.clone()).collect();
    let keys = split_commas(cursor.parenthesised()?)
        .into_iter()
        .map(|text| key(text, columns, &names))
        .collect::<Vec<IndexKey>>();
    let predicate = if cursor.take(&["WHERE"]) {
        Some(expression(cursor.rest(), &names))
    } else if cursor.is_done() {
        None
    } else {
        return Err(cursor.surprise("the end"));
    };
    Ok(Index {
        method: Arc::from("btree"),
        unique,
        nulls_not_distinct: false,
        keys,
        include: Vec::new(),
        predicate,
    })
}

/// `term [COLLATE name] [ASC|DESC]`, read from its end.
fn key(text: &str, columns: &[ColumnFact], names: &[Ident]) -> IndexKey {
    let mut tokens = tokens(text);
    tokens.retain(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment));
    let mut descending = false;
    if let Some(last) = tokens.last()
        && tokens.len() > 1
        && (last.is_word("ASC") || last.is_word("DESC"))
    {
        descending = last.is_word("DESC");
        tokens.pop();
    }
    let mut collation = None;
    if let [.., word, name] = tokens.as_slice()
        && word.is_word("COLLATE")
        && tokens.len() > 2
    {
        collation = name.name().map(|name| EngineName::builtin(Ident::folded(&name)));
        tokens.truncate(tokens.len() - 2);
    }
    let end = tokens.last().map_or(0, Token::end);
    let single = match tokens.as_slice() {
        [one] => one.name().map(|name| Ident::folded(&name)),
        _ => None,
    };
    let column = single.and_then(|name| columns.iter().find(|(column, _)| *column == name));
    let own = column.and_then(|(_, collation)| collation.clone());
    let binary = EngineName::builtin(Ident::folded("BINARY"));
    let term = match column {
        Some((name, _)) => IndexTerm::Column(name.clone()),
        None => IndexTerm::Expr(expression(&text[..end], names)),
    };
    IndexKey {
        term,
        collation: collation.filter(|collation| collation != own.as_ref().unwrap_or(&binary)),
        opclass: None,
        descending,
        nulls: None,
    }
}
