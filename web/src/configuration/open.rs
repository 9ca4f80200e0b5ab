use lightbeam_core::config::{ConfigError, Draft, LONGEST};
use lightbeam_core::notice::{self, Notice};

use super::{SECRET_FILE_KEY, SECRET_KEY, SECRET_NAME, reference, shareable};
use crate::protocol::{NoticeRow, Secretive, Severity};

/// A configuration that somebody opened.
#[derive(Debug)]
pub struct Opened {
    /// What may be kept of it: no secret.
    pub draft: Draft,
    /// The client secret that was written out in it.
    pub secret: Option<Secretive>,
    /// What was made of it.
    pub notices: Vec<NoticeRow>,
}

/// Reads a configuration. A secret that is written out in it is taken apart, and a name stands for it from then on.
pub fn open(yaml: &str) -> Result<Opened, NoticeRow> {
    if yaml.len() as u64 > LONGEST {
        let longest = LONGEST >> 10;
        return Err(row(&Notice::error(format!("this is longer than {longest} KiB, so it is no configuration"))));
    }
    let (written, notices) = Draft::open(yaml).map_err(|error| refused(&error))?;
    let mut notices: Vec<NoticeRow> = notices.iter().map(row).collect();
    let draft = shareable(&written);
    let literal = |draft: &Draft| draft.text(SECRET_KEY).filter(|text| !text.trim().is_empty());
    let secret = literal(&written).filter(|_| literal(&written) != literal(&draft));
    if secret.is_some() {
        notices.push(row(&Notice::warning(format!(
            "the file holds the client secret itself; the page keeps it in memory only, and puts {} in its place",
            reference::to(SECRET_NAME)
        ))
        .with_hint("save lightbeam.yaml from here, and remove the old file")));
    }
    for (key, _) in written.texts() {
        if key != SECRET_KEY && written.text(&key) != draft.text(&key) {
            let what = if draft.text(&key).is_some() {
                "held a user name and was cut"
            } else {
                "looks secret and was left out"
            };
            notices.push(row(&Notice::warning(format!("{key}: its value {what}"))));
        }
    }
    if draft.text(SECRET_FILE_KEY).is_some() {
        notices
            .push(row(&Notice::info("the client secret is in a file that a page cannot read")
                .with_hint("type the secret below")));
    }
    let secret = secret.map(|text| Secretive(text.trim().to_owned()));
    Ok(Opened { draft, secret, notices })
}

fn refused(error: &ConfigError) -> NoticeRow {
    NoticeRow { severity: Severity::Error, text: error.message.clone(), hint: error.hint.clone() }
}

fn row(notice: &Notice) -> NoticeRow {
    let severity = match notice.severity {
        notice::Severity::Debug => Severity::Debug,
        notice::Severity::Info => Severity::Info,
        notice::Severity::Warning => Severity::Warning,
        notice::Severity::Error => Severity::Error,
    };
    NoticeRow { severity, text: notice.text.clone(), hint: notice.hint.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_secret_moves_to_memory() {
        let opened = open("edfi_api:\n  client_id: key\n  client_secret: hunter2 \n").unwrap();
        assert_eq!(opened.secret, Some(Secretive("hunter2".to_owned())));
        assert_eq!(opened.draft.text(SECRET_KEY).as_deref(), Some("${EDFI_API_CLIENT_SECRET}"));
        assert_eq!(opened.notices.len(), 1);
        assert!(!format!("{opened:?}").contains("hunter2"));
    }

    #[test]
    fn a_flat_file_of_2022_is_read_and_its_secret_moves_too() {
        let yaml = "edfi_api_base_url: https://example.org\nedfi_api_client_secret: hunter2\n";
        let opened = open(yaml).unwrap();
        assert_eq!(opened.secret, Some(Secretive("hunter2".to_owned())));
        assert_eq!(opened.draft.text("edfi_api.base_url").as_deref(), Some("https://example.org"));
        assert_eq!(opened.notices.len(), 3);
        assert!(!opened.draft.to_yaml().contains("hunter2"));
    }

    #[test]
    fn a_name_for_the_secret_stays_and_other_secrets_are_named_when_they_go() {
        let opened =
            open("edfi_api:\n  client_secret: ${MINE}\n  base_url: https://u:p@h/api\nmy_token: abc\n").unwrap();
        assert_eq!(opened.secret, None);
        assert_eq!(opened.draft.text(SECRET_KEY).as_deref(), Some("${MINE}"));
        let told: Vec<&str> = opened.notices.iter().map(|notice| notice.text.as_str()).collect();
        assert!(told.contains(&"edfi_api.base_url: its value held a user name and was cut"), "{told:?}");
        assert!(told.contains(&"my_token: its value looks secret and was left out"), "{told:?}");
    }

    #[test]
    fn a_secret_in_a_file_is_asked_for() {
        let opened = open("edfi_api:\n  client_secret_file: ~/secret\n").unwrap();
        assert_eq!(opened.notices.len(), 1);
        assert!(opened.draft.text(SECRET_FILE_KEY).is_some());
    }

    #[test]
    fn what_is_no_configuration_says_where() {
        assert!(open("a: [\n").unwrap_err().text.starts_with("lightbeam.yaml:"));
        assert_eq!(open(&" ".repeat(usize::try_from(LONGEST).unwrap() + 1)).unwrap_err().severity, Severity::Error);
    }
}
