use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionDurability, TransactionMode, TransactionOptions};
use lightbeam_core::host::StorageError;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Event, IdbVersionChangeEvent};

use super::failure;

/// The database's name.
pub(super) const DATABASE: &str = "lightbeam";
/// The version of its layout.
const VERSION: u8 = 1;
/// By name: the extent, as numbers.
pub(super) const BLOBS: &str = "blobs";
/// By name and offset: the bytes.
pub(super) const CHUNKS: &str = "chunks";

/// Why a connection has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gone {
    /// The database is erased, by this page or another tab.
    Erased,
    /// A newer version of the page changes its layout.
    Newer,
    /// The browser took it away.
    Closed,
}

/// A connection to the database.
pub(super) struct Connection {
    database: Database,
    gone: Rc<Cell<Option<Gone>>>,
    _on_version_change: Closure<dyn FnMut(IdbVersionChangeEvent)>,
    _on_close: Closure<dyn FnMut(Event)>,
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("gone", &self.gone).finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) async fn open() -> Result<Self, StorageError> {
        let opening = Database::open(DATABASE).with_version(VERSION).with_on_upgrade_needed(|_, database| {
            // Fails, and with it the opening, where a store of that name is there already: layouts are not mixed.
            database.create_object_store(BLOBS).build()?;
            database.create_object_store(CHUNKS).build()?;
            Ok(())
        });
        let database = opening.await.map_err(|error| failure::of_opening(&error))?;
        let gone = Rc::new(Cell::new(None));
        // A connection that stays open would block whoever erases the database, for as long as the tab lives.
        let on_version_change = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new({
            let (database, gone) = (database.clone(), gone.clone());
            move |event: IdbVersionChangeEvent| {
                gone.set(Some(if event.new_version().is_none() { Gone::Erased } else { Gone::Newer }));
                database.as_sys().close();
            }
        });
        let on_close = Closure::<dyn FnMut(Event)>::new({
            let gone = gone.clone();
            move |_| gone.set(Some(Gone::Closed))
        });
        database.as_sys().set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        database.as_sys().set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { database, gone, _on_version_change: on_version_change, _on_close: on_close })
    }

    /// Why the connection has ended, if it has.
    pub(super) fn gone(&self) -> Option<Gone> {
        self.gone.get()
    }

    /// Begins a transaction over both stores. It is rolled back if it is dropped before [`commit`].
    pub(super) fn begin(
        &self,
        mode: TransactionMode,
        durability: TransactionDurability,
    ) -> Result<Transaction<'_>, Error> {
        let mut options = TransactionOptions::new();
        options.set_durability(durability);
        let transaction = self.database.transaction([BLOBS, CHUNKS]).with_mode(mode).with_options(options).build()?;
        // The library's listener can be called once, while of a transaction that fails each open request tells; the
        // second call would throw. Nothing is lost: a transaction that fails is aborted, which is listened to as well.
        transaction.as_sys().set_onerror(None);
        Ok(transaction)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let database = self.database.as_sys();
        database.set_onversionchange(None);
        database.set_onclose(None);
        database.close();
    }
}

/// Commits. The library tells of a transaction that was aborted only that it was; the browser knows why.
pub(super) async fn commit(transaction: Transaction<'_>) -> Result<(), Error> {
    let known = transaction.as_sys().clone();
    transaction.commit().await.map_err(|error| known.error().map_or(error, Error::from))
}
