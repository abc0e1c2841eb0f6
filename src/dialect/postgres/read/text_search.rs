//! Text search dictionaries and configurations.
//!
//! <https://www.postgresql.org/docs/current/catalog-pg-ts-dict.html>

use std::sync::Arc;

use crate::catalog::Ident;

use super::batch::Part;
use super::collations::{Named, named};
use super::relations::USER_SCHEMAS;

/// A row of `pg_ts_dict`.
pub(super) struct DictionaryRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) template: Named,
    pub(super) options: Vec<(Arc<str>, Arc<str>)>,
}

/// A row of `pg_ts_config`, with its mappings.
pub(super) struct ConfigurationRow {
    pub(super) oid: u32,
    pub(super) schema: u32,
    pub(super) name: Ident,
    pub(super) parser: Named,
    /// The type of token and a dictionary, in the order in which it is looked up.
    pub(super) mappings: Vec<(Arc<str>, Named)>,
}

/// Dictionaries that somebody made.
pub(super) fn dictionaries() -> Part {
    Part {
        what: "text search dictionaries",
        sql: format!(
            "SELECT d.oid, d.dictnamespace, d.dictname, t.tmplnamespace::text || ' ' || t.tmplname, d.dictinitoption \
             FROM pg_catalog.pg_ts_dict d JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate \
             WHERE d.oid >= 16384 AND d.dictnamespace IN {USER_SCHEMAS} ORDER BY d.oid"
        ),
        take: |raw, cells| {
            let Some(template) = named(raw, cells, 3)? else {
                return Ok(());
            };
            let row = DictionaryRow {
                oid: cells.number(0)?,
                schema: cells.number(1)?,
                name: raw.ident(cells.text(2)?),
                template,
                options: options(cells.opt(4)?.unwrap_or_default()),
            };
            raw.dictionaries.push(row);
            Ok(())
        },
    }
}

/// Configurations that somebody made, a row a dictionary of a type of token.
pub(super) fn configurations() -> Part {
    Part {
        what: "text search configurations",
        sql: format!(
            "SELECT c.oid, c.cfgnamespace, c.cfgname, p.prsnamespace::text || ' ' || p.prsname, \
             (SELECT k.alias FROM pg_catalog.ts_token_type(c.cfgparser) k WHERE k.tokid = m.maptokentype), \
             d.dictnamespace::text || ' ' || d.dictname FROM pg_catalog.pg_ts_config c \
             JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser \
             LEFT JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid \
             LEFT JOIN pg_catalog.pg_ts_dict d ON d.oid = m.mapdict \
             WHERE c.oid >= 16384 AND c.cfgnamespace IN {USER_SCHEMAS} ORDER BY c.oid, m.maptokentype, m.mapseqno"
        ),
        take: |raw, cells| {
            let oid = cells.number(0)?;
            if raw.configurations.last().is_none_or(|last| last.oid != oid) {
                let Some(parser) = named(raw, cells, 3)? else {
                    return Ok(());
                };
                let row = ConfigurationRow {
                    oid,
                    schema: cells.number(1)?,
                    name: raw.ident(cells.text(2)?),
                    parser,
                    mappings: Vec::new(),
                };
                raw.configurations.push(row);
            }
            let token = cells.opt(4)?.map(|token| raw.text(token));
            let mapping = token.zip(named(raw, cells, 5)?);
            if let Some(last) = raw.configurations.last_mut() {
                last.mappings.extend(mapping);
            }
            Ok(())
        },
    }
}

/// The options of a dictionary, by name. They are kept as they are written: `language = 'german', maxlen = 6`, with backslashes
/// doubled and an `E` before the quote where there is one.
fn options(text: &str) -> Vec<(Arc<str>, Arc<str>)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((name, after)) = word(rest, '"') {
        let Some(after) = after.trim_start().strip_prefix('=') else {
            break;
        };
        let value = after.trim_start();
        let escaped = value.starts_with("E'");
        let Some((value, after)) = word(value.strip_prefix('E').filter(|_| escaped).unwrap_or(value), '\'')
        else {
            break;
        };
        let value = if escaped {
            value.replace("\\\\", "\\")
        } else {
            value
        };
        found.push((Arc::from(name), Arc::from(value)));
        rest = after.trim_start().strip_prefix(',').unwrap_or_default();
    }
    found.sort();
    found
}

/// What stands between quotes, or up to the next blank or comma; and what is behind it.
fn word(text: &str, quote: char) -> Option<(String, &str)> {
    let text = text.trim_start();
    let Some(inside) = text.strip_prefix(quote) else {
        let end = text
            .find(|letter: char| letter == ',' || letter.is_whitespace())
            .unwrap_or(text.len());
        return (end > 0).then(|| (text[..end].to_owned(), &text[end..]));
    };
    let mut found = String::new();
    let mut letters = inside.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let doubled = letters.peek().is_some_and(|(_, next)| *next == quote);
        match letter {
            _ if letter != quote => found.push(letter),
            _ if doubled => {
                letters.next();
                found.push(quote);
            }
            _ => return Some((found, &inside[at + quote.len_utf8()..])),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_as_the_engine_keeps_them() {
        let read = |text: &str| -> Vec<String> {
            let found = options(text);
            found
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect()
        };
        assert_eq!(
            read("stopwords = 'german', \"odd Name\" = 'it''s, so', maxlen = 6, path = E'a\\\\b'"),
            ["maxlen=6", "odd Name=it's, so", "path=a\\b", "stopwords=german"]
        );
        assert_eq!(read(""), Vec::<String>::new());
    }
}
