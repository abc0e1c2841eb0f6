//! The scratch database of SQLite: in memory, gone with its connection; or in a file, where another program has to open
//! it, too.
//!
//! The file lies in a folder of its own, in which a second file is locked as long as this process lives: a folder whose
//! lock is free belongs to a run that was killed, and is removed by the next one.

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::dialect::scratch::{Keeper, Scratch};
use crate::dialect::session::{ConnectOptions, EngineError, EngineErrorKind, Session};
use crate::dialect::{DatabaseUrl, Dialect};

use super::session::SqliteSession;

struct InMemory;

/// Opens an empty database in memory.
pub(super) async fn open() -> Result<Scratch, EngineError> {
    let session = InMemory.renew().await?;
    Ok(Scratch::new(session, Box::new(InMemory)))
}

#[async_trait::async_trait]
impl Keeper for InMemory {
    async fn renew(&mut self) -> Result<Box<dyn Session>, EngineError> {
        let session = SqliteSession::connect(":memory:", &ConnectOptions::default()).await?;
        Ok(Box::new(session))
    }

    async fn remove(&mut self) -> Result<(), EngineError> {
        Ok(())
    }
}

/// What the names of our folders begin with.
const PREFIX: &str = "reconcile_scratch_";
/// The file whose lock says that the folder is in use.
const GUARD: &str = "in-use";
const DATABASE: &str = "scratch.db";

struct InFile {
    folder: PathBuf,
    /// Locked as long as this lives.
    _guard: File,
}

/// Opens an empty database in a file of the system's folder for such files.
pub(super) async fn open_file() -> Result<Scratch, EngineError> {
    let parent = std::env::temp_dir();
    sweep(&parent);
    let mut keeper = loop {
        let process = std::process::id();
        let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), process);
        let folder = parent.join(format!("{PREFIX}{process}_{random:016x}"));
        // Another run may have swept the folder away before its lock was taken.
        if let Some(guard) = guard(&folder).map_err(|error| unusable(&folder, &error))? {
            break InFile {
                folder,
                _guard: guard,
            };
        }
    };
    let session = keeper.renew().await?;
    Ok(Scratch::new(session, Box::new(keeper)))
}

fn guard(folder: &Path) -> std::io::Result<Option<File>> {
    std::fs::create_dir(folder)?;
    let path = folder.join(GUARD);
    let guard = match File::create(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        guard => guard?,
    };
    guard.lock()?;
    Ok(path.exists().then_some(guard))
}

/// Removes what runs that were killed have left. What cannot be removed is in nobody's way.
fn sweep(parent: &Path) {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let Ok(guard) = File::open(entry.path().join(GUARD)) else {
            continue;
        };
        if guard.try_lock().is_ok() {
            std::fs::remove_dir_all(entry.path()).ok();
        }
    }
}

fn unusable(path: &Path, error: &std::io::Error) -> EngineError {
    let message = format!("no scratch database can be made as {}: {error}", path.display());
    EngineError::new(EngineErrorKind::Connection, message)
}

#[async_trait::async_trait]
impl Keeper for InFile {
    async fn renew(&mut self) -> Result<Box<dyn Session>, EngineError> {
        let file = self.folder.join(DATABASE);
        for rest in ["", "-journal", "-wal", "-shm"] {
            let path = self.folder.join(format!("{DATABASE}{rest}"));
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(unusable(&path, &error));
                }
                _ => {}
            }
        }
        let options = ConnectOptions {
            create: true,
            ..ConnectOptions::default()
        };
        let session = SqliteSession::connect(&file.display().to_string(), &options).await?;
        Ok(Box::new(session))
    }

    async fn remove(&mut self) -> Result<(), EngineError> {
        std::fs::remove_dir_all(&self.folder).map_err(|error| unusable(&self.folder, &error))
    }

    fn url(&self) -> Option<DatabaseUrl> {
        Some(DatabaseUrl {
            dialect: Dialect::Sqlite,
            location: self.folder.join(DATABASE).display().to_string(),
        })
    }
}

impl Drop for InFile {
    fn drop(&mut self) {
        // After `remove` there is nothing left; after a failure nobody else would.
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_killed_run_left_goes_and_what_is_in_use_stays() {
        let scratch = open_file().await.unwrap();
        let file = PathBuf::from(scratch.url().unwrap().location);
        let left = std::env::temp_dir().join(format!("{PREFIX}0_{}", std::process::id()));
        drop(guard(&left).unwrap());
        sweep(&std::env::temp_dir());
        assert!(file.exists() && !left.exists());
        scratch.close().await.unwrap();
        assert!(!file.exists());
    }
}
