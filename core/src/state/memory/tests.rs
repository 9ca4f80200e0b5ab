use super::*;

fn digest(n: u64) -> Digest {
    Digest::of(&n.to_le_bytes())
}

fn put(memory: &mut Memory, n: u64, key: u64, status: u16) {
    let (digest, time) = (digest(n), 1000);
    memory.apply(&Entry::Answer(Answer { digest, key, time, status, outdated: false, rewritten: false }));
}

#[test]
fn takes_at_most_72_bytes_a_record_and_usually_less() {
    let mut memory = Memory::default();
    // One more than fits into tables of 2^18 places: the worst moment.
    let worst = (1 << 18) / 8 * 7 + 1;
    for n in 0..worst {
        put(&mut memory, n, n + 1, 201);
    }
    let each = memory.bytes() / usize::try_from(worst).unwrap();
    assert!(each <= 72, "{each}");
    for n in worst..2 * worst - 10 {
        put(&mut memory, n, n + 1, 201);
    }
    let each = memory.bytes() / usize::try_from(2 * worst).unwrap();
    assert!(each <= 60, "{each}");
    assert_eq!(memory.standing(&digest(5)), Standing::Accepted { status: 201, time: 1000 });
}

#[test]
fn many_records_of_one_key_cost_no_more_than_others() {
    let mut memory = Memory::default();
    // With a walk over the records of a key this would be twenty thousand million steps.
    for round in [409, 500, 201, 409] {
        for n in 0..100_000 {
            put(&mut memory, n, 7, round);
        }
    }
    put(&mut memory, 100_000, 7, 200);
    assert_eq!(memory.standing(&digest(5)), Standing::Outdated { status: 409, time: 1000 });
    assert_eq!(memory.latest_of_key(7), Some(digest(100_000)));
    assert_eq!(memory.worth_keeping().len(), 1);
}

#[test]
fn a_key_that_is_made_in_another_way_replaces_the_old_one() {
    let mut memory = Memory::default();
    put(&mut memory, 1, 10, 201);
    put(&mut memory, 2, 10, 409);
    assert!(!memory.mark_seen(&digest(1)).0);
    put(&mut memory, 1, 20, 201);
    assert!(memory.mark_seen(&digest(1)).0, "the run is remembered");
    assert_eq!(memory.latest_of_key(20), Some(digest(1)));
    assert_eq!(memory.latest_of_key(10), Some(digest(2)));
    put(&mut memory, 3, 10, 201);
    assert!(matches!(memory.standing(&digest(1)), Standing::Accepted { .. }), "of another key now");
    put(&mut memory, 4, 20, 201);
    assert!(matches!(memory.standing(&digest(1)), Standing::Outdated { .. }));
}

#[test]
fn a_key_that_is_not_known_leaves_the_known_one() {
    let mut memory = Memory::default();
    put(&mut memory, 1, NO_KEY, 201);
    put(&mut memory, 2, NO_KEY, 201);
    assert!(matches!(memory.standing(&digest(1)), Standing::Accepted { .. }));
    assert_eq!(memory.latest_of_key(NO_KEY), None);
    put(&mut memory, 1, 10, 201);
    put(&mut memory, 1, NO_KEY, 200);
    assert_eq!(memory.latest_of_key(10), Some(digest(1)));
    put(&mut memory, 3, 10, 201);
    assert!(matches!(memory.standing(&digest(1)), Standing::Outdated { status: 200, .. }));
}
