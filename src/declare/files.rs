//! Finding and reading declaration files: KDL, and SQL beside it. The only part of `declare` that touches the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};
use crate::dialect::Dialect;

use super::report::FILES;

/// What a folder declares, in the order of the names of its files.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Declarations in KDL.
    pub kdl: Vec<Arc<Source>>,
    /// Statements.
    pub sql: Vec<Arc<Source>>,
}

impl Files {
    /// The SQL files for an engine: `views.sqlite.sql` is for SQLite alone, `views.sql` for every engine.
    pub fn sql_for(&self, dialect: Dialect) -> Vec<Arc<Source>> {
        let of = |source: &Source| {
            let stem = Path::new(&source.name).file_stem()?;
            Dialect::from_name(Path::new(stem).extension()?.to_str()?)
        };
        let sources = self.sql.iter();
        sources
            .filter(|source| of(source).is_none_or(|only| only == dialect))
            .cloned()
            .collect()
    }
}

/// Every `*.kdl` and `*.sql` at or below `path`, in sorted order. Hidden folders are left out; a file may be named directly.
pub fn read_files(path: &Path) -> Result<Files, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut errors = Vec::new();
    collect(path, true, &mut found, &mut errors);
    found.sort();
    let mut files = Files::default();
    for file in &found {
        match read(file) {
            Ok(source) if is(file, SQL) => files.sql.push(source),
            Ok(source) => files.kdl.push(source),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() && found.is_empty() {
        let place = path.display();
        errors.push(
            Diagnostic::error(
                FILES,
                format!("no declarations: `{place}` holds no *.kdl or *.sql file"),
            )
            .help("write a table into a .kdl file there, or name another folder with --schema"),
        );
    }
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

/// Every `*.kdl` at or below `path`, as [`read_files`] finds them.
pub fn read_sources(path: &Path) -> Result<Vec<Arc<Source>>, Vec<Diagnostic>> {
    read_files(path).map(|files| files.kdl)
}

const KDL: &str = "kdl";
const SQL: &str = "sql";

fn is(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own == extension)
}

fn read(file: &Path) -> Result<Arc<Source>, Diagnostic> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Diagnostic::error(FILES, format!("`{}` is not UTF-8 text", file.display())).help("save it as UTF-8")
    })?;
    Ok(Arc::new(Source {
        name: file.display().to_string(),
        text: text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
    }))
}

fn collect(path: &Path, named: bool, files: &mut Vec<PathBuf>, errors: &mut Vec<Diagnostic>) {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            errors.push(unreadable(path, &error));
            return;
        }
    };
    if metadata.is_file() {
        if named || is(path, KDL) || is(path, SQL) {
            files.push(path.to_owned());
        }
        return;
    }
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) => {
            errors.push(unreadable(path, &error));
            return;
        }
    };
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_name().to_string_lossy().starts_with('.') => {}
            Ok(entry) => collect(&entry.path(), false, files, errors),
            Err(error) => errors.push(unreadable(path, &error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(FILES, format!("cannot read `{}`: {error}", path.display()));
    if error.kind() == io::ErrorKind::NotFound {
        diagnostic.help("name the folder of the declarations with --schema, or start with `reconcile init`")
    } else {
        diagnostic
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sorted_and_says_where_it_looked() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_sources(folder.path()).unwrap_err();
        assert!(error[0].message.contains(&folder.path().display().to_string()));
        fs::create_dir(folder.path().join("b")).unwrap();
        for name in ["z.kdl", "b/c.kdl", "a.kdl", "note.txt"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> = read_sources(folder.path())
            .unwrap()
            .iter()
            .map(|source| source.name.rsplit('/').next().unwrap().to_owned())
            .collect();
        assert_eq!(names, ["a.kdl", "c.kdl", "z.kdl"]);
        let missing = read_sources(&folder.path().join("nowhere")).unwrap_err();
        assert!(missing[0].message.starts_with("cannot read"));
    }

    #[test]
    fn sql_stands_beside_kdl_for_one_engine_or_for_all() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.sqlite.sql", "a.kdl", "a.sql", "c.postgres.sql", "d.v2.sql"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let files = read_files(folder.path()).unwrap();
        assert_eq!((files.kdl.len(), files.sql.len()), (1, 4));
        for dialect in Dialect::ALL {
            let names = files.sql_for(*dialect);
            let names = names.iter().map(|source| source.name.rsplit('/').next().unwrap());
            let own = format!(".{dialect}.sql");
            assert!(
                names
                    .clone()
                    .all(|name| !name.contains("ite.sql") || name.ends_with(&own))
            );
            assert_eq!(names.count(), 3);
        }
    }

    #[test]
    fn text_that_is_not_utf8_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.kdl"), [0xff, 0xfe]).unwrap();
        assert!(
            read_sources(folder.path()).unwrap_err()[0]
                .message
                .ends_with("is not UTF-8 text")
        );
    }
}
