//! Method `uniqueness`: no two records of an endpoint have the same natural key.

use std::rc::Rc;

use super::record::Record;
use crate::command::session::Session;
use crate::event::Finding;
use crate::host::Host;
use crate::model::Endpoint;

/// The natural keys seen so far.
pub(super) struct Uniqueness<'m> {
    _files: &'m [Rc<str>],
}

impl<'m> Uniqueness<'m> {
    pub(super) fn new<H: Host>(
        _session: &Session<'_, H>,
        _endpoint: &Endpoint,
        files: &'m [Rc<str>],
        _schema: bool,
    ) -> Option<Self> {
        Some(Self { _files: files })
    }

    pub(super) fn check(&mut self, _record: &Record<'_>, _found: &mut Vec<Finding>) {}
}
