//! The command line: the launcher's own flags, and the rest, which is the component's.

use std::path::PathBuf;

/// What the launcher adds to the help of the component.
pub const HELP: &str = "\
What the sandbox may do:
      --allow-host <HOST>  A host that may be called beside those of the configuration and of the API's discovery
                           document, as in api.example.org or api.example.org:8443; may be repeated
      --ca-file <FILE>     Certificates (PEM) that are trusted beside the system's own

Further commands:
  completions SHELL        Print completions for bash, elvish, fish, powershell or zsh
  man                      Print the man page
";

/// A command line, taken apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// `--allow-host`, as typed.
    pub allowed_hosts: Vec<String>,
    /// `--ca-file`.
    pub ca_file: Option<PathBuf>,
    /// The words that are the component's.
    pub rest: Vec<String>,
}

/// A flag of the launcher without its value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{flag} wants a value")]
pub struct NoValue {
    /// The flag.
    pub flag: &'static str,
}

const ALLOW_HOST: &str = "--allow-host";
const CA_FILE: &str = "--ca-file";

/// Takes the launcher's own flags out of the words after the program's name. Both `--flag VALUE` and `--flag=VALUE` are
/// understood.
pub fn take(words: impl IntoIterator<Item = String>) -> Result<Words, NoValue> {
    let mut taken = Words::default();
    let mut words = words.into_iter();
    while let Some(word) = words.next() {
        let (name, inline) = match word.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (word.as_str(), None),
        };
        let flag = match name {
            ALLOW_HOST => ALLOW_HOST,
            CA_FILE => CA_FILE,
            _ => {
                taken.rest.push(word);
                continue;
            }
        };
        let value = inline.or_else(|| words.next()).filter(|value| !value.is_empty()).ok_or(NoValue { flag })?;
        match flag {
            ALLOW_HOST => taken.allowed_hosts.push(value),
            _ => taken.ca_file = Some(value.into()),
        }
    }
    Ok(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Words, NoValue> {
        take(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn the_launchers_flags_stand_anywhere_and_the_rest_keeps_its_order() {
        let taken =
            words("send --allow-host a.org -c x.yaml --ca-file=ca.pem --allow-host=b.org:8443 -q {\"a\":1}").unwrap();
        assert_eq!(taken.allowed_hosts, ["a.org", "b.org:8443"]);
        assert_eq!(taken.ca_file, Some(PathBuf::from("ca.pem")));
        assert_eq!(taken.rest, ["send", "-c", "x.yaml", "-q", "{\"a\":1}"]);
    }

    #[test]
    fn a_flag_without_its_value_is_named() {
        assert_eq!(words("send --ca-file").unwrap_err().to_string(), "--ca-file wants a value");
        assert_eq!(words("send --allow-host=").unwrap_err().flag, "--allow-host");
    }
}
