//! Places in the code that the model names: they are there, or it is refused.

use super::arguments::Lines;
use super::desk::Desk;
use crate::codebase::Refusal;
use crate::codebase::citation::{Citation, CitationError, check};
use crate::draft::Source;
use crate::refusal::{Reason, Refused};

impl Desk<'_> {
    /// Places, looked up.
    ///
    /// # Errors
    /// There is none, one is not there, or holds something else than is quoted.
    pub(super) fn sources(&self, what: &str, given: &[Lines]) -> Result<Vec<Source>, Refused> {
        if given.is_empty() {
            let message = format!("{what} names no place in the code");
            return Err(Refused::new(
                Reason::NoEvidence,
                message,
                "name the file and the lines that show it",
            ));
        }
        given.iter().map(|lines| self.source(lines)).collect()
    }

    fn source(&self, given: &Lines) -> Result<Source, Refused> {
        let citation = Citation {
            path: given.file.clone(),
            first: given.line,
            last: given.end_line.unwrap_or(given.line),
            hash: None,
            quote: given.quote.clone(),
        };
        let codebase = self.setting.explorer.codebase();
        let verified = check(codebase, &citation).map_err(|error| {
            let reason = match &error {
                CitationError::File(Refusal::Outside { .. }) => Reason::PathEscape,
                _ => Reason::NoSuchPlace,
            };
            Refused::new(reason, error.to_string(), "read the file, and name lines that it has")
        })?;
        // Nobody can know what stands in lines that were not shown.
        let ledger = self.setting.explorer.ledger();
        let seen = ledger.files().get(&verified.path).is_some_and(|entry| {
            entry.read.iter().any(|(first, last)| *first <= citation.first && citation.last <= *last)
        });
        if !seen {
            return Err(Refused::new(
                Reason::NoSuchPlace,
                format!("{citation} was named without having been read"),
                "read these lines first",
            ));
        }
        let (line, end_line) = (citation.first as u32, citation.last as u32);
        Ok(Source { file: verified.path, line, end_line, hash: verified.hash })
    }
}
