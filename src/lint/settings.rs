//! What a project chooses: [`Settings`], the level of each rule in each place, and how names are to look.

use std::path::{Path, PathBuf};

use globset::{Glob, GlobBuilder, GlobMatcher};

use super::names::Style;
use super::rule::{Level, Rule};
use super::rules::RULES;

/// One line: `rule foreign-key-without-index level=error path="schema/billing/**"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The rule.
    pub rule: &'static str,
    /// Its level.
    pub level: Level,
    /// In these files alone.
    pub path: Option<Glob>,
}

/// The choices of a project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The folder that paths are taken from.
    pub root: PathBuf,
    /// The levels; of several lines that fit, the last one holds.
    pub choices: Vec<Choice>,
    /// How names of a kind are to look, by the word for the kind.
    pub names: Vec<(&'static str, Style)>,
    /// The engines that every revision is to carry a script for.
    pub engines: Vec<String>,
}

/// A pattern of paths: `*` stays within a folder, `**` does not.
pub fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).build()
}

/// The rule of this name, or the one that is most likely meant.
pub fn find(name: &str) -> Result<&'static Rule, Option<&'static Rule>> {
    if let Some(rule) = RULES.iter().find(|rule| rule.id == name || rule.code == name) {
        return Ok(rule);
    }
    let distance = |rule: &&Rule| strsim::osa_distance(name, rule.id);
    let near = RULES.iter().min_by_key(distance);
    let limit = (name.len() / 3).max(2);
    Err(near.filter(|rule| distance(rule) <= limit || (name.len() > 3 && rule.id.contains(name))))
}

/// [`Settings::choices`], ready to be asked.
#[derive(Debug)]
pub(super) struct Levels<'a> {
    root: &'a Path,
    choices: Vec<(&'a Choice, Option<GlobMatcher>)>,
}

impl<'a> Levels<'a> {
    pub(super) fn new(settings: &'a Settings) -> Self {
        let matcher = |choice: &'a Choice| (choice, choice.path.as_ref().map(Glob::compile_matcher));
        Self {
            root: &settings.root,
            choices: settings.choices.iter().map(matcher).collect(),
        }
    }

    /// The level of a rule in a file.
    pub(super) fn of(&self, rule: &Rule, file: Option<&str>) -> Level {
        let fits = |matcher: &GlobMatcher| {
            file.is_some_and(|file| {
                let file = Path::new(file);
                let inside = file.strip_prefix(self.root).unwrap_or(file);
                matcher.is_match(inside.strip_prefix(".").unwrap_or(inside))
            })
        };
        let chosen = self
            .choices
            .iter()
            .rev()
            .find(|(choice, matcher)| choice.rule == rule.id && matcher.as_ref().is_none_or(fits));
        chosen.map_or(rule.level, |(choice, _)| choice.level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_that_fits_holds() {
        let rule = &RULES[0];
        let choice = |level, path: Option<&str>| Choice {
            rule: rule.id,
            level,
            path: path.map(|path| glob(path).unwrap()),
        };
        let settings = Settings {
            root: PathBuf::from("/p"),
            choices: vec![
                choice(Level::Error, None),
                choice(Level::Allow, Some("schema/legacy/**")),
                choice(Level::Note, Some("schema/*.kdl")),
            ],
            ..Settings::default()
        };
        let levels = Levels::new(&settings);
        assert_eq!(levels.of(rule, None), Level::Error);
        assert_eq!(levels.of(rule, Some("/p/schema/legacy/a/b.kdl")), Level::Allow);
        assert_eq!(levels.of(rule, Some("/p/schema/b.kdl")), Level::Note);
        assert_eq!(levels.of(rule, Some("/p/schema/new/b.kdl")), Level::Error);
        assert_eq!(levels.of(&RULES[1], Some("/p/schema/b.kdl")), RULES[1].level);
    }

    #[test]
    fn a_slip_finds_its_rule() {
        assert_eq!(find("missing-primary-key").unwrap().id, "missing-primary-key");
        assert_eq!(
            find("mising-primary-key").unwrap_err().unwrap().id,
            "missing-primary-key"
        );
        assert!(find("zzz").unwrap_err().is_none());
    }
}
