//! `policy { drop "quarantine" keep="30d" }`: what may happen to what is not declared any more.
//!
//! Must not: know how something is set aside.

use kdl::{KdlDocument, KdlNode};

use super::Reader;

/// How long something is kept if that is not said.
const KEPT: u32 = 30;

/// What happens to tables, columns and sequences that are not declared any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Drops {
    /// They are dropped, with `--allow-destructive` alone.
    #[default]
    Refuse,
    /// They are set aside, and dropped by a plan that is made so many days later.
    Quarantine {
        /// How long they are kept.
        days: u32,
    },
}

impl Reader<'_> {
    pub(super) fn policy(&mut self, node: &KdlNode) -> Drops {
        let mut drops = Drops::default();
        for child in node.children().map(KdlDocument::nodes).unwrap_or_default() {
            match child.name().value() {
                "drop" => drops = self.drops(child),
                other => self.unknown(child, "setting", other, &["drop"]),
            }
        }
        drops
    }

    fn drops(&mut self, node: &KdlNode) -> Drops {
        let way = self.one(node);
        let mut days = None;
        for (key, text) in self.properties(node) {
            match key.as_str() {
                "keep" => {
                    days = length(&text);
                    if days.is_none() {
                        let help = "write days or weeks, as keep=\"30d\" or keep=\"4w\"".to_owned();
                        self.error(node, format!("`{text}` is no length of time"), Some(help));
                    }
                }
                other => self.unknown(node, "property", other, &["keep"]),
            }
        }
        match way.as_str() {
            "quarantine" => Drops::Quarantine {
                days: days.unwrap_or(KEPT),
            },
            "refuse" => {
                if days.is_some() {
                    let help = "write `drop \"quarantine\"`, or leave `keep` out".to_owned();
                    self.error(
                        node,
                        "`keep` says how long something is in quarantine".to_owned(),
                        Some(help),
                    );
                }
                Drops::Refuse
            }
            other => {
                self.unknown(node, "way to drop", other, &["refuse", "quarantine"]);
                Drops::Refuse
            }
        }
    }
}

/// `30d` or `4w` in days, at least one.
fn length(text: &str) -> Option<u32> {
    let (number, days) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 7),
        (None, None) => return None,
    };
    let number: u32 = number.parse().ok()?;
    number
        .checked_mul(days)
        .filter(|days| (1..=36_500).contains(days))
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use super::super::{FILE_NAME, parse};
    use super::*;
    use crate::diagnostic::{Diagnostic, Source};

    fn drops(text: &str) -> Result<Drops, Vec<Diagnostic>> {
        let source = Arc::new(Source {
            name: FILE_NAME.to_owned(),
            text: format!("policy {{\n    {text}\n}}\n"),
        });
        parse(&source, Path::new("/p")).map(|config| config.drops)
    }

    #[test]
    fn a_policy_of_drops() {
        for (text, expected) in [
            ("", Drops::Refuse),
            ("drop \"refuse\"", Drops::Refuse),
            ("drop quarantine", Drops::Quarantine { days: 30 }),
            ("drop \"quarantine\" keep=\"90d\"", Drops::Quarantine { days: 90 }),
            ("drop \"quarantine\" keep=\"2w\"", Drops::Quarantine { days: 14 }),
        ] {
            assert_eq!(drops(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn slips_are_told() {
        for (text, help) in [
            ("drop \"quarantain\"", "did you mean `quarantine`?"),
            ("drp \"quarantine\"", "did you mean `drop`?"),
            (
                "drop \"quarantine\" keep=\"0d\"",
                "write days or weeks, as keep=\"30d\" or keep=\"4w\"",
            ),
            (
                "drop \"quarantine\" keep=\"1h\"",
                "write days or weeks, as keep=\"30d\" or keep=\"4w\"",
            ),
            ("drop \"quarantine\" kep=\"1d\"", "did you mean `keep`?"),
            (
                "drop \"refuse\" keep=\"1d\"",
                "write `drop \"quarantine\"`, or leave `keep` out",
            ),
        ] {
            let errors = drops(text).unwrap_err();
            assert_eq!(errors[0].help.as_deref(), Some(help), "{text}");
            assert_eq!(errors[0].span.as_ref().unwrap().line_column().0, 2);
        }
    }
}
