use leptos::prelude::*;
use lightbeam_core::config::{ConfigError, Resend, Selection, query};
use lightbeam_core::invocation::{FailOn, Invocation};

use super::super::parts::{Choice, Field, Switch};
use super::super::store::Store;

/// A flag with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    Selector,
    /// The same, where nothing is done unless it is given.
    Emptied,
    Exclude,
    Query,
    KeepKeys,
    DropKeys,
    ResendStatusCodes,
    OlderThan,
    NewerThan,
}

/// What people read of a flag: name of its field, label, hint, example.
struct Words(&'static str, &'static str, &'static str, &'static str);

impl Written {
    fn words(self) -> Words {
        match self {
            Self::Selector => Words(
                "selector",
                "Only these endpoints (-s)",
                "A list with commas; * stands for anything, as in student*. Empty: all.",
                "all",
            ),
            Self::Emptied => Words(
                "selector",
                "These endpoints (-s)",
                "A list with commas; * stands for anything, as in student*. Nothing is emptied unless it is named here.",
                "none",
            ),
            Self::Exclude => Words(
                "exclude",
                "Not these endpoints (-e)",
                "The same form. An endpoint in both lists is left out.",
                "none",
            ),
            Self::Query => Words(
                "query",
                "Query parameters (-q)",
                "A JSON object, added to every request. It is not kept after a reload.",
                r#"{"schoolId": 255901}"#,
            ),
            Self::KeepKeys => Words(
                "keep-keys",
                "Keep only these keys (-k)",
                "Keys at the top of each record, with commas; * stands for anything.",
                "all",
            ),
            Self::DropKeys => {
                Words("drop-keys", "Drop these keys (-d)", "The same form. A key in both lists is dropped.", "none")
            }
            Self::ResendStatusCodes => Words(
                "resend-status-codes",
                "Also records with these last answers (-r)",
                "HTTP statuses with commas: records whose last answer had one of them are taken again.",
                "400,409",
            ),
            Self::OlderThan => Words(
                "older-than",
                "Also records last sent before (-t)",
                "A time; without a zone it is UTC.",
                "2026-01-31T13:00:00-06:00",
            ),
            Self::NewerThan => Words(
                "newer-than",
                "Also records last sent after (-n)",
                "A time; without a zone it is UTC.",
                "2026-01-31",
            ),
        }
    }

    /// Its text.
    pub(super) fn of(self, options: &Invocation) -> Option<&String> {
        match self {
            Self::Selector | Self::Emptied => &options.selector,
            Self::Exclude => &options.exclude,
            Self::Query => &options.query,
            Self::KeepKeys => &options.keep_keys,
            Self::DropKeys => &options.drop_keys,
            Self::ResendStatusCodes => &options.resend_status_codes,
            Self::OlderThan => &options.older_than,
            Self::NewerThan => &options.newer_than,
        }
        .as_ref()
    }

    fn put(self, options: &mut Invocation, text: String) {
        let place = match self {
            Self::Selector | Self::Emptied => &mut options.selector,
            Self::Exclude => &mut options.exclude,
            Self::Query => &mut options.query,
            Self::KeepKeys => &mut options.keep_keys,
            Self::DropKeys => &mut options.drop_keys,
            Self::ResendStatusCodes => &mut options.resend_status_codes,
            Self::OlderThan => &mut options.older_than,
            Self::NewerThan => &mut options.newer_than,
        };
        *place = Some(text).filter(|text| !text.trim().is_empty());
    }

    /// What a run would say against it.
    fn problem(self, options: &Invocation) -> Option<ConfigError> {
        let mut alone = Invocation::default();
        self.put(&mut alone, self.of(options)?.clone());
        match self {
            Self::Selector | Self::Emptied | Self::Exclude => {
                Selection::parse(alone.selector.as_deref(), alone.exclude.as_deref()).err()
            }
            Self::Query => query(&alone).err(),
            Self::ResendStatusCodes | Self::OlderThan | Self::NewerThan => Resend::from_invocation(&alone).err(),
            Self::KeepKeys | Self::DropKeys => None,
        }
    }
}

#[component]
pub(super) fn WrittenFlag(flag: Written) -> impl IntoView {
    let store = Store::get();
    let Words(name, label, hint, example) = flag.words();
    let value = Signal::derive(move || store.options.with(|options| flag.of(options).cloned().unwrap_or_default()));
    let set = Callback::new(move |text: String| store.options.update(|options| flag.put(options, text)));
    // The hints of core tell how to write it in a shell.
    let wrong = Signal::derive(move || {
        store.options.with(|options| flag.problem(options)).map(|error| error.message).unwrap_or_default()
    });
    view! { <Field name=name label=label hint=hint placeholder=example value=value on_input=set wrong=wrong/> }
}

/// A flag that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Switched {
    Force,
    Replace,
    DryRun,
    Yes,
    ForceUnlock,
    Wipe,
}

impl Switched {
    /// Name of the field, label and hint.
    fn words(self) -> [&'static str; 3] {
        match self {
            Self::Force => [
                "force",
                "All records, also those already sent (-f)",
                "Otherwise records that the API has accepted before are skipped.",
            ],
            Self::Replace => ["force", "Replace existing files (-f)", ""],
            Self::DryRun => ["dry-run", "Only say what would be written (--dry-run)", ""],
            Self::Yes => [
                "yes",
                "Do not ask once more when everything is counted (--yes)",
                "The host's name has to be typed all the same.",
            ],
            Self::ForceUnlock => [
                "force-unlock",
                "Take over from another run on the same API (--force-unlock)",
                "Only where you know that the other run is dead: two at once send records twice.",
            ],
            Self::Wipe => [
                "wipe",
                "Load the API's documents and descriptors anew (-w)",
                "They are kept in this browser; needed after the API was changed.",
            ],
        }
    }

    /// Whether it is on.
    pub(super) fn of(self, options: &Invocation) -> bool {
        match self {
            Self::Force | Self::Replace => options.force,
            Self::DryRun => options.dry_run,
            Self::Yes => options.yes,
            Self::ForceUnlock => options.force_unlock,
            Self::Wipe => options.wipe,
        }
    }

    fn put(self, options: &mut Invocation, on: bool) {
        match self {
            Self::Force | Self::Replace => options.force = on,
            Self::DryRun => options.dry_run = on,
            Self::Yes => options.yes = on,
            Self::ForceUnlock => options.force_unlock = on,
            Self::Wipe => options.wipe = on,
        }
    }
}

#[component]
pub(super) fn SwitchedFlag(flag: Switched) -> impl IntoView {
    let store = Store::get();
    let [name, label, hint] = flag.words();
    let value = Signal::derive(move || store.options.with(|options| flag.of(options)));
    let set = Callback::new(move |on| store.options.update(|options| flag.put(options, on)));
    view! { <Switch name=name label=label hint=hint value=value on_change=set/> }
}

/// `--fail-on`.
#[component]
pub(super) fn FailOnChoice() -> impl IntoView {
    let store = Store::get();
    let word = |fail_on| match fail_on {
        FailOn::All => "",
        FailOn::Any => "any",
        FailOn::Never => "never",
    };
    let value = Signal::derive(move || word(store.options.with(|options| options.fail_on)).to_owned());
    let set = Callback::new(move |word: String| {
        let fail_on = match word.as_str() {
            "any" => FailOn::Any,
            "never" => FailOn::Never,
            _ => FailOn::All,
        };
        store.options.update(|options| options.fail_on = fail_on);
    });
    let words = [("", "every record failed (default)"), ("any", "any record failed"), ("never", "never")];
    let words = words.map(|(word, shown)| (word.to_owned(), shown.to_owned())).to_vec();
    view! {
        <Choice
            name="fail-on"
            label="A run counts as failed when (--fail-on)"
            hint="Decides the exit code in the results."
            words=words
            value=value
            on_change=set
        />
    }
}

/// `--log-level`.
#[component]
pub(super) fn LogLevelChoice() -> impl IntoView {
    let store = Store::get();
    let value = Signal::derive(move || store.options.with(|options| options.log_level.clone()).unwrap_or_default());
    let set = Callback::new(move |word: String| {
        store.options.update(|options| options.log_level = Some(word).filter(|word| !word.is_empty()));
    });
    let mut words = vec![(String::new(), "as configured".to_owned())];
    words.extend(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"].map(|word| (word.to_owned(), word.to_owned())));
    view! {
        <Choice
            name="log-level"
            label="Messages (--log-level)"
            hint="Wins over log_level of the configuration."
            words=words
            value=value
            on_change=set
        />
    }
}
