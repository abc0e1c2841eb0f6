//! The scratch database of SQLite: in memory, gone with its connection.

use crate::dialect::scratch::{Keeper, Scratch};
use crate::dialect::session::{ConnectOptions, EngineError, Session};

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
