//! Documents: sentences, each with the code that shows it.

use super::arguments::{Nothing, SubmitDocument, Which};
use super::desk::Desk;
use super::state::{Cited, Document, Section, Stage};
use crate::refusal::{Reason, Refused};

impl Desk<'_> {
    pub(super) fn submit_document(&mut self, given: SubmitDocument) -> Result<String, Refused> {
        let mut sections = Vec::new();
        for section in &given.sections {
            let mut claims = Vec::new();
            for claim in &section.claims {
                let what = format!("the sentence {:?}", claim.text.chars().take(80).collect::<String>());
                claims
                    .push(Cited { text: claim.text.clone(), sources: self.sources(&what, &claim.sources)? });
            }
            if claims.is_empty() {
                let message = format!("the section {:?} says nothing", section.heading);
                return Err(Refused::new(
                    Reason::NoEvidence,
                    message,
                    "give it sentences with the code that shows them",
                ));
            }
            sections.push(Section { heading: section.heading.clone(), claims });
        }
        if sections.is_empty() {
            return Err(Refused::new(Reason::NoEvidence, "the document is empty", "give it sections"));
        }
        let count: usize = sections.iter().map(|s| s.claims.len()).sum();
        let name = match given.document {
            Which::Architecture => "architecture",
            Which::Behavior => "behavior",
        };
        self.state.documents.insert(name.into(), Document { title: given.title, sections });
        Ok(format!("{name}: {count} sentences, each with its place in the code"))
    }

    pub(super) fn finish_documents(&mut self, _: Nothing) -> Result<String, Refused> {
        debug_assert_eq!(self.stage, Stage::Document);
        for name in ["architecture", "behavior"] {
            if !self.state.documents.contains_key(name) {
                let message = format!("there is no document {name} yet");
                return Err(Refused::new(Reason::NotDone, message, "hand it in with submit_document"));
            }
        }
        self.done = true;
        Ok("the documents are kept".into())
    }
}
