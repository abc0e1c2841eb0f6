//! `lint { rule NAME level=… path="…"; names table=snake_case }`.
//!
//! Must not: know what a rule looks for.

use kdl::{KdlDocument, KdlEntry, KdlNode};

use crate::lint::{Choice, KINDS, Level, RULES, Rule, Settings, Style, find, glob};

use super::Reader;

impl Reader<'_> {
    pub(super) fn lint(&mut self, node: &KdlNode, settings: &mut Settings) {
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "rule" => self.choice(child, settings),
                "names" => self.names(child, settings),
                other => self.unknown(child, "setting", other, &["rule", "names"]),
            }
        }
    }

    /// `rule timestamp-without-zone level=allow path="schema/legacy/**"`.
    fn choice(&mut self, node: &KdlNode, settings: &mut Settings) {
        let name = self.one(node);
        let rule = self.rule(node, &name);
        let (mut level, mut path) = (None, None);
        for (key, text) in self.properties(node) {
            match key.as_str() {
                "level" => {
                    level = Level::from_word(&text);
                    if level.is_none() {
                        let words: Vec<&str> = Level::ALL.iter().map(|level| level.word()).collect();
                        self.unknown(node, "level", &text, &words);
                        return;
                    }
                }
                "path" => match glob(&text) {
                    Ok(pattern) => path = Some(pattern),
                    Err(error) => self.error(node, format!("`{text}` is no pattern: {}", error.kind()), None),
                },
                other => self.unknown(node, "property", other, &["level", "path"]),
            }
        }
        match (rule, level) {
            (Some(rule), Some(level)) => settings.choices.push(Choice {
                rule: rule.id,
                level,
                path,
            }),
            (Some(_), None) => {
                let help = "write level=allow, note, warn or error".to_owned();
                self.error(node, format!("`rule {name}` says no level"), Some(help));
            }
            (None, _) => {}
        }
    }

    fn rule(&mut self, node: &KdlNode, name: &str) -> Option<&'static Rule> {
        match find(name) {
            Ok(rule) => Some(rule),
            Err(near) => {
                let help = match near {
                    Some(near) => format!("did you mean `{}`?", near.id),
                    None => format!("`reconcile lint --rules` lists the {} rules", RULES.len()),
                };
                self.error(node, format!("there is no rule `{name}`"), Some(help));
                None
            }
        }
    }

    /// `names table=snake_case index="ix_.*"`.
    fn names(&mut self, node: &KdlNode, settings: &mut Settings) {
        let words: Vec<&str> = KINDS.iter().map(|(word, ..)| *word).collect();
        for (key, text) in self.properties(node) {
            match KINDS.iter().find(|(word, ..)| *word == key) {
                Some((word, ..)) => match Style::read(&text) {
                    Ok(style) => settings.names.push((word, style)),
                    Err(error) => {
                        let last = error.to_string().lines().last().unwrap_or_default().to_owned();
                        self.error(node, format!("`{text}` is no regular expression: {last}"), None);
                    }
                },
                None => self.unknown(node, "kind of name", &key, &words),
            }
        }
    }

    /// The properties, which must be texts.
    pub(super) fn properties(&mut self, node: &KdlNode) -> Vec<(String, String)> {
        let named = |entry: &KdlEntry| Some((entry.name()?.value().to_owned(), entry.value().clone()));
        let all: Vec<_> = node.entries().iter().filter_map(named).collect();
        let mut out = Vec::new();
        for (key, value) in all {
            match value.as_string() {
                Some(text) => out.push((key, text.to_owned())),
                None => self.error(node, format!("`{key}` needs a text"), None),
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Diagnostic, Source};

    fn read(text: &str) -> Result<Settings, Vec<Diagnostic>> {
        let source = Source {
            name: "reconcile.kdl".to_owned(),
            text: text.to_owned(),
        };
        crate::config::parse(&Arc::new(source), Path::new("/p")).map(|config| config.lint)
    }

    #[test]
    fn rules_and_names_are_read() {
        let settings = read(
            "lint {\n    rule missing-primary-key level=error\n    rule naming level=allow path=\"schema/old/**\"\n    \
             names table=snake_case index=\"ix_.*\"\n}\n",
        )
        .unwrap();
        assert_eq!(settings.choices[0].level, Level::Error);
        assert_eq!(settings.choices[1].path, Some(glob("schema/old/**").unwrap()));
        assert_eq!(settings.names[1], ("index", Style::Pattern("ix_.*".to_owned())));
        assert_eq!(settings.root, Path::new("/p"));
    }

    #[test]
    fn every_slip_is_told() {
        let errors = read(
            "lint {\n    rule mising-primary-key level=error\n    rule naming level=wran\n    rule naming\n    \
             names tabel=snake_case\n    names table=\"(\"\n    rule naming level=warn path=\"[\"\n    rules\n}\n",
        )
        .unwrap_err();
        let told: Vec<String> = errors
            .iter()
            .map(|error| {
                format!(
                    "{} | {}",
                    error.message,
                    error.help.as_deref().unwrap_or_default()
                )
            })
            .collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
        there is no rule `mising-primary-key` | did you mean `missing-primary-key`?
        unknown level `wran` | did you mean `warn`?
        `rule naming` says no level | write level=allow, note, warn or error
        unknown kind of name `tabel` | did you mean `table`?
        `(` is no regular expression: error: unclosed group | 
        `[` is no pattern: unclosed character class; missing ']' | 
        unknown setting `rules` | did you mean `rule`?
        "#);
    }
}
