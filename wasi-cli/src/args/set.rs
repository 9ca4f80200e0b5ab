//! `--set KEY VALUE …`: any number of pairs, which no argument parser can tell from the command that may follow.

use lightbeam_core::config::KEYS;
use lightbeam_core::invocation::Command;

/// What [`take`] found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Taken {
    /// The pairs, in the order given.
    pub(super) pairs: Vec<(String, String)>,
    /// All other words, in their order.
    pub(super) rest: Vec<String>,
}

/// A key without a value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unpaired {
    key: Option<String>,
    ended_by: Option<String>,
}

impl std::fmt::Display for Unpaired {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.key {
            // Anything else may be a value, and a value may be a secret.
            Some(key) if KEYS.iter().any(|known| known.path == key) => {
                write!(f, "--set wants pairs of a key and a value, but `{key}` has no value")?;
            }
            Some(_) => write!(f, "--set wants pairs of a key and a value, but the number of words is odd")?,
            None => write!(f, "--set wants at least one key with its value")?,
        }
        match &self.ended_by {
            Some(word) if is_command(word) => write!(f, "; the command `{word}` ends the list"),
            _ => Ok(()),
        }
    }
}

/// Takes every `--set` with its pairs out of the words.
///
/// The list of pairs is greedy: it ends at the next flag, at a command, or with the words. After `--` all words stand
/// for themselves.
pub(super) fn take(words: &[String]) -> Result<Taken, Unpaired> {
    let mut taken = Taken::default();
    let mut words = words.iter().cloned().peekable();
    while let Some(word) = words.next() {
        if word == "--" {
            taken.rest.push(word);
            taken.rest.extend(words);
            break;
        }
        let mut key = match word.strip_prefix("--set") {
            Some("") => None,
            Some(rest) if rest.starts_with('=') => Some(rest[1..].to_owned()),
            _ => {
                taken.rest.push(word);
                continue;
            }
        };
        let before = taken.pairs.len();
        while let Some(word) = words.next_if(|word| !ends(word, key.is_some())) {
            match key.take() {
                Some(key) => taken.pairs.push((key, word)),
                None => key = Some(word),
            }
        }
        if key.is_some() || taken.pairs.len() == before {
            return Err(Unpaired { key, ended_by: words.next() });
        }
    }
    Ok(taken)
}

fn is_command(word: &str) -> bool {
    Command::ALL.iter().any(|command| command.name() == word)
}

/// Whether a word ends the list: a command, or a flag. A negative number is a value.
fn ends(word: &str, value_wanted: bool) -> bool {
    let flag = word.strip_prefix('-').is_some_and(|rest| {
        let number = rest.starts_with(|c: char| c.is_ascii_digit() || c == '.');
        !(rest.is_empty() || value_wanted && number)
    });
    flag || is_command(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn pairs_end_at_a_flag_a_command_or_the_end() {
        let taken = take(&words("--set a.b 1 c 2 send -c f --set d -3 --set=e 5 -w")).unwrap();
        assert_eq!(taken.pairs, pairs(&[("a.b", "1"), ("c", "2"), ("d", "-3"), ("e", "5")]));
        assert_eq!(taken.rest, words("send -c f -w"));
    }

    #[test]
    fn an_odd_number_is_an_error_that_says_why() {
        assert_eq!(
            take(&words("--set a 1 data_dir send")).unwrap_err().to_string(),
            "--set wants pairs of a key and a value, but `data_dir` has no value; the command `send` ends the list"
        );
        let misplaced = take(&words("--set connection.pool_size edfi_api.client_secret s3cret")).unwrap_err();
        assert!(!misplaced.to_string().contains("s3cret"), "what is no key may be a secret");
        assert_eq!(
            take(&words("send --set -w")).unwrap_err().to_string(),
            "--set wants at least one key with its value"
        );
        assert!(take(&words("--set a")).is_err());
    }

    #[test]
    fn after_two_dashes_nothing_is_a_flag() {
        assert_eq!(take(&words("send -- --set a")).unwrap().rest, words("send -- --set a"));
    }
}
