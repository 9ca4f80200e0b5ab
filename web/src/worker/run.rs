use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::{Either, select};
use lightbeam_core::event::Event;
use lightbeam_core::host::{Clock, Host};
use lightbeam_core::invocation::Invocation;
use lightbeam_core::run;

use super::desk::Desk;
use crate::host::{BrowserHost, ChosenFiles, PageOperator};
use crate::protocol::{News, RunEnd, Secretive};
use crate::story::Story;

/// The least time between two messages on how far a run is.
const TICK: Duration = Duration::from_millis(100);

/// Carries a command out and tells the page how far it is.
pub(super) async fn run(
    desk: &Desk,
    id: u32,
    invocation: &Invocation,
    files: ChosenFiles,
    variables: BTreeMap<String, Secretive>,
    operator: Rc<PageOperator>,
) -> RunEnd {
    let host = BrowserHost::new(files, variables, operator).for_command(invocation.command);
    let story = RefCell::new(Story::new());
    let listener = |event: &Event| story.borrow_mut().hear(event);
    let report = {
        let work = pin!(run::run(invocation, &host, &listener));
        let telling = pin!(async {
            loop {
                host.clock().sleep(TICK).await;
                let snapshot = story.borrow_mut().changes(host.clock().monotonic());
                if let Some(snapshot) = snapshot {
                    desk.tell(&News::Progress { id, snapshot: Box::new(snapshot) }, &[]);
                }
            }
        });
        match select(work, telling).await {
            Either::Left((report, _)) => report,
            Either::Right((never, _)) => match never {},
        }
    };
    story.into_inner().end(invocation, report, host.clock())
}
