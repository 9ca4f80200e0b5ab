use super::memory::Standing;

/// Which records are sent although the state knows them as accepted. Any rule that holds is enough.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ResendRules {
    /// All of them.
    pub force: bool,
    /// Those whose last answer came before this time, in unix seconds.
    pub older_than: Option<u32>,
    /// Those whose last answer came after this time, in unix seconds.
    pub newer_than: Option<u32>,
    /// Those whose last answer had one of these statuses.
    pub statuses: Vec<u16>,
}

impl ResendRules {
    /// Whether a record with this last answer is asked for.
    fn ask_for(&self, status: u16, time: u32) -> bool {
        self.force
            || self.older_than.is_some_and(|limit| time < limit)
            || self.newer_than.is_some_and(|limit| time > limit)
            || self.statuses.contains(&status)
    }
}

/// What becomes of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decision {
    /// It is processed.
    Process,
    /// It is skipped: its last answer says that nothing is left to do.
    Skip,
    /// Another record of its natural key came after it, so its answer says nothing about what the API holds now. To be
    /// sent, unless a later line of that key is known as accepted: sending this one would undo that.
    Outdated,
}

/// Whether a record is sent.
pub fn decide(standing: Standing, rules: &ResendRules) -> Decision {
    match standing {
        Standing::Accepted { status, time } if !rules.ask_for(status, time) => Decision::Skip,
        Standing::Outdated { status, time } if !rules.ask_for(status, time) => Decision::Outdated,
        _ => Decision::Process,
    }
}

/// Whether a record is deleted: as with the Python tool, one with any entry is skipped unless a rule asks for it.
pub fn decide_delete(standing: Standing, rules: &ResendRules) -> Decision {
    match standing {
        Standing::Unknown => Decision::Process,
        Standing::Accepted { status, time }
        | Standing::Failed { status, time }
        | Standing::Outdated { status, time } => {
            if rules.ask_for(status, time) {
                Decision::Process
            } else {
                Decision::Skip
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ACCEPTED: Standing = Standing::Accepted { status: 201, time: 1000 };
    const FAILED: Standing = Standing::Failed { status: 403, time: 1000 };
    const OUTDATED: Standing = Standing::Outdated { status: 200, time: 1000 };

    #[test]
    fn without_rules_only_known_successes_are_skipped() {
        let rules = ResendRules::default();
        assert_eq!(decide(Standing::Unknown, &rules), Decision::Process);
        assert_eq!(decide(FAILED, &rules), Decision::Process);
        assert_eq!(decide(ACCEPTED, &rules), Decision::Skip);
        assert_eq!(decide(OUTDATED, &rules), Decision::Outdated);
        assert_eq!(decide_delete(Standing::Unknown, &rules), Decision::Process);
        for known in [ACCEPTED, FAILED, OUTDATED] {
            assert_eq!(decide_delete(known, &rules), Decision::Skip);
        }
    }

    #[test]
    fn rules_are_joined_by_or_and_limits_are_exclusive() {
        let older = |limit| ResendRules { older_than: Some(limit), ..ResendRules::default() };
        let newer = |limit| ResendRules { newer_than: Some(limit), ..ResendRules::default() };
        let statuses = |statuses: &[u16]| ResendRules { statuses: statuses.to_vec(), ..ResendRules::default() };
        let asked = |rules: &ResendRules| decide(ACCEPTED, rules) == Decision::Process;
        assert!(asked(&ResendRules { force: true, ..ResendRules::default() }));
        assert_eq!([999, 1000, 1001].map(|limit| asked(&older(limit))), [false, false, true]);
        assert_eq!([999, 1000, 1001].map(|limit| asked(&newer(limit))), [true, false, false]);
        assert_eq!([&[201][..], &[200, 404]].map(|list| asked(&statuses(list))), [true, false]);
        assert!(asked(&ResendRules { older_than: Some(1), newer_than: Some(5), ..ResendRules::default() }));
        assert_eq!(decide(OUTDATED, &statuses(&[200])), Decision::Process);
        assert_eq!(decide_delete(FAILED, &statuses(&[403])), Decision::Process);
    }
}
