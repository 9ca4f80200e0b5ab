//! What `delete` and `truncate` share: leave to remove, the order of removal, and what became of one DELETE.

mod confirm;
mod deletion;
mod order;

pub(super) use confirm::{Extent, confirm};
pub(super) use deletion::{Deletion, RemovedId, delete_record};
pub(super) use order::{MOST_SIDE_BY_SIDE, further_passes, reverse_levels};
