use std::cell::Cell;
use std::collections::BTreeMap;

use crate::side_by_side;
use futures_util::stream;

/// Most times that records refused as still referenced are tried again at the end of their order.
const MOST_PASSES: u32 = 10;

/// So many endpoints of one order are worked on at a time: enough for any pool, and a bound on what is in memory.
pub(crate) const MOST_SIDE_BY_SIDE: usize = 16;

/// Work by the order in which it is created, the last order first: what refers to others goes before them. The update
/// orders of people play no part: what ties them to a school is created, and so removed, on the other side of their
/// create order anyway.
pub(crate) fn reverse_levels<T>(work: Vec<T>, order: impl Fn(&T) -> u32) -> Vec<Vec<T>> {
    let mut levels: BTreeMap<u32, Vec<T>> = BTreeMap::new();
    for item in work {
        levels.entry(order(&item)).or_default().push(item);
    }
    levels.into_values().rev().collect()
}

/// Tries records again that were refused as still referenced by others of their own order: as long as a pass removes
/// at least one, and at most 10 times. The mirror of what `send` does for missing parents.
///
/// `removed` counts the records of the order that were removed so far, `waiting` those of an endpoint that wait.
pub(crate) async fn further_passes<R>(
    level: &[R],
    removed: &Cell<u64>,
    waiting: impl Fn(&R) -> usize,
    pass: impl AsyncFn(&R),
) {
    let mut before = 0;
    for _ in 0..MOST_PASSES {
        let now = removed.get();
        if now == before || level.iter().all(|run| waiting(run) == 0) {
            return;
        }
        before = now;
        side_by_side::all(stream::iter(level.iter().map(|run| pass(run))), None).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_created_last_goes_first() {
        let levels = reverse_levels(vec![("a", 1), ("b", 3), ("c", 1), ("d", 2)], |(_, order)| *order);
        assert_eq!(levels, [vec![("b", 3)], vec![("d", 2)], vec![("a", 1), ("c", 1)]]);
    }
}
