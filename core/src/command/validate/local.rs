//! A first look at local files that other records are checked against, whether they are selected or not.

use std::rc::Rc;

use crate::command::NotBegun;
use crate::command::session::Session;
use crate::data::{self, EndpointFiles, Lines};
use crate::host::{Files as _, Host};
use crate::notice::Notice;

/// The files of all endpoints in the data folder.
pub(super) async fn all_files<H: Host>(session: &Session<'_, H>) -> Result<Vec<EndpointFiles>, NotBegun> {
    let config = session.config;
    let ids = session.endpoints.ids();
    let discovered = data::discover(session.host.files(), &config.data_dir, &ids, &config.namespace).await;
    Ok(discovered.map_err(NotBegun::file)?.endpoints)
}

/// Shows the records of files; lines that cannot be records are passed over, for the check of their own endpoint
/// tells them. Says whether all was seen: `false` where a file cannot be read, which is told, or the run is ending.
pub(super) async fn each_record<H: Host>(
    session: &Session<'_, H>,
    files: &[Rc<str>],
    mut show: impl FnMut(&[u8]),
) -> bool {
    let mut whole = true;
    for file in files {
        let source = match session.host.files().open(file).await {
            Ok(source) => source,
            Err(error) => {
                session.notice(Notice::warning(error.to_string()));
                whole = false;
                continue;
            }
        };
        let mut lines = Lines::new(source, file.clone());
        let mut read = 0;
        loop {
            match lines.next().await {
                Ok(Some(line)) => {
                    if let Ok(record) = &line.bytes {
                        show(record);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    session.notice(Notice::warning(error.to_string()));
                    whole = false;
                    break;
                }
            }
            if lines.bytes_read() != read {
                read = lines.bytes_read();
                // A block was read: let the others go on, and a worker hear what the user wants.
                session.yield_now().await;
                if !session.goes_on().await {
                    return false;
                }
            }
        }
    }
    whole
}
