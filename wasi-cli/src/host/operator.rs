use std::cell::{Cell, RefCell};
use std::time::Duration;

use lightbeam_core::host::{Operator, Question, Wanted};
use wasip2::cli::{stdin, terminal_stdin};
use wasip2::io::streams::{InputStream, StreamError};

use super::executor::{self, ready};
use lightbeam_wasi::terminal::{Floor, print_error};

/// How often standard input is looked at; a look costs a call of the host, and is asked for before each record.
const LOOK: Duration = Duration::from_millis(50);

/// Why a question cannot be asked.
const NOBODY: &str = "nobody is there to confirm this: add --yes, or set force_delete: true";

/// The longest line that is kept.
const LONGEST: usize = 1 << 10;

/// Whoever sits at standard input: a person for questions, the launcher for `stop`.
#[derive(Debug)]
pub(crate) struct StdinOperator {
    /// Whether lines on standard input are orders. Only under the launcher: a plain `wasmtime run` shares standard
    /// input with the shell script around it, and must not read what is meant for others.
    takes_orders: bool,
    /// Taken while a question is open.
    floor: Floor,
    input: RefCell<Option<InputStream>>,
    line: RefCell<Vec<u8>>,
    wanted: Cell<Wanted>,
    looked: Cell<u64>,
}

impl StdinOperator {
    pub(super) fn new(takes_orders: bool) -> Self {
        Self {
            takes_orders,
            floor: Floor::default(),
            input: RefCell::new(None),
            line: RefCell::new(Vec::new()),
            wanted: Cell::new(Wanted::Run),
            looked: Cell::new(0),
        }
    }

    /// What questions take while they are open.
    pub(crate) fn floor(&self) -> Floor {
        self.floor.clone()
    }

    /// The next line, if a whole one is there; an end of input ends the last line.
    fn next_line(&self) -> NextLine {
        let mut line = self.line.borrow_mut();
        let mut input = self.input.borrow_mut();
        loop {
            if let Some(end) = line.iter().position(|byte| *byte == b'\n') {
                let rest = line.split_off(end + 1);
                let whole = std::mem::replace(&mut *line, rest);
                return NextLine::Line(String::from_utf8_lossy(&whole).trim().to_owned());
            }
            if line.len() > LONGEST {
                line.clear();
            }
            match input.get_or_insert_with(stdin::get_stdin).read(LONGEST as u64) {
                Ok(bytes) if bytes.is_empty() => return NextLine::NotYet,
                Ok(bytes) => line.extend_from_slice(&bytes),
                Err(StreamError::Closed | StreamError::LastOperationFailed(_)) if line.is_empty() => {
                    return NextLine::Ended;
                }
                Err(_) => line.push(b'\n'),
            }
        }
    }
}

enum NextLine {
    Line(String),
    NotYet,
    Ended,
}

impl Operator for StdinOperator {
    async fn confirm(&self, question: &Question) -> Result<bool, String> {
        if terminal_stdin::get_terminal_stdin().is_none() {
            return Err(NOBODY.to_owned());
        }
        let asking = self.floor.ask();
        print_error(&format!("{}{}\nType yes to go on: ", asking.room(), question.text));
        loop {
            match self.next_line() {
                // Nothing but the very word, as in the tool before this one: what follows cannot be undone.
                NextLine::Line(line) => return Ok(line == "yes"),
                NextLine::Ended => return Err(NOBODY.to_owned()),
                NextLine::NotYet => {
                    let pollable = self.input.borrow().as_ref().map(InputStream::subscribe);
                    if let Some(pollable) = pollable {
                        ready(pollable).await;
                    }
                }
            }
        }
    }

    fn wanted(&self) -> Wanted {
        if self.takes_orders {
            let now = executor::now();
            if now.saturating_sub(self.looked.get()) >= u64::try_from(LOOK.as_nanos()).unwrap_or(u64::MAX) {
                self.looked.set(now);
                while let NextLine::Line(order) = self.next_line() {
                    match order.as_str() {
                        "stop" => self.wanted.set(Wanted::Stop),
                        "pause" => self.wanted.set(Wanted::Pause),
                        "run" => self.wanted.set(Wanted::Run),
                        _ => {}
                    }
                }
            }
        }
        self.wanted.get()
    }
}
