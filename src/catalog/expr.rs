//! Text that only the engine understands: [`Expr`]. And [`mentions`], the names that stand in it.
//!
//! Nobody parses, trims or lower-cases an expression to compare it. [`mentions`] reads words only to *add* dependency
//! edges (too many are harmless, a missing one fails on the scratch database), and [`replace_word`] carries a declared
//! rename into text, where the proof on the scratch database has the last word.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

/// An expression, predicate or body, as the engine prints it or the author wrote it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
pub struct Expr(Arc<str>);

impl Expr {
    /// The expression with this text.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self(text.into())
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A stretch of expression text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Text(&'a str),
    Other(&'a str),
}

/// Cuts text into words, quoted names, string literals and the rest, losing nothing.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            quote @ (b'"' | b'`' | b'\'') => {
                at += 1;
                while at < bytes.len() {
                    if bytes[at] == quote {
                        at += 1;
                        if bytes.get(at) != Some(&quote) {
                            break;
                        }
                    }
                    at += 1;
                }
                let at_end = at.min(bytes.len());
                let piece = &text[start..at_end];
                out.push(if quote == b'\'' {
                    Piece::Text(piece)
                } else {
                    Piece::Quoted(piece)
                });
                at = at_end;
            }
            byte if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                while at < bytes.len()
                    && (bytes[at].is_ascii_alphanumeric()
                        || matches!(bytes[at], b'_' | b'$')
                        || bytes[at] >= 0x80)
                {
                    at += 1;
                }
                out.push(Piece::Word(&text[start..at]));
            }
            _ => {
                at += 1;
                out.push(Piece::Other(&text[start..at]));
            }
        }
    }
    out
}

/// Every name that could be meant in `text`: bare words, quoted names, and the words inside string literals
/// (`nextval('orders_id_seq')` names a sequence).
pub fn mentions(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for piece in pieces(text) {
        match piece {
            Piece::Word(word) => out.push(word.to_owned()),
            Piece::Quoted(quoted) => out.push(unquote(quoted)),
            Piece::Text(literal) => {
                let inner = literal.trim_matches('\'');
                for part in pieces(inner) {
                    match part {
                        Piece::Word(word) => out.push(word.to_owned()),
                        Piece::Quoted(quoted) => out.push(unquote(quoted)),
                        Piece::Text(_) | Piece::Other(_) => {}
                    }
                }
            }
            Piece::Other(_) => {}
        }
    }
    out
}

fn unquote(quoted: &str) -> String {
    let quote = &quoted[..1];
    let inner = quoted[1..].strip_suffix(quote).unwrap_or(&quoted[1..]);
    inner.replace(&quote.repeat(2), quote)
}

/// `text` with every word or quoted name equal to `from` replaced by `to`, which must be ready to stand in SQL.
pub fn replace_word(text: &str, from: &str, to: &str) -> String {
    pieces(text)
        .into_iter()
        .map(|piece| match piece {
            Piece::Word(word) if word.eq_ignore_ascii_case(from) => to.to_owned(),
            Piece::Quoted(quoted) if unquote(quoted) == from => to.to_owned(),
            Piece::Word(kept) | Piece::Quoted(kept) | Piece::Text(kept) | Piece::Other(kept) => {
                kept.to_owned()
            }
        })
        .collect()
}

/// `text` with every mention of the column `from` replaced by `to`, which must be ready to stand in SQL: by itself, or behind
/// the name of its table. Behind another name it is another column.
pub fn replace_column(text: &str, table: &str, from: &str, to: &str) -> String {
    let names = |piece: &Piece<'_>, name: &str| match piece {
        Piece::Word(word) => word.eq_ignore_ascii_case(name),
        Piece::Quoted(quoted) => unquote(quoted) == name,
        Piece::Text(_) | Piece::Other(_) => false,
    };
    let pieces = pieces(text);
    let replaced = pieces.iter().enumerate().map(|(at, piece)| {
        let before = pieces.get(at.wrapping_sub(1));
        let qualified = before == Some(&Piece::Other("."));
        let of_table = pieces
            .get(at.wrapping_sub(2))
            .is_some_and(|owner| names(owner, table));
        match piece {
            piece if names(piece, from) && (!qualified || of_table) => to.to_owned(),
            Piece::Word(kept) | Piece::Quoted(kept) | Piece::Text(kept) | Piece::Other(kept) => {
                (*kept).to_owned()
            }
        }
    });
    replaced.collect()
}

/// `text` with every literal of the value `from` replaced by one of `to`. A value with a quote in it is left alone: how it
/// is spelled is the engine's to say.
pub fn replace_literal(text: &str, from: &str, to: &str) -> String {
    if from.contains('\'') || to.contains('\'') {
        return text.to_owned();
    }
    let of = |value: &str| format!("'{value}'");
    let from = of(from);
    let replaced = pieces(text).into_iter().map(|piece| match piece {
        Piece::Text(literal) if literal == from => of(to),
        Piece::Word(kept) | Piece::Quoted(kept) | Piece::Text(kept) | Piece::Other(kept) => kept.to_owned(),
    });
    replaced.collect()
}

/// `text` with the name in every literal that is cast to one of `types` (`'app.texts'::regconfig`) replaced by what `name` makes
/// of it. A name with a quote in it is left alone.
pub fn replace_cast(text: &str, types: &[&str], name: impl Fn(&str) -> Option<String>) -> String {
    let pieces = pieces(text);
    let is_cast = |at: usize| {
        let colon = Some(&Piece::Other(":"));
        let to = |word: &str| types.iter().any(|known| word.eq_ignore_ascii_case(known));
        pieces.get(at + 1) == colon
            && pieces.get(at + 2) == colon
            && matches!(pieces.get(at + 3), Some(Piece::Word(word)) if to(word))
    };
    let replaced = pieces.iter().enumerate().map(|(at, piece)| match piece {
        Piece::Text(literal) if is_cast(at) => {
            let inner = literal.trim_matches('\'');
            let made = name(inner).filter(|made| !made.contains('\''));
            made.map_or_else(|| (*literal).to_owned(), |made| format!("'{made}'"))
        }
        Piece::Word(kept) | Piece::Quoted(kept) | Piece::Text(kept) | Piece::Other(kept) => {
            (*kept).to_owned()
        }
    });
    replaced.collect()
}

/// Whether a literal of this value, spelled as the engine spells it, stands in `text`.
pub fn has_literal(text: &str, literal: &str) -> bool {
    pieces(text).contains(&Piece::Text(literal))
}

/// [`replace_word`] for the name of a column: what stands there as a type (`x::date`) or is called (`date(x)`) is none.
pub fn replace_name(text: &str, from: &str, to: &str) -> String {
    let pieces = pieces(text);
    let is = |at: Option<usize>, what: &str| at.and_then(|at| pieces.get(at)) == Some(&Piece::Other(what));
    let is_blank = |at: usize| matches!(pieces[at], Piece::Other(text) if text.trim().is_empty());
    let mut out = String::with_capacity(text.len());
    for (at, piece) in pieces.iter().enumerate() {
        let called = (at + 1..pieces.len()).find(|at| !is_blank(*at));
        let cast = is(at.checked_sub(1), ":") && is(at.checked_sub(2), ":");
        let is_name = match piece {
            Piece::Word(word) => word.eq_ignore_ascii_case(from),
            Piece::Quoted(quoted) => unquote(quoted) == from,
            Piece::Text(_) | Piece::Other(_) => false,
        };
        match piece {
            _ if is_name && !cast && !is(called, "(") => out.push_str(to),
            Piece::Word(kept) | Piece::Quoted(kept) | Piece::Text(kept) | Piece::Other(kept) => {
                out.push_str(kept);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_or_function_of_the_same_name_is_no_column() {
        assert_eq!(
            replace_name(
                "date > '2020-01-01'::date AND date (x) = lower(date)",
                "date",
                "day"
            ),
            "day > '2020-01-01'::date AND date (x) = lower(day)"
        );
    }

    #[test]
    fn mentions_reads_words_quoted_names_and_literals() {
        assert_eq!(
            mentions("lower(a.\"We\"\"ird\") || nextval('s.q'::regclass)"),
            ["lower", "a", "We\"ird", "nextval", "s", "q", "regclass"]
        );
    }

    #[test]
    fn replace_word_leaves_literals_and_longer_words() {
        assert_eq!(
            replace_word("points > 0 AND pointsx = 'points'", "points", "score"),
            "score > 0 AND pointsx = 'points'"
        );
    }

    #[test]
    fn replace_cast_leaves_other_literals() {
        let moved = |name: &str| name.strip_prefix("a.").map(|rest| format!("b.{rest}"));
        assert_eq!(
            replace_cast(
                "f('a.x'::regconfig, 'a.x', 'c.x'::regconfig)",
                &["regconfig"],
                moved
            ),
            "f('b.x'::regconfig, 'a.x', 'c.x'::regconfig)"
        );
    }

    #[test]
    fn replace_column_leaves_the_columns_of_others() {
        assert_eq!(
            replace_column("a.id = b.id AND id > 'id' AND \"id\" < 3", "a", "id", "gone"),
            "a.gone = b.id AND gone > 'id' AND gone < 3"
        );
    }

    #[test]
    fn replace_literal_leaves_names_and_other_literals() {
        assert_eq!(
            replace_literal("mood = 'glad'::mood AND glad <> 'glad to'", "glad", "happy"),
            "mood = 'happy'::mood AND glad <> 'glad to'"
        );
        assert!(has_literal("a IN ('x', 'it''s')", "'it''s'"));
        assert!(!has_literal("a IN ('x', \"y\")", "'y'"));
    }

    #[test]
    fn nothing_is_lost_of_unterminated_text() {
        for text in ["'abc", "\"abc", "a'", "é'ü\"", ""] {
            assert_eq!(replace_word(text, "zzz", "y"), text);
        }
    }
}
