//! `validate`: checks local records by up to five methods.
//!
//! Files are read once, endpoint by endpoint in dependency order ([`driver`]); each record is parsed once
//! ([`record`]), and each method says of it all that it finds wrong. `json` comes first and alone: of a line that is
//! no record, the other methods have nothing to say. A method that needs to know other records before it can judge
//! one (`descriptors`, `references`) reads their files when it is prepared, before the first record is checked.

mod descriptors;
mod driver;
mod local;
mod path;
mod record;
mod references;
mod schema;
mod sites;
mod uniqueness;

pub(super) use self::driver::{Valid, Validation};
use crate::command::{NotBegun, Session, local_data};
use crate::event::Event;
use crate::host::Host;

/// Checks the records of all files, and tells what is wrong with each.
pub(super) async fn validate<H: Host>(session: &Session<'_, H>) -> Result<(), NotBegun> {
    let data = local_data(session).await?;
    let mut validation = Validation::prepare(session, &data).await?;
    for of in &data {
        if !session.goes_on().await {
            break;
        }
        let endpoint = session.endpoints.get(&of.endpoint).expect("files are found for known endpoints");
        session.endpoint_started(&endpoint.id);
        let checked = validation.check(endpoint, &of.files, Valid::IsTold).await;
        session.write_failed_records(checked.failed, &endpoint.id, &of.files).await;
        session.listener.hear(&Event::EndpointFinished { endpoint: endpoint.id.clone() });
    }
    validation.finish();
    Ok(())
}
