//! A database that nobody misses: [`Scratch`], in which declarations become canonical and plans are proven.
//!
//! Input: what an engine's `scratch` opened. It can be emptied, and is gone after `close`. A scratch database of a
//! process that was killed is found and dropped when the next one is opened.

use super::DatabaseUrl;
use super::session::{EngineError, Session};

/// How an engine empties and removes its scratch database.
#[async_trait::async_trait]
pub trait Keeper: Send {
    /// A connection to an empty database; the one before is closed already.
    async fn renew(&mut self) -> Result<Box<dyn Session>, EngineError>;
    /// Removes the database.
    async fn remove(&mut self) -> Result<(), EngineError>;
    /// Where another program can open it, too.
    fn url(&self) -> Option<DatabaseUrl> {
        None
    }
}

/// An empty database of the same kind and version as the target.
pub struct Scratch {
    session: Option<Box<dyn Session>>,
    keeper: Box<dyn Keeper>,
    is_new: bool,
}

impl Scratch {
    /// What `keeper` keeps, opened.
    pub fn new(session: Box<dyn Session>, keeper: Box<dyn Keeper>) -> Self {
        Self {
            session: Some(session),
            keeper,
            is_new: true,
        }
    }

    /// The connection.
    pub fn session(&mut self) -> Result<&mut (dyn Session + '_), EngineError> {
        match &mut self.session {
            Some(session) => Ok(session.as_mut()),
            None => Err(EngineError::new(
                super::session::EngineErrorKind::Connection,
                "the scratch database is closed",
            )),
        }
    }

    /// Where another program can open it, too; `None` where it lies in the memory of this one.
    pub fn url(&self) -> Option<DatabaseUrl> {
        self.keeper.url()
    }

    /// Makes it empty again.
    pub async fn reset(&mut self) -> Result<(), EngineError> {
        if let Some(session) = self.session.take() {
            session.close().await?;
        }
        self.session = Some(self.keeper.renew().await?);
        self.is_new = true;
        Ok(())
    }

    /// Whether this is the first time that it is asked since the database was empty.
    pub fn is_new(&mut self) -> bool {
        std::mem::take(&mut self.is_new)
    }

    /// Removes it.
    pub async fn close(mut self) -> Result<(), EngineError> {
        if let Some(session) = self.session.take() {
            session.close().await?;
        }
        self.keeper.remove().await
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").finish_non_exhaustive()
    }
}
