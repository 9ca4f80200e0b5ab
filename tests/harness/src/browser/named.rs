//! Doing what a person does, with elements that are named as a person names them.

use std::time::{Duration, Instant};

use fantoccini::elements::{Element, ElementRef};
use fantoccini::error::{CmdError, ErrorStatus};
use serde_json::{Value, json};

use super::{Browser, BrowserError, LOOK, failure};

/// The member of an answer that is an element, as the standard has it.
const ELEMENT_KEY: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What kind of element a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something to press.
    Button,
    /// Something to write into, or to choose from.
    Field,
    /// Something to tick.
    Box,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Button => "button",
            Self::Field => "field",
            Self::Box => "box",
        }
    }
}

impl Browser {
    /// Does something with the one element of this kind and name, in which a `*` stands for anything, as soon
    /// as it can be seen and used; fails after `patience`.
    pub fn with_named<T>(
        &self,
        kind: Kind,
        name: &str,
        patience: Duration,
        act: &impl AsyncFn(&Element) -> Result<T, CmdError>,
    ) -> Result<T, BrowserError> {
        let begun = Instant::now();
        loop {
            let found = self.execute(include_str!("named.js"), vec![json!(kind.word()), json!(name)])?;
            let trouble = match found["element"][ELEMENT_KEY].as_str() {
                Some(id) => {
                    let element = Element::from_element_id(self.client.clone(), ElementRef::from(id.to_owned()));
                    match self.runtime.block_on(act(&element)) {
                        Err(error) if passes(&error) => error.to_string(),
                        done => return done.map_err(failure(name)),
                    }
                }
                None => found["trouble"].as_str().unwrap_or("no answer").to_owned(),
            };
            if begun.elapsed() > patience {
                return Err(BrowserError::Named { kind: kind.word(), name: name.to_owned(), trouble });
            }
            std::thread::sleep(LOOK);
        }
    }

    /// Presses a button.
    pub fn press_named(&self, name: &str, patience: Duration) -> Result<(), BrowserError> {
        self.with_named(Kind::Button, name, patience, &async |element| element.click().await)
    }

    /// Replaces what is in a field.
    pub fn fill_named(&self, name: &str, text: &str, patience: Duration) -> Result<(), BrowserError> {
        self.with_named(Kind::Field, name, patience, &async |element| {
            element.clear().await?;
            element.send_keys(text).await
        })
    }

    /// Chooses one of the words that a field offers, by what people read.
    pub fn choose_named(&self, name: &str, word: &str, patience: Duration) -> Result<(), BrowserError> {
        self.with_named(Kind::Field, name, patience, &async |element| element.select_by_label(word).await)
    }

    /// Ticks a box, or takes its tick away.
    pub fn tick_named(&self, name: &str, on: bool, patience: Duration) -> Result<(), BrowserError> {
        self.with_named(Kind::Box, name, patience, &async |element| {
            if element.is_selected().await? != on {
                element.click().await?;
            }
            Ok(())
        })
    }

    /// Whether there is such an element that can be seen and used now.
    pub fn has_named(&self, kind: Kind, name: &str) -> Result<bool, BrowserError> {
        let found = self.execute(include_str!("named.js"), vec![json!(kind.word()), json!(name)])?;
        Ok(found["element"] != Value::Null)
    }
}

/// Whether it is gone when it is tried again: the page was being drawn.
fn passes(error: &CmdError) -> bool {
    error.is_stale_element_reference()
        || matches!(error, CmdError::Standard(error) if error.error == ErrorStatus::ElementClickIntercepted)
        || error.is_element_not_interactable()
        || error.is_invalid_element_state()
        || error.is_no_such_element()
}
