//! What page and worker say to each other. Texts travel as JSON in the member `text` of a message; files and folders,
//! which only the browser can hand over, travel beside it.
//!
//! A message of the page is `{ text: Order, files: [[path, File]…], folder: FileSystemDirectoryHandle | undefined }`,
//! one of the worker `{ text: News, files: [[path, Blob]…] }`.

mod news;
mod order;
mod read;
mod snapshot;

pub use news::{Check, Done, EndpointName, Mark, News, RecordText, RunEnd, SurveyedFile};
pub use order::{Job, Order, Secretive, Task, Want};
pub use snapshot::{CauseRow, DryRunRow, EndpointRow, NoticeRow, RowState, Severity, Snapshot};
