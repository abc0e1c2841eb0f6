//! SQL inside of an operation: `sa.text("…")`, in which a colon before a word is a parameter.
//!
//! The expressions that look for parameters differ between versions of SQLAlchemy
//! (`BIND_PARAMS` and `BIND_PARAMS_ESC` in `lib/sqlalchemy/sql/compiler.py`). What one of them could read otherwise has
//! no words here, and the statement stands in the twin as it is.

use crate::python::string;

/// `sa.text("…")`, which becomes exactly this SQL; `None` if that is not sure.
pub(super) fn text(sql: &str) -> Option<String> {
    Some(format!("sa.text({})", string(&escaped(sql)?)))
}

/// The SQL with a backslash before each colon that would begin a parameter.
fn escaped(sql: &str) -> Option<String> {
    let chars: Vec<char> = sql.chars().collect();
    let mut out = String::with_capacity(sql.len());
    let mut at = 0;
    while at < chars.len() {
        if chars[at] != ':' {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        let run = chars[at..].iter().take_while(|c| **c == ':').count();
        let before = at.checked_sub(1).map(|at| chars[at]);
        let after = &chars[at + run..];
        let begins = parameter(before, run, after)?;
        if begins {
            out.push('\\');
        }
        out.extend(std::iter::repeat_n(':', run));
        at += run;
    }
    Some(out)
}

/// Whether a run of colons begins a parameter; `None` if versions disagree.
fn parameter(before: Option<char>, run: usize, after: &[char]) -> Option<bool> {
    if before == Some('\\') || run > 2 {
        return None;
    }
    let word = after.iter().take_while(|c| is_word(**c) || **c == '$').count();
    if run == 2 || word == 0 || before.is_some_and(is_word) {
        return Some(false);
    }
    let dollar = before == Some('$') || after[..word].contains(&'$');
    let colon = after.get(word) == Some(&':');
    if dollar || colon { None } else { Some(true) }
}

/// What `\w` stands for in Python.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colon_before_a_word_is_no_parameter() {
        for (sql, python) in [
            ("'a'::text", "sa.text(\"'a'::text\")"),
            ("' :a'", "sa.text(\"' \\\\:a'\")"),
            ("a[:2]", "sa.text(\"a[\\\\:2]\")"),
            ("'12:30'", "sa.text(\"'12:30'\")"),
            ("'50% \"off\"'", "sa.text(\"'50% \\\"off\\\"'\")"),
            ("'{\"a\":1}'", "sa.text(\"'{\\\"a\\\"\\\\:1}'\")"),
            ("': '", "sa.text(\"': '\")"),
            ("$$it's$$", "sa.text(\"$$it's$$\")"),
        ] {
            assert_eq!(text(sql).as_deref(), Some(python), "{sql}");
        }
    }

    #[test]
    fn what_versions_read_differently_has_no_words() {
        for sql in ["'[:alpha:]'", "'\\:a'", "' :a$b'", "$:a$", "':::a'"] {
            assert_eq!(text(sql), None, "{sql}");
        }
    }
}
