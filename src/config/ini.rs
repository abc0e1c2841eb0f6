//! The part of Python's `configparser` that an `alembic.ini` needs
//! (<https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>): sections, `=` and `:`, values over
//! several lines, comments on lines of their own, `%(name)s` and `%%`.
//!
//! In: a text. Out: the values of one section, as they stand; [`expand`] puts in what they name.

use std::collections::BTreeMap;

/// The values of a section, with those of `[DEFAULT]` beneath; names in lower case.
pub(super) fn section(text: &str, wanted: &str) -> BTreeMap<String, String> {
    let mut defaults = BTreeMap::new();
    let mut own = BTreeMap::new();
    let mut current = String::new();
    let mut last: Option<String> = None;
    for line in text.lines() {
        let trimmed = line.trim();
        if trimmed.starts_with(['#', ';']) {
            continue;
        }
        let values = if current == "DEFAULT" {
            &mut defaults
        } else {
            &mut own
        };
        if line.starts_with([' ', '\t']) && !trimmed.is_empty() {
            // A line that is indented goes on with the value before it.
            if let Some(value) = last.as_ref().and_then(|name| values.get_mut(name)) {
                let value: &mut String = value;
                value.push('\n');
                value.push_str(trimmed);
            }
            continue;
        }
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut current);
            last = None;
            continue;
        }
        let Some((name, value)) = trimmed.split_once(['=', ':']) else {
            continue;
        };
        let name = name.trim().to_lowercase();
        last = Some(name.clone());
        if current == wanted || current == "DEFAULT" {
            values.insert(name, value.trim().to_owned());
        } else {
            last = None;
        }
    }
    defaults.extend(own);
    defaults
}

/// Puts the values of `%(name)s` in, and makes `%%` one percent sign. The error is a name that is not there.
pub(super) fn expand(value: &str, known: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(")s")) {
            out.push_str(&known(name).ok_or_else(|| name.to_owned())?);
            rest = after;
        } else {
            return Err("a percent sign that stands alone; write two".to_owned());
        }
    }
    out.push_str(rest);
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_with_what_python_takes() {
        let text = "[DEFAULT]\nroot = /r\n[alembic]\n# a comment\nScript_Location = %(here)s/a  \n; another\nversion_locations =\n    one\n    two\nurl: x = y # kept\n[other]\nurl = z\n";
        let values = section(text, "alembic");
        assert_eq!(values["script_location"], "%(here)s/a");
        assert_eq!(values["version_locations"], "\none\ntwo");
        assert_eq!(values["url"], "x = y # kept");
        assert_eq!(values["root"], "/r");
    }

    #[test]
    fn percents() {
        let known = |name: &str| (name == "here").then(|| "/p".to_owned());
        assert_eq!(expand("%(here)s/a%%b", &known).unwrap(), "/p/a%b");
        assert_eq!(expand("%(gone)s", &known).unwrap_err(), "gone");
        assert!(expand("50%", &known).is_err());
    }
}
