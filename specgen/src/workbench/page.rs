//! How much is said at once: values are cut, lists are handed out in pages.
//!
//! Enters: a list, and the name of a page that was told before. Leaves: the page, and the name of the next one.
//! Holds: what is left out is always said: a cut value says how much is missing, a page says which is next and how
//! many items there are. A name that no tool has told is refused.

use super::failure::Failure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How many characters of a value are shown.
const LONGEST: usize = 2_000;
/// How many items a page has where that is not said.
pub const USUAL: usize = 50;
/// How many items a page has at most.
pub const MOST: usize = 500;
/// How long a page's items are at most, as JSON; one item is always handed out.
const SIZE: usize = 200_000;
/// How a page's name begins.
const PREFIX: &str = "from-";

/// Which part of a list is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Page {
    /// `next_cursor` of an earlier answer, to go on there; the other arguments must be the same.
    pub cursor: Option<String>,
    /// How many items to hand out at once (50 unless said, at most 500).
    pub limit: Option<u64>,
}

/// A part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Part<T> {
    /// The items.
    pub items: Vec<T>,
    /// The place of the first in the whole list, from 0.
    pub first: usize,
    /// How many items the whole list has.
    pub total: u64,
    /// The name of the next page, where there is one.
    pub next: Option<String>,
}

impl Page {
    /// How many items are wanted.
    pub fn limit(&self) -> Result<usize, Failure> {
        match self.limit {
            None => Ok(USUAL),
            Some(limit @ 1..=500) => Ok(limit as usize),
            Some(limit) => Err(Failure::argument("limit", format!("{limit} is not between 1 and {MOST}"))),
        }
    }

    /// Where the page begins.
    pub fn first(&self) -> Result<usize, Failure> {
        let Some(cursor) = &self.cursor else { return Ok(0) };
        cursor.strip_prefix(PREFIX).and_then(|number| number.parse().ok()).ok_or_else(|| {
            Failure::argument(
                "cursor",
                format!("`{cursor}` is no cursor: pass `next_cursor` of an earlier answer"),
            )
        })
    }

    /// The part of a list that is asked for.
    ///
    /// # Errors
    /// The cursor or the limit means nothing, or lies beyond the end.
    pub fn of<T: Serialize>(&self, items: Vec<T>) -> Result<Part<T>, Failure> {
        let (first, limit, total) = (self.first()?, self.limit()?, items.len());
        if first > total || (first == total && first > 0) {
            let what = format!("there is nothing from item {} on: there are {total}", first + 1);
            return Err(Failure::argument("cursor", what));
        }
        let mut items: Vec<T> = items.into_iter().skip(first).take(limit).collect();
        items.truncate(fitting(&items));
        let end = first + items.len();
        let next = (end < total).then(|| name(end));
        Ok(Part { items, first, total: total as u64, next })
    }
}

/// How many of these items fit on a page, by their length.
pub fn fitting<T: Serialize>(items: &[T]) -> usize {
    let mut size = 0;
    let fits = |item: &&T| {
        size += serde_json::to_string(item).map_or(0, |text| text.len());
        size <= SIZE
    };
    items.iter().take_while(fits).count().max(1).min(items.len())
}

/// The name of the page that begins there.
pub fn name(first: usize) -> String {
    format!("{PREFIX}{first}")
}

/// A text, cut at a length.
pub fn cut(text: String) -> String {
    cut_at(text, LONGEST)
}

/// A text, cut at this length.
pub fn cut_at(text: String, longest: usize) -> String {
    let Some((at, _)) = text.char_indices().nth(longest) else { return text };
    let more = text[at..].chars().count();
    format!("{}… ({more} more characters)", &text[..at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_go_through_a_list_and_say_what_is_left() {
        let list = || (0..7).collect::<Vec<i32>>();
        let mut page = Page { cursor: None, limit: Some(3) };
        let mut seen = Vec::new();
        loop {
            let part = page.of(list()).expect("a page");
            assert_eq!((part.first, part.total), (seen.len(), 7));
            seen.extend(part.items);
            match part.next {
                Some(next) => page.cursor = Some(next),
                None => break,
            }
        }
        assert_eq!(seen, list());
        for (cursor, limit) in [
            (Some("from-7"), None),
            (Some("7"), None),
            (Some("from-x"), None),
            (None, Some(0)),
            (None, Some(501)),
        ] {
            let page = Page { cursor: cursor.map(str::to_owned), limit };
            assert!(page.of(list()).is_err(), "{cursor:?} {limit:?}");
        }
        assert_eq!(Page::default().of(Vec::<i32>::new()).expect("a page").items.len(), 0);
    }

    #[test]
    fn pages_are_no_longer_than_they_may_be() {
        let long = vec!["x".repeat(SIZE / 3); 5];
        let part = Page::default().of(long).expect("a page");
        assert_eq!((part.items.len(), part.next.as_deref()), (2, Some("from-2")));
        let one = Page::default().of(vec!["x".repeat(2 * SIZE); 2]).expect("a page");
        assert_eq!((one.items.len(), one.total), (1, 2));
    }

    #[test]
    fn what_is_cut_is_said() {
        assert_eq!(cut_at("äöü".into(), 3), "äöü");
        assert_eq!(cut_at("äöüß".into(), 3), "äöü… (1 more characters)");
    }
}
