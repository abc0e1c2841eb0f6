//! Text rules: the one spelling of an expression, whether an author wrote it or the database holds it.
//!
//! Comments go, white space shrinks to single spaces, and quotes go from names of columns that need none (`RENAME
//! COLUMN` leaves them behind). Everything else stays: only the engine knows what an expression means.

use crate::catalog::{Expr, Ident};
use crate::dialect::sql::text_literal;

use super::names::{needs_quotes, stands_bare};
use super::token::{Token, TokenKind, tokens, unquote};

/// A random UUID of version 4 as text, as SQLite's functions can make it.
const RANDOM_UUID: &str = "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || \
     substr(hex(randomblob(2)), 2) || '-' || substr('89ab', 1 + (random() & 3), 1) || \
     substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

/// The canonical spelling of an expression over these columns.
pub(super) fn expression(text: &str, columns: &[Ident]) -> Expr {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for token in tokens(text) {
        match token.kind {
            TokenKind::Space | TokenKind::Comment => gap = true,
            _ => {
                if std::mem::take(&mut gap) && !out.is_empty() {
                    out.push(' ');
                }
                push(&mut out, token, columns);
            }
        }
    }
    Expr::new(out)
}

fn push(out: &mut String, token: Token<'_>, columns: &[Ident]) {
    if token.kind == TokenKind::Quoted {
        let name = unquote(token.text);
        if columns.contains(&Ident::folded(&name)) && stands_bare(&name) {
            push_apart(out, &name);
            return;
        }
    }
    push_apart(out, token.text);
}

/// Adds a token. A name that has lost its quotes does not grow together with its neighbours.
fn push_apart(out: &mut String, token: &str) {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80;
    if out.bytes().next_back().is_some_and(is_word) && token.bytes().next().is_some_and(is_word) {
        out.push(' ');
    }
    out.push_str(token);
}

/// The text of a view's query or a trigger's body. It stays as it is, but for names of relations that are in quotes and
/// need none: `RENAME TO` writes every reference in quotes.
pub(super) fn statement(text: &str, is_relation: &dyn Fn(&Ident) -> bool) -> Expr {
    let all = tokens(text);
    let means = |token: &&Token<'_>| !matches!(token.kind, TokenKind::Space | TokenKind::Comment);
    let mut out = String::with_capacity(text.len());
    for (at, token) in all.iter().enumerate() {
        let name = (token.kind == TokenKind::Quoted).then(|| unquote(token.text));
        match name.filter(|name| !needs_quotes(name) && is_relation(&Ident::folded(name))) {
            // Anywhere else it may be a text in double quotes, which SQLite takes as well.
            Some(name)
                if all[..at]
                    .iter()
                    .rev()
                    .find(means)
                    .is_some_and(introduces_relation)
                    || all[at + 1..]
                        .iter()
                        .find(means)
                        .is_some_and(|next| next.is_punct(".")) =>
            {
                push_apart(&mut out, &name);
            }
            _ => push_apart(&mut out, token.text),
        }
    }
    Expr::new(out.trim())
}

fn introduces_relation(token: &Token<'_>) -> bool {
    ["FROM", "JOIN", "INTO", "UPDATE"]
        .iter()
        .any(|word| token.is_word(word))
}

/// Whether a statement of the text is left without its semicolon.
pub(super) fn is_unfinished(text: &str) -> bool {
    !significant(text).last().is_some_and(|token| token.is_punct(";"))
}

/// The tokens that mean something.
fn significant(text: &str) -> Vec<Token<'_>> {
    let mut tokens = tokens(text);
    tokens.retain(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment));
    tokens
}

/// The text without parentheses that enclose all of it.
fn without_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    loop {
        let tokens = significant(text);
        let enclosed = match tokens.as_slice() {
            [first, inner @ .., last] if first.is_punct("(") && last.is_punct(")") => {
                let mut depth = 1;
                let stays_inside = inner.iter().all(|token| {
                    depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
                    depth > 0
                });
                stays_inside.then(|| first.end()..last.start)
            }
            _ => None,
        };
        match enclosed {
            Some(range) => text = text[range].trim(),
            None => return text,
        }
    }
}

/// The canonical spelling of a default, without the parentheses that `CREATE TABLE` asks for.
pub(super) fn default(text: &str) -> Expr {
    let inner = without_parentheses(text);
    let tokens = significant(inner);
    match tokens.as_slice() {
        [word] if word.kind == TokenKind::Word => match word.text.to_ascii_uppercase().as_str() {
            "TRUE" => Expr::new("1"),
            "FALSE" => Expr::new("0"),
            fixed @ ("NULL" | "CURRENT_TIMESTAMP" | "CURRENT_DATE" | "CURRENT_TIME") => Expr::new(fixed),
            _ => expression(inner, &[]),
        },
        [sign, number] if sign.is_punct("-") && number.kind == TokenKind::Number => {
            Expr::new(format!("-{}", number.text))
        }
        _ => expression(inner, &[]),
    }
}

/// A declared default: the portable functions become SQLite's own.
pub(super) fn declared_default(text: &str) -> Expr {
    let inner = without_parentheses(text);
    let tokens = significant(inner);
    if let [function, open, close] = tokens.as_slice()
        && open.is_punct("(")
        && close.is_punct(")")
    {
        if function.is_word("now") || function.is_word("current_timestamp") {
            return Expr::new("CURRENT_TIMESTAMP");
        }
        if function.is_word("gen_random_uuid") || function.is_word("uuid_generate_v4") {
            return Expr::new(RANDOM_UUID);
        }
    }
    default(inner)
}

/// Whether a default may stand without parentheses: a literal, a signed number, or the time.
pub(super) fn is_bare_default(text: &str) -> bool {
    match significant(text).as_slice() {
        [one] => match one.kind {
            TokenKind::Text | TokenKind::Number | TokenKind::Blob => true,
            TokenKind::Word => ["NULL", "CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"]
                .iter()
                .any(|word| one.is_word(word)),
            _ => false,
        },
        [sign, number] => (sign.is_punct("-") || sign.is_punct("+")) && number.kind == TokenKind::Number,
        _ => false,
    }
}

/// Whether a bare word in `DEFAULT word` is a value rather than a text.
pub(super) fn is_value_word(word: &str) -> bool {
    [
        "NULL",
        "TRUE",
        "FALSE",
        "CURRENT_TIMESTAMP",
        "CURRENT_DATE",
        "CURRENT_TIME",
    ]
    .iter()
    .any(|value| word.eq_ignore_ascii_case(value))
}

/// The text literal for which a name stands.
pub(super) fn literal_of_name(token: Token<'_>) -> String {
    text_literal(&token.name().unwrap_or_default())
}

/// What `table_xinfo` tells of `DEFAULT name` is the bare name: the text literal that it stands for.
pub(super) fn bare_name_literal(told: &str) -> Option<String> {
    match significant(told).as_slice() {
        [one] if matches!(one.kind, TokenKind::Word | TokenKind::Quoted) => Some(literal_of_name(*one)),
        _ => None,
    }
}

/// Functions whose value is another one each time: <https://sqlite.org/deterministic.html>.
const VARIES: &[&str] = &[
    "random",
    "randomblob",
    "changes",
    "total_changes",
    "last_insert_rowid",
];

/// Whether an expression calls what gives another value each time it is asked.
pub(super) fn varies(text: &str) -> bool {
    let is_one = |word: &String| VARIES.iter().any(|name| word.eq_ignore_ascii_case(name));
    crate::catalog::expr::mentions(text).iter().any(is_one)
}

/// Whether a default is the same for every row, so that `ADD COLUMN` takes it for a table with rows
/// (<https://sqlite.org/lang_altertable.html#altertabaddcol>).
pub(super) fn is_constant_default(text: &str) -> bool {
    is_bare_default(text) && !text.to_ascii_uppercase().starts_with("CURRENT_")
}

/// Whether the names that stand in the text include this one.
pub(super) fn mentions(text: &str, name: &Ident) -> bool {
    crate::catalog::expr::mentions(text)
        .iter()
        .any(|word| word.eq_ignore_ascii_case(name.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_have_one_spelling() {
        let columns = [Ident::folded("points"), Ident::folded("order")];
        for (text, canonical) in [
            ("points  >=\n 0", "points >= 0"),
            ("\"points\" > 0 -- positive\n", "points > 0"),
            ("[Points] /* x */ > 0", "Points > 0"),
            ("\"order\" > 'a  b'", "\"order\" > 'a  b'"),
            ("\"other\" = 1", "\"other\" = 1"),
            ("0<\"points\"AND\"points\"<9", "0<points AND points<9"),
        ] {
            assert_eq!(expression(text, &columns).text(), canonical);
            assert_eq!(expression(canonical, &columns).text(), canonical);
        }
    }

    #[test]
    fn defaults_have_one_spelling() {
        for (text, canonical) in [
            ("((1 + 2))", "1 + 2"),
            ("(1) + (2)", "(1) + (2)"),
            ("( CURRENT_timestamp )", "CURRENT_TIMESTAMP"),
            ("true", "1"),
            ("- 5", "-5"),
            ("null", "NULL"),
            ("'it''s'", "'it''s'"),
        ] {
            assert_eq!(default(text).text(), canonical);
            assert_eq!(default(canonical).text(), canonical);
        }
        assert_eq!(declared_default("now()").text(), "CURRENT_TIMESTAMP");
        let uuid = declared_default("gen_random_uuid()");
        assert_eq!(default(uuid.text()), uuid);
    }

    #[test]
    fn statements_keep_all_but_quotes_of_relations() {
        let relations = |name: &Ident| ["new", "order"].contains(&name.key());
        for (text, canonical) in [
            (
                " SELECT *  FROM\"new\"WHERE a = \"new\" -- x",
                "SELECT *  FROM new WHERE a = \"new\" -- x",
            ),
            ("SELECT \"new\".a FROM \"order\"", "SELECT new.a FROM \"order\""),
            ("SELECT a FROM \"other\"", "SELECT a FROM \"other\""),
        ] {
            assert_eq!(statement(text, &relations).text(), canonical);
            assert_eq!(statement(canonical, &relations).text(), canonical);
        }
    }

    proptest::proptest! {
        #[test]
        fn rules_are_idempotent(text in "[a-c\"'\\[\\]`()é .,;|0-9xe\n*/-]{0,24}") {
            let columns = [Ident::folded("a"), Ident::folded("abc")];
            let once = expression(&text, &columns);
            proptest::prop_assert_eq!(expression(once.text(), &columns), once.clone());
            let once = default(&text);
            proptest::prop_assert_eq!(default(once.text()), once);
        }
    }

    #[test]
    fn only_literals_stand_bare() {
        for (text, bare) in [
            ("'a'", true),
            ("-1.5", true),
            ("x'00'", true),
            ("NULL", true),
            ("CURRENT_DATE", true),
            ("1 + 2", false),
            ("lower('A')", false),
            ("foo", false),
            ("", false),
        ] {
            assert_eq!(is_bare_default(text), bare, "{text}");
        }
    }
}
