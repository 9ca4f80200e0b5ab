//! Any history of a log against a model, cut, killed and written anew.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::host::memory::KillPoint;

#[derive(Debug, Clone, Copy)]
enum Step {
    Put(u8, u16),
    Remove(u8),
    RemoveAndRestore(u8),
    Emptied,
    EmptiedAndTakenBack,
    Flush,
    Finish,
    Seen(u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let status = proptest::sample::select(vec![200, 201, 204, 0, 400, 403, 409, 500, 503, 302]);
    let step = prop_oneof![
        12 => (0_u8..12, status).prop_map(|(n, status)| Step::Put(n, status)),
        2 => (0_u8..12).prop_map(Step::Remove),
        2 => (0_u8..12).prop_map(Step::RemoveAndRestore),
        1 => Just(Step::Emptied),
        1 => Just(Step::EmptiedAndTakenBack),
        3 => Just(Step::Flush),
        1 => Just(Step::Finish),
        2 => (0_u8..12).prop_map(Step::Seen),
    ];
    proptest::collection::vec(step, 0..40)
}

fn key(n: u8) -> u64 {
    if n == 11 { NO_KEY } else { u64::from(n % 4) + 1 }
}

/// What is known of each record, in the simplest way.
#[derive(Debug, Clone, Default, PartialEq)]
struct Model(BTreeMap<u8, (u16, u32, bool)>);

impl Model {
    fn put(&mut self, n: u8, time: u32, status: u16) {
        for (&other, (known, _, outdated)) in &mut self.0 {
            let same_key = other != n && key(n) != NO_KEY && key(other) == key(n);
            let is_success = |status| (200..300).contains(&status);
            let undone = is_success(status) || ((status == 0 || status >= 500) && is_success(*known));
            *outdated |= same_key && undone;
        }
        self.0.insert(n, (status, time, false));
    }

    fn standing(&self, n: u8) -> Standing {
        match self.0.get(&n) {
            None => Standing::Unknown,
            Some(&(status, time, true)) => Standing::Outdated { status, time },
            Some(&(status, time, false)) if (200..300).contains(&status) => Standing::Accepted { status, time },
            Some(&(status, time, false)) => Standing::Failed { status, time },
        }
    }
}

fn standings(log: &Log) -> Vec<Standing> {
    (0..12).map(|n| log.standing(&digest(n))).collect()
}

/// Does one step to the log, and appends what the log then says after each entry to `history`.
fn step(host: &MemoryHost, log: &Log, model: &mut Model, history: &mut Vec<Model>, step: Step, time: u32) {
    match step {
        Step::Put(n, status) => {
            log.put(digest(n), key(n), time, status);
            model.put(n, time, status);
            history.push(model.clone());
        }
        Step::Remove(n) => {
            if log.remove(&digest(n)).is_some() {
                model.0.remove(&n);
                history.push(model.clone());
            }
        }
        Step::RemoveAndRestore(n) => {
            if let Some(removed) = log.remove(&digest(n)) {
                let kept = model.clone();
                model.0.remove(&n);
                history.push(std::mem::replace(model, kept.clone()));
                log.restore(removed);
                history.push(kept);
            }
        }
        Step::Emptied => {
            log.mark_emptying();
            // A killed run: nobody takes this back.
            log.state.borrow_mut().emptying = false;
            model.0.clear();
            history.push(model.clone());
        }
        Step::EmptiedAndTakenBack => {
            log.mark_emptying();
            history.push(Model::default());
            log.take_back();
            history.push(model.clone());
        }
        Step::Seen(n) => {
            log.mark_seen(&digest(n));
        }
        Step::Flush => flush(host, log),
        Step::Finish => unreachable!("where it matters it is done by hand"),
    }
}

proptest! {
    #[test]
    fn a_blob_cut_anywhere_says_what_was_said_earlier(steps in steps(), cut in any::<prop::sample::Index>(), zeros: bool) {
        let host = MemoryHost::new();
        let log = load(&host);
        let (mut model, mut history) = (Model::default(), vec![Model::default()]);
        for (time, &one) in (100..).zip(steps.iter().filter(|step| !matches!(step, Step::Finish))) {
            step(&host, &log, &mut model, &mut history, one, time);
            let expected: Vec<_> = (0..12).map(|n| model.standing(n)).collect();
            prop_assert_eq!(standings(&log), expected);
        }
        flush(&host, &log);
        let Some(mut blob) = host.storage().blob(NAME) else { return Ok(()) };
        let whole = blob.clone();
        blob.truncate(cut.index(whole.len() + 1));
        if zeros {
            blob.resize(whole.len(), 0);
        }
        // An entry that ended in zeros may have been filled up to what it was.
        let same = blob.chunks_exact(ENTRY).zip(whole.chunks_exact(ENTRY)).take_while(|(one, other)| one == other);
        let entries = same.count().saturating_sub(1);
        host.storage().put(NAME, blob);
        let loaded = load(&host);
        prop_assert_eq!(loaded.damage().skipped, 0);
        let expected: Vec<_> = (0..12).map(|n| history[entries].standing(n)).collect();
        prop_assert_eq!(standings(&loaded), expected);
        // And it can be gone on with.
        loaded.put(digest(0), key(0), 999, 201);
        flush(&host, &loaded);
        let again = load(&host);
        prop_assert_eq!(again.damage(), Damage::default());
        prop_assert_eq!(standings(&again), standings(&loaded));
    }

    #[test]
    fn killed_at_any_write_nothing_false_is_said(steps in steps(), number in 1_u64..12, torn in 0_usize..200) {
        let host = MemoryHost::new();
        host.kill_at(KillPoint::AtStorageOperation { number, torn });
        let log = load(&host);
        let mut model = Model::default();
        // For each record every standing it had since the last flush that ended well.
        let mut said = vec![vec![Standing::Unknown]; 12];
        let mut killed = false;
        for (time, &one) in (100..).zip(&steps) {
            let work = async {
                let lock = lock(&host).await;
                match one {
                    Step::Flush => log.flush(host.storage(), &lock).await,
                    Step::Finish => log.finish(host.storage(), &lock).await,
                    _ => Ok(()),
                }
            };
            match host.block_on(work) {
                Err(_) => { killed = true; break }
                Ok(done) => done.unwrap(),
            }
            match one {
                Step::Flush => {}
                Step::Finish => (0..12).for_each(|n| {
                    // What was dropped, being outdated, is unknown.
                    if log.standing(&digest(n)) == Standing::Unknown { model.0.remove(&n); }
                }),
                other => step(&host, &log, &mut model, &mut Vec::new(), other, time),
            }
            let now = standings(&log);
            (0..12).for_each(|n| said[n].push(now[n]));
            // A removal and what is written back after it are two entries.
            let between = |n: &usize| match one {
                Step::RemoveAndRestore(removed) => usize::from(removed) == *n,
                Step::EmptiedAndTakenBack => true,
                _ => false,
            };
            (0..12).filter(between).for_each(|n| said[n].push(Standing::Unknown));
            if matches!(one, Step::Flush | Step::Finish) {
                (0..12).for_each(|n| said[n] = vec![now[n]]);
            }
            let expected: Vec<_> = (0..12).map(|n| model.standing(n)).collect();
            prop_assert_eq!(standings(&log), expected);
        }
        if !killed {
            return Ok(());
        }
        let host = host.restarted();
        let loaded = standings(&load(&host));
        for n in 0..12 {
            prop_assert!(said[n].contains(&loaded[n]), "{n}: {:?} of {:?}", loaded[n], said[n]);
        }
    }

    #[test]
    fn written_anew_it_says_the_same_and_goes_on_the_same(before in steps(), after in steps()) {
        let host = MemoryHost::new();
        let log = load(&host);
        let mut model = Model::default();
        for (time, &one) in (100..).zip(before.iter().filter(|step| !matches!(step, Step::Finish))) {
            step(&host, &log, &mut model, &mut Vec::new(), one, time);
        }
        log.state.borrow_mut().renew = true;
        finish(&host, &log);
        for n in 0..12 {
            let (was, is) = (model.standing(n), log.standing(&digest(n)));
            let dropped = matches!(was, Standing::Outdated { .. }) && is == Standing::Unknown;
            prop_assert!(was == is || dropped, "{n}: {was:?} became {is:?}");
            if dropped {
                model.0.remove(&n);
            }
        }
        let loaded = load(&host);
        prop_assert_eq!(standings(&loaded), standings(&log));
        for (time, &one) in (200..).zip(after.iter().filter(|step| !matches!(step, Step::Finish | Step::Flush))) {
            let mut same = model.clone();
            step(&host, &loaded, &mut same, &mut Vec::new(), one, time);
            step(&host, &log, &mut model, &mut Vec::new(), one, time);
            prop_assert_eq!(standings(&loaded), standings(&log));
            let expected: Vec<_> = (0..12).map(|n| model.standing(n)).collect();
            prop_assert_eq!(standings(&log), expected);
        }
    }

    #[test]
    fn any_blob_loads_or_is_refused(
        mut blob in proptest::collection::vec(any::<u8>(), 0..300), header: bool, flips in proptest::collection::vec((0_usize..400, 0_u8..8), 0..4),
    ) {
        let host = MemoryHost::new();
        if header {
            blob.splice(..0, Header::encode());
        }
        for (at, bit) in flips {
            if let Some(byte) = blob.get_mut(at) {
                *byte ^= 1 << bit;
            }
        }
        host.storage().put(NAME, blob);
        let log = load(&host);
        log.put(digest(1), 7, 100, 201);
        flush(&host, &log);
        prop_assert_eq!(load(&host).standing(&digest(1)), accepted(201, 100));
    }
}
