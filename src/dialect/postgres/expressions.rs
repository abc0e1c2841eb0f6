//! Text rules for expressions: declared text in, a good guess at what `pg_get_expr` prints out.
//!
//! The rules know simple comparisons only and change nothing but spelling; a guess that is wrong costs a trip through
//! the scratch database, where the engine has the last word, and is never taken for the truth.

use std::borrow::Cow;

use crate::catalog::{Expr, Ident};

use super::keywords::is_bare;

/// Names that the engine prints in upper case, whatever the author wrote.
const UPPER: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIME",
    "LOCALTIMESTAMP",
    "CURRENT_USER",
    "SESSION_USER",
    "CURRENT_ROLE",
    "CURRENT_CATALOG",
    "CURRENT_SCHEMA",
];

/// A default expression.
pub(super) fn default(declared: &str) -> Expr {
    let text = declared.trim();
    if let Some(name) = UPPER.iter().find(|name| name.eq_ignore_ascii_case(text)) {
        return Expr::new(*name);
    }
    let lower = text.to_ascii_lowercase();
    let call = lower.strip_suffix("()").is_some_and(is_bare);
    if call || matches!(lower.as_str(), "true" | "false") {
        return Expr::new(lower);
    }
    next_value(text).map_or_else(|| canonical(text, &[]), Expr::new)
}

/// A call of `nextval` as it is printed: the sequence with its schema, which is `public` where none is given.
fn next_value(text: &str) -> Option<String> {
    let (function, rest) = text.split_once('(')?;
    let argument = rest.strip_suffix(')')?.trim();
    let (name, cast) = argument.split_once("::").unwrap_or((argument, "regclass"));
    let name = name.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    let plain = is_bare(name)
        && function.trim().eq_ignore_ascii_case("nextval")
        && cast.trim().eq_ignore_ascii_case("regclass");
    plain.then(|| format!("nextval('public.{name}'::regclass)"))
}

/// A check, a predicate, an index key or a generation expression.
pub(super) fn canonical(declared: &str, columns: &[Ident]) -> Expr {
    let text = declared.trim();
    let printed = tokens(text).and_then(|tokens| Reader::new(&tokens, columns).whole());
    Expr::new(printed.unwrap_or_else(|| text.to_owned()))
}

/// The text to which an expression settles when it is made anew from what the engine printed.
///
/// PostgreSQL prints `c IN ('a', 'b')` on a `varchar` column as a cast of the whole array, and after that text was fed
/// to it again as an array of casts (seen on 12–18). Both mean the same; only the second stays as it is.
pub(super) fn settled(text: &str) -> Cow<'_, str> {
    const START: &str = "(ARRAY[";
    const END: &str = "])::text[]";
    if !text.contains(START) || !text.contains(END) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        let inner = &rest[at + START.len()..];
        let items = array_items(inner);
        let after = items
            .as_ref()
            .and_then(|(_, length)| inner[*length..].strip_prefix(END));
        out.push_str(&rest[..at]);
        match (items, after) {
            (Some((items, _)), Some(after))
                if items.iter().all(|item| item.ends_with("::character varying")) =>
            {
                let cast: Vec<String> = items.iter().map(|item| format!("({item})::text")).collect();
                out.push_str(&format!("ARRAY[{}]", cast.join(", ")));
                rest = after;
            }
            _ => {
                out.push_str(START);
                rest = inner;
            }
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// The items up to the bracket that closes the array, and where that bracket is.
fn array_items(text: &str) -> Option<(Vec<&str>, usize)> {
    let (mut depth, mut quoted, mut start) = (0_usize, false, 0);
    let mut items = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'\'' => quoted = !quoted,
            _ if quoted => {}
            b'(' | b'[' => depth += 1,
            b']' if depth == 0 => {
                items.push(text[start..at].trim());
                return Some((items, at));
            }
            b')' | b']' => depth = depth.checked_sub(1)?,
            b',' if depth == 0 => {
                items.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    None
}

/// The text between parentheses: its own if they enclose all of it, otherwise new ones.
pub(super) fn parenthesised(text: &str) -> String {
    if is_enclosed(text) {
        text.to_owned()
    } else {
        format!("({text})")
    }
}

/// Whether the first parenthesis is closed by the last character, and not before.
fn is_enclosed(text: &str) -> bool {
    if !text.starts_with('(') || text.contains('$') || text.contains("--") || text.contains("/*") {
        return false;
    }
    let mut depth = 0_usize;
    let mut quote = None;
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => quote = Some(character),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1 == text.len();
                }
            }
            (Some(_) | None, _) => {}
        }
    }
    false
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Quoted(&'a str),
    Number(&'a str),
    Operator(&'a str),
    Open,
    Close,
    Comma,
}

/// Words, numbers and operators; `None` where there is anything else.
fn tokens(text: &str) -> Option<Vec<Token<'_>>> {
    let bytes = text.as_bytes();
    let run = |from: usize, belongs: fn(u8) -> bool| {
        from + bytes[from..].iter().take_while(|byte| belongs(**byte)).count()
    };
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (token, end) = match bytes[at] {
            b' ' | b'\n' | b'\t' | b'\r' => {
                at += 1;
                continue;
            }
            b'(' => (Token::Open, at + 1),
            b')' => (Token::Close, at + 1),
            b',' => (Token::Comma, at + 1),
            byte if byte.is_ascii_alphabetic() || byte == b'_' => {
                let end = run(at, |byte| byte.is_ascii_alphanumeric() || byte == b'_');
                (Token::Word(&text[at..end]), end)
            }
            byte if byte.is_ascii_digit() => {
                let end = run(at, |byte| byte.is_ascii_digit());
                (Token::Number(&text[at..end]), end)
            }
            b'"' => {
                let end = at + 2 + text[at + 1..].find('"')?;
                if bytes.get(end) == Some(&b'"') {
                    return None;
                }
                (Token::Quoted(&text[at..end]), end)
            }
            // The type of a text depends on what it is compared with, which the text does not tell.
            b'\'' => return None,
            _ => {
                let end = run(at, |byte| b"=<>!+*/|-".contains(&byte));
                let operator = match &text[at..end] {
                    "!=" => "<>",
                    known @ ("=" | "<>" | "<" | ">" | "<=" | ">=" | "+" | "-" | "*" | "/" | "||") => known,
                    _ => return None,
                };
                (Token::Operator(operator), end)
            }
        };
        out.push(token);
        at = end;
    }
    Some(out)
}

/// Reads tokens by the small grammar that the rules know.
struct Reader<'a> {
    tokens: &'a [Token<'a>],
    columns: &'a [Ident],
    at: usize,
}

impl<'a> Reader<'a> {
    fn new(tokens: &'a [Token<'a>], columns: &'a [Ident]) -> Self {
        Self {
            tokens,
            columns,
            at: 0,
        }
    }

    fn next(&mut self) -> Option<&'a Token<'a>> {
        let token = self.tokens.get(self.at);
        self.at += 1;
        token
    }

    fn keyword(&mut self, keyword: &str) -> bool {
        let found =
            matches!(self.tokens.get(self.at), Some(Token::Word(word)) if word.eq_ignore_ascii_case(keyword));
        self.at += usize::from(found);
        found
    }

    /// Terms joined by `AND` alone or by `OR` alone.
    fn whole(mut self) -> Option<String> {
        let mut terms = vec![self.term()?];
        let joint = ["AND", "OR"].into_iter().find(|word| self.keyword(word));
        if let Some(joint) = joint {
            terms.push(self.term()?);
            while self.keyword(joint) {
                terms.push(self.term()?);
            }
        }
        if self.at != self.tokens.len() {
            return None;
        }
        Some(match joint {
            Some(joint) => format!("({})", terms.join(&format!(" {joint} "))),
            None => terms.swap_remove(0),
        })
    }

    fn term(&mut self) -> Option<String> {
        if self.keyword("NOT") {
            return self.term().map(|term| format!("(NOT {term})"));
        }
        let left = self.operand()?;
        if self.keyword("IS") {
            let not = if self.keyword("NOT") { "NOT " } else { "" };
            return self.keyword("NULL").then(|| format!("({left} IS {not}NULL)"));
        }
        if let Some(Token::Operator(operator)) = self.tokens.get(self.at) {
            self.at += 1;
            let right = self.operand()?;
            return Some(format!("({left} {operator} {right})"));
        }
        Some(left)
    }

    fn operand(&mut self) -> Option<String> {
        match self.next()? {
            Token::Number(number) => Some((*number).to_owned()),
            Token::Quoted(quoted) => self
                .columns
                .iter()
                .any(|column| {
                    crate::dialect::sql::quoted(column.text()) == *quoted && !is_bare(column.text())
                })
                .then(|| (*quoted).to_owned()),
            Token::Word(word) => {
                let name = word.to_ascii_lowercase();
                if self.tokens.get(self.at) == Some(&Token::Open) && is_bare(&name) {
                    return self.call(&name);
                }
                let known = is_bare(&name) && self.columns.iter().any(|column| column.text() == name);
                known.then_some(name)
            }
            _ => None,
        }
    }

    /// A function of columns.
    fn call(&mut self, name: &str) -> Option<String> {
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            match self.tokens.get(self.at)? {
                Token::Number(_) => return None,
                _ => arguments.push(self.operand()?),
            }
            match self.next()? {
                Token::Comma => {}
                Token::Close => return Some(format!("{name}({})", arguments.join(", "))),
                _ => return None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_of_an_array_settles_to_an_array_of_casts() {
        let printed =
            "((a)::text = ANY ((ARRAY['x,'']'::character varying, 'y'::character varying])::text[]))";
        let again =
            "((a)::text = ANY (ARRAY[('x,'']'::character varying)::text, ('y'::character varying)::text]))";
        assert_eq!(settled(printed), again);
        assert_eq!(settled(again), again);
        for kept in [
            "(b = ANY (ARRAY['x'::text]))",
            "((ARRAY[1, 2])::text[])",
            "'(ARRAY[' || '])::text[]'",
        ] {
            assert_eq!(settled(kept), kept);
        }
    }

    #[test]
    fn simple_expressions_are_spelled_as_the_server_prints_them() {
        let columns: Vec<Ident> = ["points", "status", "email", "id", "Odd"]
            .map(Ident::exact)
            .into();
        for (declared, printed) in [
            ("points >= 0", "(points >= 0)"),
            ("points>=0 and points < 10", "((points >= 0) AND (points < 10))"),
            ("points != 3", "(points <> 3)"),
            ("email is not null", "(email IS NOT NULL)"),
            ("points > 0 AND NOT id", "((points > 0) AND (NOT id))"),
            ("not points is null", "(NOT (points IS NULL))"),
            ("lower(email)", "lower(email)"),
            ("LOWER(email)", "lower(email)"),
            ("length(status) > 0", "(length(status) > 0)"),
            ("points * 2", "(points * 2)"),
            ("\"Odd\" = id", "(\"Odd\" = id)"),
            // Left to the engine.
            ("points in (1, 2)", "points in (1, 2)"),
            ("a = 1 AND b = 2 OR c", "a = 1 AND b = 2 OR c"),
            ("points > -1", "points > -1"),
            ("status = 'it''s'", "status = 'it''s'"),
            ("status <> 'DONE'", "status <> 'DONE'"),
            ("(points >= 0)", "(points >= 0)"),
            ("coalesce(email, '')", "coalesce(email, '')"),
        ] {
            assert_eq!(canonical(declared, &columns).text(), printed, "{declared}");
            assert_eq!(canonical(printed, &columns).text(), printed, "{printed} stays");
        }
    }

    #[test]
    fn default_functions_have_one_spelling() {
        for (declared, printed) in [
            ("NOW()", "now()"),
            ("current_timestamp", "CURRENT_TIMESTAMP"),
            (" gen_random_uuid() ", "gen_random_uuid()"),
            ("nextval('s'::regclass)", "nextval('public.s'::regclass)"),
            ("NEXTVAL('s')", "nextval('public.s'::regclass)"),
            ("nextval('public.s'::regclass)", "nextval('public.s'::regclass)"),
            ("1 + 1", "(1 + 1)"),
            ("now() + '1 day'", "now() + '1 day'"),
            ("\"F\"()", "\"F\"()"),
        ] {
            assert_eq!(default(declared).text(), printed);
        }
    }

    #[test]
    fn only_enclosing_parentheses_count() {
        assert_eq!(parenthesised("(a > 0)"), "(a > 0)");
        assert_eq!(parenthesised("(a) || (b)"), "((a) || (b))");
        assert_eq!(parenthesised("lower(a)"), "(lower(a))");
        assert_eq!(parenthesised("(a = ')')"), "(a = ')')");
    }
}
