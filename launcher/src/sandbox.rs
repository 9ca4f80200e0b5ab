//! A run of the component in its sandbox.

use std::io::IsTerminal;
use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::p2::bindings::Command;
use wasmtime_wasi::{FsPerms, I32Exit, WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

use crate::component::Component;
use crate::grants::Grants;
use crate::http::{Hosts, Pooled};
use crate::orders::Orders;

/// The component broke, which is a mistake of this program: shells tell it so of a program that aborts.
const BROKE: u8 = 134;

/// A run could not be begun, or broke.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A folder cannot be given to the sandbox.
    #[error("{path}: the folder cannot be opened: {reason}")]
    Folder {
        /// As configured.
        path: String,
        /// Why.
        reason: String,
    },
    /// The component broke.
    #[error("the component broke: {0}")]
    Broke(String),
}

impl RunError {
    /// The exit code of the process.
    pub fn exit(&self) -> u8 {
        match self {
            Self::Folder { .. } => 2,
            Self::Broke(_) => BROKE,
        }
    }
}

/// Runs the component with these words after the program's name; gives its exit code.
///
/// Wants a tokio runtime with I/O and time. Standard output and error are this process's own.
pub async fn run(
    component: &Component,
    words: &[String],
    grants: &Grants,
    orders: Orders,
    client: reqwest::Client,
    hosts: Arc<Hosts>,
) -> Result<u8, RunError> {
    let state = State {
        wasi: wasi(words, grants, orders)?,
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
        hooks: Pooled::new(client, hosts),
    };
    let mut store = Store::new(&component.engine, state);
    exit(command(component, &mut store).await)
}

fn wasi(words: &[String], grants: &Grants, orders: Orders) -> Result<WasiCtx, RunError> {
    let mut wasi = WasiCtx::builder();
    wasi.arg("lightbeam").args(words).envs(&grants.variables).stdin(orders).inherit_stdout().inherit_stderr();
    // There is nobody else on this thread who could be held up by a file.
    wasi.allow_blocking_current_thread(true);
    if let Ok(folder) = std::env::current_dir() {
        wasi.initial_cwd(folder.display().to_string());
    }
    for folder in &grants.folders {
        let permissions = if folder.writable { FsPerms::ReadWrite } else { FsPerms::ReadOnly };
        wasi.preopened_dir(&folder.path, &folder.path, permissions)
            .map_err(|error| RunError::Folder { path: folder.path.clone(), reason: format!("{error:#}") })?;
    }
    Ok(wasi.build())
}

/// Whether a person sits at standard input, who can be asked.
pub fn is_attended() -> bool {
    std::io::stdin().is_terminal()
}

async fn command(component: &Component, store: &mut Store<State>) -> wasmtime::Result<Result<(), ()>> {
    let mut linker = Linker::new(&component.engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;
    let command = Command::instantiate_async(&mut *store, &component.code, &linker).await?;
    command.wasi_cli_run().call_run(store).await
}

fn exit(ended: wasmtime::Result<Result<(), ()>>) -> Result<u8, RunError> {
    match ended {
        Ok(Ok(())) => Ok(0),
        Ok(Err(())) => Ok(1),
        Err(error) => match error.downcast_ref::<I32Exit>() {
            Some(exit) => Ok(u8::try_from(exit.0).unwrap_or(1)),
            None => Err(RunError::Broke(format!("{error:?}"))),
        },
    }
}

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    hooks: Pooled,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}
