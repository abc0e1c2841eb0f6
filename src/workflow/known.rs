//! What was found in sync before: declarations that an engine compared with a database need not be parsed and compared
//! again while neither changes.
//!
//! In: the texts of the declarations, all that decides what they mean, and the fingerprint of the database as it is read
//! now. Out: whether the two were found equal before. A file of lines in the user's cache folder, one file a project; it
//! may be deleted at any time. It must not be asked about anything the fingerprint does not hold: reference data.
//!
//! Parsing KDL takes longer than reading the catalog of the same schema, and arbitration a scratch database
//! (both in `benches/pipeline.rs`); a deploy that finds nothing to do needs neither.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::catalog::Fingerprint;
use crate::declare::Declared;
use crate::diagnostic::Source;
use crate::dialect::Server;
use crate::op::Phase;

use super::aside::is_aside;
use super::{Project, Proposal};

/// How many pairs of declarations and databases a project's file remembers: a few branches times a few databases.
const REMEMBERED: usize = 64;

/// The place of what was found in sync, and for whom it holds.
#[derive(Clone, Debug)]
pub struct Cache {
    /// The folder; made when something is remembered.
    pub folder: PathBuf,
    /// The build of this tool: what one build found equal, another may tell apart.
    pub build: String,
}

/// The declarations of one comparison, as far as their text goes.
#[derive(Debug)]
pub(super) struct Known {
    file: PathBuf,
    key: Fingerprint,
}

impl Known {
    /// `None` where the project has no cache, and where something is observed, of which fingerprints do not tell.
    pub(super) fn new(
        project: &Project,
        path: &Path,
        sources: &[Arc<Source>],
        server: &Server,
    ) -> Option<Self> {
        let cache = project
            .cache
            .as_ref()
            .filter(|_| project.config.observed.is_empty())?;
        let place = std::fs::canonicalize(path).ok()?;
        let place = Fingerprint::of_bytes(place.as_os_str().as_encoded_bytes());
        let templates: BTreeMap<_, _> = project.config.naming.templates.iter().collect();
        let naming = format!("{templates:?}");
        let schemas = format!("{:?}", project.config.schemas);
        let meaning = [
            &cache.build,
            server.dialect.name(),
            &server.version_text,
            &naming,
            &schemas,
        ];
        let texts = sources
            .iter()
            .flat_map(|source| [source.name.as_str(), source.text.as_str()]);
        let mut bytes = Vec::new();
        for part in meaning.into_iter().chain(texts) {
            // The length before each part: two lists of texts never become the same bytes.
            bytes.extend_from_slice(&part.len().to_le_bytes());
            bytes.extend_from_slice(part.as_bytes());
        }
        Some(Self {
            file: cache.folder.join(format!("in-sync-{place}")),
            key: Fingerprint::of_bytes(&bytes),
        })
    }

    /// Whether these declarations were found equal to any database.
    pub(super) fn holds_anything(&self) -> bool {
        let key = self.key.as_str();
        self.lines().iter().any(|line| line.starts_with(key))
    }

    /// Whether these declarations were found equal to a database with this fingerprint.
    pub(super) fn holds(&self, database: &Fingerprint) -> bool {
        let line = self.line(database);
        self.lines().contains(&line)
    }

    /// Remembers that they are.
    pub(super) fn remember(&self, database: &Fingerprint) {
        let line = self.line(database);
        let mut lines = self.lines();
        lines.retain(|other| *other != line);
        lines.push(line);
        let first = lines.len().saturating_sub(REMEMBERED);
        let text = lines[first..].join("\n") + "\n";
        // A cache that cannot be written costs time at the next run, and nothing else: not worth a word.
        let _written = self.write(&text);
    }

    fn write(&self, text: &str) -> std::io::Result<()> {
        if let Some(folder) = self.file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // Another process may read at this moment: it sees the file before or after.
        let unfinished = self.file.with_extension(std::process::id().to_string());
        std::fs::write(&unfinished, text)?;
        std::fs::rename(&unfinished, &self.file)
    }

    fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.file).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn line(&self, database: &Fingerprint) -> String {
        format!("{} {database}", self.key)
    }
}

/// Whether the next run may take this one's word: nothing differs, nothing has to be told again, and nothing was
/// declared that the fingerprint of a database does not hold.
pub(super) fn is_settled(proposal: &Proposal, declared: &Declared) -> bool {
    let told = !declared.warnings.is_empty()
        || proposal
            .notes
            .iter()
            .any(|note| note.code == super::propose::REORDERED);
    // The first of two phases leads to another state than the declared one.
    let whole = proposal.phase != Some(Phase::Expand);
    let beside = declared.catalog.iter().any(|(id, _)| !id.kind.is_shape());
    let more = beside || declared.catalog.says_details();
    // What is in quarantine is due one day, though neither changes until then.
    let aside = proposal.plan.to.iter().any(|(id, object)| is_aside(id, object));
    proposal.is_empty() && whole && !told && !more && !aside
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(folder: &Path, key: &str) -> Known {
        Known {
            file: folder.join("deep").join("in-sync"),
            key: Fingerprint::of_bytes(key.as_bytes()),
        }
    }

    fn database(number: usize) -> Fingerprint {
        Fingerprint::of_bytes(&number.to_le_bytes())
    }

    #[test]
    fn holds_for_these_declarations_and_this_database_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let (one, two) = (known(folder.path(), "one"), known(folder.path(), "two"));
        assert!(!one.holds_anything());
        one.remember(&database(1));
        assert!(one.holds_anything() && one.holds(&database(1)));
        assert!(!one.holds(&database(2)));
        assert!(!two.holds_anything() && !two.holds(&database(1)));
    }

    #[test]
    fn forgets_the_oldest() {
        let folder = tempfile::tempdir().expect("a folder");
        let known = known(folder.path(), "one");
        (0..=REMEMBERED).for_each(|number| known.remember(&database(number)));
        assert!(!known.holds(&database(0)) && known.holds(&database(1)));
        assert!(known.holds(&database(REMEMBERED)));
        assert_eq!(known.lines().len(), REMEMBERED);
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("deep"), "a file").expect("a file");
        let known = known(folder.path(), "one");
        known.remember(&database(1));
        assert!(!known.holds(&database(1)));
    }
}
