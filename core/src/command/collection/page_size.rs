use std::cell::Cell;

use crate::event::Failure;

/// Page sizes that are tried one after the other where an API refuses a larger one without naming its own: the largest
/// of most installations, and what is given where no size is asked for.
const USUAL: [u32; 3] = [500, 100, 25];

/// How many records are asked for at a time: what the user wants, or the most that the API gives.
#[derive(Debug)]
pub(crate) struct PageSize {
    wanted: u32,
    /// The most that the API was found to give.
    most: Cell<Option<u32>>,
    told: Cell<bool>,
}

impl PageSize {
    pub(crate) fn new(wanted: u32) -> Self {
        Self { wanted: wanted.max(1), most: Cell::new(None), told: Cell::new(false) }
    }

    /// For pages of which the user has said nothing: a smaller size is not worth telling.
    pub(crate) fn untold(wanted: u32) -> Self {
        Self { told: Cell::new(true), ..Self::new(wanted) }
    }

    /// The size for an endpoint whose documents tell this maximum.
    pub(super) fn size(&self, documented: Option<u32>) -> u32 {
        let most = [documented, self.most.get()].into_iter().flatten().min();
        most.map_or(self.wanted, |most| self.wanted.min(most.max(1)))
    }

    /// The size that is worth trying after a refusal of a page of `size` records.
    pub(super) fn after(size: u32, refusal: &Failure) -> Option<u32> {
        smaller(size, &refusal.messages)
    }

    /// A page of this size was given where a larger one had been refused.
    pub(super) fn learn(&self, size: u32) {
        self.most.set(Some(self.most.get().map_or(size, |most| most.min(size))));
    }

    /// What the user wanted, the first time that a page is smaller than that.
    pub(super) fn to_be_told(&self, size: u32) -> Option<u32> {
        (size < self.wanted && !self.told.replace(true)).then_some(self.wanted)
    }
}

/// The page size that messages such as `Limit must be omitted or set to a value between 0 and 500.` ask for; `None` if
/// they are about something else.
fn smaller(size: u32, messages: &[String]) -> Option<u32> {
    let about = |text: &str| ["limit", "page size", "pagesize"].iter().any(|word| text.contains(word));
    let texts: Vec<String> = messages.iter().map(|text| text.to_lowercase()).filter(|text| about(text)).collect();
    if texts.is_empty() {
        return None;
    }
    let numbers = texts.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_digit()));
    // A 1 is the lower bound of what is allowed.
    let named = numbers.filter_map(|digits| digits.parse().ok()).filter(|most| (2..size).contains(most)).max();
    let half = (size > 1).then_some(size / 2);
    named.or_else(|| USUAL.into_iter().find(|usual| *usual < size)).or(half)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maximum_is_read_from_a_refusal() {
        for (size, text, expected) in [
            (1000, "Limit must be omitted or set to a value between 0 and 500.", Some(500)),
            (1000, "Page size must be omitted or set to a value between 1 and 250.", Some(250)),
            (1000, "Limit must be omitted or set to a value between 1 and the maximum page size.", Some(500)),
            (300, "limit: too large", Some(100)),
            (25, "limit: too large", Some(12)),
            (1, "limit: too large", None),
            (1000, "limit 1000 is not allowed", Some(500)),
            (1000, "The value 'x' is not valid for schoolId.", None),
            (1000, "Limit must be at most 99999999999999999999.", Some(500)),
        ] {
            assert_eq!(smaller(size, &["Bad request.".to_owned(), text.to_owned()]), expected, "{size} {text}");
        }
    }

    #[test]
    fn the_smallest_bound_counts() {
        let size = PageSize::new(1000);
        assert_eq!((size.size(None), size.size(Some(700)), size.size(Some(0))), (1000, 700, 1));
        size.learn(500);
        size.learn(600);
        assert_eq!((size.size(None), size.size(Some(700)), size.size(Some(100))), (500, 500, 100));
        assert_eq!((size.to_be_told(500), size.to_be_told(500)), (Some(1000), None));
        assert_eq!(PageSize::untold(5).to_be_told(1), None);
    }
}
