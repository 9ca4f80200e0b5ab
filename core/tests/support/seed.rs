//! What an API holds before a run.

use lightbeam_core::exit::Exit;
use lightbeam_core::invocation::Command;
use lightbeam_sim::builtin;
use serde_json::json;

use super::Stage;

impl Stage {
    /// Sends records to the API, which then holds them; files and results of that run do not stay.
    pub fn seed(&self, records: &[(&str, &[&str])]) {
        for (endpoint, lines) in records {
            self.put(&format!("seed/{endpoint}.jsonl"), lines);
        }
        let seeded = self.run(Command::Send, |invocation| {
            invocation.set = vec![
                ("data_dir".to_owned(), "seed".to_owned()),
                ("state_dir".to_owned(), "\"\"".to_owned()),
            ];
        });
        assert_eq!(seeded.exit, Exit::Done);
        for (endpoint, lines) in records {
            let sent = u64::try_from(lines.len()).unwrap();
            assert_eq!(seeded.counts(endpoint), [sent, 0, 0], "{endpoint}: {:?}", seeded.results["resources"]);
            self.host.files().remove(&format!("seed/{endpoint}.jsonl"));
        }
        self.host.files().remove("results.json");
        self.api.borrow_mut().revoke_tokens();
    }

    /// Gives the API the values of the built-in descriptors.
    pub fn seed_descriptors(&self) {
        let lines = |(name, codes): (String, Vec<String>)| {
            let namespace = builtin::descriptor_namespace(&name);
            let line = |code: &String| json!({"namespace": namespace, "codeValue": code, "shortDescription": code});
            (format!("{name}Descriptors"), codes.iter().map(|code| line(code).to_string()).collect::<Vec<_>>())
        };
        let lines: Vec<(String, Vec<String>)> = builtin::descriptors().into_iter().map(lines).collect();
        let lines: Vec<(&str, Vec<&str>)> =
            lines.iter().map(|(name, lines)| (name.as_str(), lines.iter().map(String::as_str).collect())).collect();
        let records: Vec<(&str, &[&str])> = lines.iter().map(|(name, lines)| (*name, lines.as_slice())).collect();
        self.seed(&records);
    }
}
