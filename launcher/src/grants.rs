//! What the sandbox gets, told by what the configuration needs.

use std::path::{Path, PathBuf};

use lightbeam_core::config::{self, EdFiApi, FILES, LONGEST, Needs};
use lightbeam_core::invocation::Invocation;
use lightbeam_wasi::runtime::Runtime;

/// Variables that change how the component writes to a terminal.
const TERMINAL: [&str; 2] = ["NO_COLOR", "COLUMNS"];

/// A folder of the sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Its path, in the sandbox as outside.
    pub path: String,
    /// Whether anything may be changed in it.
    pub writable: bool,
}

/// What a run gets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grants {
    /// Folders.
    pub folders: Vec<Folder>,
    /// Environment variables with their values.
    pub variables: Vec<(String, String)>,
    /// Hosts that may be called, with the port where it is not the scheme's own.
    pub hosts: Vec<String>,
    /// The API, whose root may name further hosts.
    pub api: Option<EdFiApi>,
    /// Whether certificates are checked.
    pub verify_ssl: bool,
}

impl Grants {
    /// Whether anything is to be called over https, as far as the configuration tells.
    pub fn is_secure(&self) -> bool {
        let Some(api) = &self.api else { return true };
        api.urls().any(|url| url.trim().to_ascii_lowercase().starts_with("https:"))
    }
}

/// A run cannot be given what it needs.
#[derive(Debug, thiserror::Error)]
pub enum Ungranted {
    /// The configuration lies in a folder that is not there.
    #[error("cannot read {path}: there is no such file or folder")]
    NoConfiguration {
        /// As typed.
        path: String,
    },
    /// A folder to read from is not there. The words are those of the component.
    #[error("{path}: there is no such file or folder")]
    NoFolder {
        /// As configured.
        path: String,
    },
    /// A folder to write to cannot be made.
    #[error("{path}: the folder cannot be made: {reason}")]
    NotMade {
        /// As configured.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
}

impl Ungranted {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoConfiguration { .. } => "name the configuration with -c FILE",
            Self::NoFolder { .. } => "data_dir (or another path) in the configuration names a folder that is not there",
            Self::NotMade { .. } => "make it, or name another one",
        }
    }
}

/// What the run of an invocation gets.
///
/// A configuration that cannot be read, or is wrong, gives the folder of its file alone: the component reads it again,
/// and tells what is wrong with it.
pub fn grants(invocation: &Invocation, variable: &dyn Fn(&str) -> Option<String>) -> Result<Grants, Ungranted> {
    let (file, text) = configuration(invocation);
    let here = std::env::current_dir().map(|here| here.display().to_string()).unwrap_or_default();
    let needs = text.and_then(|text| config::needs(invocation, (&file, &text), &here, variable).ok());
    let Some(needs) = needs else {
        let folder = Path::new(&file).parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).display().to_string();
        if !Path::new(&folder).is_dir() {
            return Err(Ungranted::NoConfiguration { path: file });
        }
        let folders = vec![Folder { path: folder, writable: false }];
        return Ok(Grants { folders, variables: variables(&[], variable), verify_ssl: true, ..Grants::default() });
    };
    let folders = folders(&needs)?;
    let variables = variables(&needs.env, variable);
    Ok(Grants { folders, variables, hosts: needs.hosts, api: Some(needs.api), verify_ssl: needs.verify_ssl })
}

/// The file of the configuration as the component finds it, and its text.
fn configuration(invocation: &Invocation) -> (String, Option<String>) {
    let named = invocation.config_file.as_deref().filter(|path| !path.is_empty());
    let found = || FILES.into_iter().find(|path| Path::new(path).exists()).unwrap_or(FILES[0]);
    let file = named.unwrap_or_else(found).to_owned();
    let length = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
    // What is longer is another file by mistake, and the component says so.
    let text = if length <= LONGEST { std::fs::read_to_string(&file).ok() } else { None };
    (file, text)
}

fn folders(needs: &Needs) -> Result<Vec<Folder>, Ungranted> {
    let mut folders = Vec::new();
    for path in &needs.write {
        std::fs::create_dir_all(path).map_err(|reason| Ungranted::NotMade { path: path.clone(), reason })?;
        folders.push(Folder { path: path.clone(), writable: true });
    }
    for path in &needs.read {
        if !Path::new(path).exists() {
            return Err(Ungranted::NoFolder { path: path.clone() });
        }
        // A file where a folder should be is told by the component, which sees it in the folder above.
        let path = if Path::new(path).is_dir() { path.clone() } else { above(path) };
        let folder = Folder { path, writable: false };
        if !folders.iter().any(|known: &Folder| known.path == folder.path) {
            folders.push(folder);
        }
    }
    Ok(folders)
}

fn above(path: &str) -> String {
    let path = PathBuf::from(path);
    let above = path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or(Path::new("."));
    above.display().to_string()
}

fn variables(names: &[String], variable: &dyn Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let names = names.iter().map(String::as_str).chain(TERMINAL);
    let mut variables: Vec<(String, String)> =
        names.filter_map(|name| variable(name).map(|value| (name.to_owned(), value))).collect();
    let (name, value) = Runtime::VARIABLE;
    variables.push((name.to_owned(), value.to_owned()));
    variables
}

#[cfg(test)]
mod tests {
    use super::*;
    use lightbeam_core::invocation::Command;

    struct Place(tempfile::TempDir);

    impl Place {
        fn new(yaml: &str) -> (Self, Invocation) {
            let place = Self(tempfile::tempdir().unwrap());
            std::fs::create_dir(place.path("data")).unwrap();
            let yaml = yaml.replace("HERE", &place.path("").replace('\\', "/"));
            std::fs::write(place.path("lightbeam.yaml"), yaml).unwrap();
            let invocation = Invocation { config_file: Some(place.path("lightbeam.yaml")), ..Invocation::default() };
            (place, invocation)
        }

        fn path(&self, name: &str) -> String {
            self.0.path().join(name).display().to_string()
        }
    }

    const YAML: &str = "data_dir: HEREdata\nstate_dir: HEREstate\nedfi_api:\n  base_url: https://api.example.org/v7\n  \
                        client_id: k\n  client_secret: ${SECRET}\nconnection:\n  verify_ssl: no\n";

    fn variable(name: &str) -> Option<String> {
        ["SECRET", "OTHER", "COLUMNS"].contains(&name).then(|| format!("value of {name}"))
    }

    #[test]
    fn a_send_may_read_its_data_and_write_its_state() {
        let (place, invocation) = Place::new(YAML);
        let grants = grants(&invocation, &variable).unwrap();
        let writable = |name: &str| {
            grants
                .folders
                .iter()
                .find(|folder| Path::new(&folder.path) == Path::new(&place.path(name)))
                .map(|folder| folder.writable)
        };
        assert_eq!(writable("data"), Some(false));
        assert_eq!(writable("state"), Some(true));
        assert!(Path::new(&place.path("state")).is_dir(), "a folder to write to is made");
        assert_eq!(grants.hosts, ["api.example.org"]);
        assert_eq!(grants.api.as_ref().unwrap().base_url, "https://api.example.org/v7");
        assert!(!grants.verify_ssl);
        let names: Vec<&str> = grants.variables.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["SECRET", "COLUMNS", "LIGHTBEAM_HOST"], "and no other variable");
    }

    #[test]
    fn a_fetch_may_write_to_the_data() {
        let (place, invocation) = Place::new(YAML);
        let grants = grants(&Invocation { command: Command::Fetch, ..invocation }, &variable).unwrap();
        let data =
            grants.folders.iter().find(|folder| Path::new(&folder.path) == Path::new(&place.path("data"))).unwrap();
        assert!(data.writable);
    }

    #[test]
    fn a_folder_that_is_not_there_is_told_before_anything_is_done() {
        let (place, invocation) = Place::new(&YAML.replace("HEREdata", "HEREdaat"));
        let error = grants(&invocation, &variable).unwrap_err();
        assert!(error.to_string().contains("daat: there is no such file or folder"), "{error}");
        drop(place);
    }

    #[test]
    fn a_wrong_flag_makes_no_folder() {
        let (place, invocation) = Place::new(YAML);
        let inside = Invocation { failed_dir: Some(place.path("data/failed")), ..invocation };
        let grants = grants(&inside, &variable).unwrap();
        assert!(grants.folders.iter().all(|folder| !folder.writable), "{grants:?}");
        assert!(!Path::new(&place.path("data/failed")).exists() && !Path::new(&place.path("state")).exists());
    }

    #[test]
    fn a_wrong_configuration_is_left_to_the_component() {
        let (place, invocation) = Place::new("data_dir: [\n");
        let grants = grants(&invocation, &variable).unwrap();
        assert_eq!(grants.folders, [Folder { path: place.path("").trim_end_matches('/').to_owned(), writable: false }]);
        assert!(grants.hosts.is_empty() && grants.verify_ssl);
    }
}
