//! Finding and reading declaration files. The only part of `declare` that touches the disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

use super::report::FILES;

/// Every `*.kdl` at or below `path`, in sorted order. Hidden folders are left out; a file may be named directly.
pub fn read_sources(path: &Path) -> Result<Vec<Arc<Source>>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    let mut errors = Vec::new();
    collect(path, true, &mut files, &mut errors);
    files.sort();
    let mut sources = Vec::with_capacity(files.len());
    for file in &files {
        match fs::read(file) {
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => sources.push(Arc::new(Source {
                    name: file.display().to_string(),
                    text: text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text),
                })),
                Err(_) => errors.push(
                    Diagnostic::error(FILES, format!("`{}` is not UTF-8 text", file.display()))
                        .help("save it as UTF-8"),
                ),
            },
            Err(error) => errors.push(unreadable(file, &error)),
        }
    }
    if errors.is_empty() && sources.is_empty() {
        errors.push(
            Diagnostic::error(
                FILES,
                format!("no declarations: `{}` holds no *.kdl file", path.display()),
            )
            .help("write a table into a .kdl file there, or name another folder with --schema"),
        );
    }
    if errors.is_empty() {
        Ok(sources)
    } else {
        Err(errors)
    }
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
        if named || path.extension().is_some_and(|extension| extension == "kdl") {
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
