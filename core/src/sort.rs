//! Sorting with one copy of the standard library's sort.
//!
//! `slice::sort_by` is some 4.5 kB of WebAssembly for each type and each way to compare, and whoever opens the page
//! downloads them all. Whatever is sorted where speed is no matter is sorted here; so are maps that are collected, as
//! the standard library sorts before it builds one: they are extended instead.

use std::cmp::Ordering;

/// Sorts a list; what compares as equal stays in its order.
pub fn by<T>(list: &mut [T], mut compare: impl FnMut(&T, &T) -> Ordering) {
    let mut from = order(list.len(), &mut |one, other| compare(&list[one], &list[other]));
    // Along each cycle of the permutation, every element is swapped to its place once.
    for start in 0..list.len() {
        let mut at = start;
        while from[at] != start {
            let next = from[at];
            list.swap(at, next);
            from[at] = at;
            at = next;
        }
        from[at] = at;
    }
}

/// Sorts a list by a key; what has the same key stays in its order.
pub fn by_key<T, K: Ord>(list: &mut [T], mut key: impl FnMut(&T) -> K) {
    by(list, |one, other| key(one).cmp(&key(other)));
}

/// The positions of `length` elements, in their order.
fn order(length: usize, compare: &mut dyn FnMut(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<usize> = (0..length).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn as_the_standard_library_does(mut list: Vec<(u8, u16)>) {
            let mut sorted = list.clone();
            sorted.sort_by_key(|(key, _)| *key);
            by_key(&mut list, |(key, _)| *key);
            prop_assert_eq!(list, sorted);
        }
    }
}
