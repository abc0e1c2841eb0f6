//! Statements that people wrote into SQL files: [`Written`], what an engine says of one by its words alone, and [`Head`], with
//! which it reads them.
//!
//! In: a statement. Out: whether it may be run where the declared state is built, and what it is about. Only what declares
//! something is run there: no rows, nothing that reaches beyond the database. Must not: run anything, or read expressions.

use crate::catalog::{Ident, Kind, ObjectId, Path, QName};
use crate::statements::{Lexis, Token, TokenKind, tokens};

/// What becomes of a statement of a SQL file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// It is run, and is about this.
    Run(Option<About>),
    /// It is run before anything else: others may not stand without it.
    First(About),
    /// It gives or takes rights. The query answers with the names of roles in it that the server does not have.
    Rights(String),
    /// It says whose something is.
    Owner,
    /// There is nothing to do for it, and nothing is lost: the engine does it by itself, or whoever runs the file does.
    Idle,
    /// It declares nothing, or reaches too far.
    Refused {
        /// The end of a sentence about the statement.
        why: &'static str,
        /// What to do instead.
        help: &'static str,
    },
}

/// What a statement is about, as far as its first words tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Whether it makes it, and fails where it is there already.
    pub makes: bool,
    /// What it may be.
    pub kinds: &'static [Kind],
    /// Whether it has rows, so that only a query can name it, or a key, or a type.
    pub has_rows: bool,
    /// Its schema, if it can have one.
    pub schema: Option<Ident>,
    /// Its name.
    pub name: Ident,
    /// The table that it is a part of.
    pub on: Option<QName>,
}

impl About {
    /// Whether it is about this object itself.
    pub fn is(&self, id: &ObjectId) -> bool {
        if !self.kinds.contains(&id.kind) {
            return false;
        }
        match &id.path {
            Path::Global(name) => *name == self.name,
            Path::Qualified(name) | Path::Routine(name, _) => {
                self.on.is_none() && name.name == self.name && name.schema == self.schema
            }
            Path::Member(relation, key) => {
                self.on.as_ref() == Some(relation) && key.name() == Some(&self.name)
            }
            Path::On(_) => false,
        }
    }

    /// Whether it is about the relation of this name or a part of it.
    pub fn is_of(&self, relation: &QName) -> bool {
        match &self.on {
            Some(on) => on == relation,
            None => self.name == relation.name && self.schema == relation.schema,
        }
    }
}

/// The words of a statement, read from the first one on.
#[derive(Debug)]
pub(super) struct Head<'a> {
    tokens: Vec<Token<'a>>,
    at: usize,
    fold: fn(&str) -> Ident,
    quoted: fn(&str) -> Ident,
}

impl<'a> Head<'a> {
    /// `fold` makes a name of a bare word, `quoted` of one between quotes.
    pub(super) fn new(
        sql: &'a str,
        lexis: Lexis,
        fold: fn(&str) -> Ident,
        quoted: fn(&str) -> Ident,
    ) -> Self {
        let meant = tokens(sql, lexis).filter(|token| token.kind != TokenKind::Space);
        Self {
            tokens: meant.collect(),
            at: 0,
            fold,
            quoted,
        }
    }

    /// Steps over this word, if it comes next.
    pub(super) fn eat(&mut self, word: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is_word(word));
        self.at += usize::from(is);
        is
    }

    /// Steps over these words, if they come next, one after the other.
    pub(super) fn eat_all(&mut self, words: &[&str]) -> bool {
        let rest = &self.tokens[self.at..];
        let are =
            rest.len() >= words.len() && words.iter().zip(rest).all(|(word, token)| token.is_word(word));
        self.at += if are { words.len() } else { 0 };
        are
    }

    /// Steps over the first of these words that comes next, and says which.
    pub(super) fn eat_any(&mut self, words: &[&'static str]) -> Option<&'static str> {
        words.iter().copied().find(|word| self.eat(word))
    }

    /// Steps over this character of punctuation, if it comes next.
    pub(super) fn eat_mark(&mut self, mark: &str) -> bool {
        let is = self.peek().is_some_and(|token| token.is(mark));
        self.at += usize::from(is);
        is
    }

    /// Goes to behind the first of these words that stands outside of parentheses.
    pub(super) fn skip_past(&mut self, words: &[&str]) -> bool {
        let mut depth = 0_usize;
        while let Some(token) = self.peek().cloned() {
            self.at += 1;
            depth += usize::from(token.is("("));
            depth = depth.saturating_sub(usize::from(token.is(")")));
            if depth == 0 && words.iter().any(|word| token.is_word(word)) {
                return true;
            }
        }
        false
    }

    /// Steps over one token, whatever it is.
    pub(super) fn step(&mut self) -> Option<Token<'a>> {
        let token = self.peek().cloned();
        self.at += usize::from(token.is_some());
        token
    }

    /// What comes next.
    pub(super) fn peek(&self) -> Option<&Token<'a>> {
        self.tokens.get(self.at)
    }

    /// Whether any token from here on is this word.
    pub(super) fn has_word(&self, word: &str) -> bool {
        self.tokens[self.at..].iter().any(|token| token.is_word(word))
    }

    /// Whether these words are the last but one.
    pub(super) fn ends_with(&self, words: &[&str]) -> bool {
        let Some(start) = self.tokens.len().checked_sub(words.len() + 1) else {
            return false;
        };
        words
            .iter()
            .zip(&self.tokens[start..])
            .all(|(word, token)| token.is_word(word))
    }

    /// A name.
    pub(super) fn name(&mut self) -> Option<Ident> {
        let token = self.peek()?;
        let name = match token.kind {
            TokenKind::Word => (self.fold)(token.text),
            TokenKind::Quoted => (self.quoted)(&unquoted(token.text)),
            _ => return None,
        };
        self.at += 1;
        Some(name)
    }

    /// A name with or without its schema.
    pub(super) fn qualified(&mut self) -> Option<(Option<Ident>, Ident)> {
        let first = self.name()?;
        if !self.eat_mark(".") {
            return Some((None, first));
        }
        Some((Some(first), self.name()?))
    }
}

/// The name between the quotes.
fn unquoted(text: &str) -> String {
    let mut characters = text.chars();
    let open = characters.next();
    let close = match open {
        Some('[') => Some(']'),
        other => other,
    };
    let inner = characters.as_str();
    let inner = close.and_then(|close| inner.strip_suffix(close)).unwrap_or(inner);
    match close {
        Some(quote) if quote != ']' => inner.replace(&String::from_iter([quote, quote]), &quote.to_string()),
        _ => inner.to_owned(),
    }
}
