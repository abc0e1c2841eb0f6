//! The name of a file as Alembic's `file_template` makes it: Python's `%` formats over the tokens of a revision.
//!
//! In: the template, with percent signs as Python sees them. Out: the name without its extension, or what is wrong with
//! the template.

use crate::diagnostic::Diagnostic;
use crate::revision::Revision;

/// Alembic's own template.
pub const TEMPLATE: &str = "%(rev)s_%(slug)s";
/// The longest slug in characters, if the project does not say.
pub const SLUG: usize = 40;

const TOKENS: &str = "rev, slug, epoch, year, month, day, hour, minute, second";

/// A token's value.
enum Value {
    Text(String),
    Number(i64),
}

/// The name of the file of a revision, without its extension; a `/` in the template makes folders. `slug` is the longest
/// slug in characters.
pub fn file_stem(template: &str, revision: &Revision, slug: usize) -> Result<String, Diagnostic> {
    let mut out = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let (name, after) = rest
            .strip_prefix('(')
            .and_then(|rest| rest.split_once(')'))
            .ok_or_else(|| unreadable(template, "a percent sign alone"))?;
        let value = token(name, revision, slug)
            .ok_or_else(|| unreadable(template, &format!("the unknown token `{name}`")))?;
        let end = after
            .find(|c: char| c.is_ascii_alphabetic())
            .ok_or_else(|| unreadable(template, &format!("no format behind `{name}`")))?;
        let text = format(&value, &after[..end], &after[end..=end])
            .ok_or_else(|| unreadable(template, &format!("the format `{}`", &after[..=end])))?;
        out.push_str(&text);
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

fn unreadable(template: &str, what: &str) -> Diagnostic {
    Diagnostic::error("RC0327", format!("file_template `{template}` has {what}")).help(format!(
        "the tokens are {TOKENS}, each as %(name)s or, for numbers, as %(name).2d"
    ))
}

fn token(name: &str, revision: &Revision, longest: usize) -> Option<Value> {
    let epoch = || jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC);
    let time = revision.made().unwrap_or_else(epoch);
    Some(match name {
        "rev" => Value::Text(revision.id.clone()),
        "slug" => Value::Text(slug(&revision.message, longest)),
        "epoch" => Value::Number(time.timestamp().as_second()),
        "year" => Value::Number(time.year().into()),
        "month" => Value::Number(time.month().into()),
        "day" => Value::Number(time.day().into()),
        "hour" => Value::Number(time.hour().into()),
        "minute" => Value::Number(time.minute().into()),
        "second" => Value::Number(time.second().into()),
        _ => return None,
    })
}

/// The words of a message in lower case, joined with `_`; where that is too long, the last part of it goes.
fn slug(message: &str, longest: usize) -> String {
    let words: Vec<&str> = message
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
        .collect();
    let slug = words.join("_").to_lowercase();
    if slug.chars().count() <= longest {
        return slug;
    }
    let cut: String = slug.chars().take(longest).collect();
    let kept = cut.rsplit_once('_').map_or(cut.as_str(), |(kept, _)| kept);
    format!("{kept}_")
}

/// One conversion of Python's `%` operator.
fn format(value: &Value, how: &str, conversion: &str) -> Option<String> {
    let options = how.trim_start_matches(['0', '-', ' ', '+', '#']);
    let flags = &how[..how.len() - options.len()];
    let (width, precision) = match options.split_once('.') {
        Some((width, precision)) => (width, Some(number(precision)?)),
        None => (options, None),
    };
    let width = number(width)?;
    let text = match (value, conversion) {
        (Value::Number(number), "d" | "i" | "u") => {
            let digits = precision.unwrap_or(0);
            let sign = match number {
                ..0 => "-",
                _ if flags.contains('+') => "+",
                _ if flags.contains(' ') => " ",
                _ => "",
            };
            let padded = if flags.contains('0') && !flags.contains('-') {
                width.saturating_sub(sign.len())
            } else {
                0
            };
            format!("{sign}{:0>1$}", number.unsigned_abs(), digits.max(padded))
        }
        (Value::Number(number), "s") => cut(&number.to_string(), precision),
        (Value::Text(text), "s") => cut(text, precision),
        _ => return None,
    };
    Some(if flags.contains('-') {
        format!("{text:<width$}")
    } else {
        format!("{text:>width$}")
    })
}

fn cut(text: &str, precision: Option<usize>) -> String {
    text.chars().take(precision.unwrap_or(usize::MAX)).collect()
}

/// A number of a conversion: none is 0, and one that no file name needs is none.
fn number(text: &str) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    text.parse().ok().filter(|number| *number <= 255)
}
