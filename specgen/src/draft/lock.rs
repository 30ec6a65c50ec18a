//! What an invariant says, as a hash of syntax trees.
//!
//! Enters: a draft. Leaves: a hash for each invariant and property. Holds: the hash goes over the tree of the claim and
//! of every operator of the draft that it reaches, so that neither a claim nor what it is made of can come to say
//! something else unnoticed; layout, comments and parentheses make no difference. Actions and `Init` are no part of
//! it: they are what is judged.

use super::{Definition, Draft, hash_of, part};
use crate::refusal::Refused;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use tla_parser::print::print_expr;

/// Locked claims: what each said when it was locked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locks(pub BTreeMap<String, String>);

impl Locks {
    /// The hashes of all claims of a draft, the type invariant with them.
    ///
    /// # Errors
    /// A part is no definition.
    pub fn of(draft: &Draft) -> Result<Locks, Refused> {
        let claims = draft.invariants.iter().chain(&draft.properties);
        let claims = claims.map(|claim| (claim.name.as_str(), claim.text.as_str()));
        let kind = draft.type_invariant.iter().map(|d| (d.name.as_str(), d.text.as_str()));
        claims
            .chain(kind)
            .map(|(name, text)| Ok((name.to_owned(), hash(draft, name, text)?)))
            .collect::<Result<_, _>>()
            .map(Locks)
    }

    /// Whether anything is locked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The claims that say something else in a draft than when they were locked, or are gone.
    ///
    /// # Errors
    /// A part is no definition.
    pub fn broken(&self, draft: &Draft) -> Result<Vec<String>, Refused> {
        let now = Locks::of(draft)?;
        let broken = self.0.iter().filter(|(name, hash)| now.0.get(*name) != Some(hash));
        Ok(broken.map(|(name, _)| name.clone()).collect())
    }
}

fn hash(draft: &Draft, name: &str, text: &str) -> Result<String, Refused> {
    let mut reached: BTreeMap<String, String> = BTreeMap::new();
    let mut pending = vec![(name.to_owned(), text.to_owned())];
    while let Some((name, text)) = pending.pop() {
        let parsed = part::definition(&name, &text)?;
        let body = print_expr(&parsed.body);
        let names: BTreeSet<&str> = body
            .split(|c: char| !(c.is_alphanumeric() || c == '_'))
            .filter(|word| !word.is_empty())
            .collect();
        for Definition { name, text } in draft.operators.iter().filter(|o| names.contains(o.name.as_str())) {
            if !reached.contains_key(name) && !pending.iter().any(|(other, _)| other == name) {
                pending.push((name.clone(), text.clone()));
            }
        }
        reached.insert(name, format!("{:?} == {body}", parsed.params));
    }
    Ok(hash_of(reached.iter().flat_map(|(name, said)| [name, said])))
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use super::*;

    fn draft(safe: &str, limit: &str) -> Draft {
        Draft {
            operators: vec![
                Definition { name: "Limit".into(), text: limit.into() },
                Definition { name: "Other".into(), text: "Other == 1".into() },
            ],
            invariants: vec![Claim { name: "Safe".into(), text: safe.into(), why: "why".into() }],
            ..Draft::default()
        }
    }

    #[test]
    fn a_lock_is_on_what_a_claim_says_and_on_all_that_it_is_made_of() {
        let locks = Locks::of(&draft("Safe == x < Limit", "Limit == 3")).unwrap();
        let broken = |safe: &str, limit: &str| locks.broken(&draft(safe, limit)).unwrap();
        assert!(broken("Safe ==\n  \\* as before\n  (x < Limit)", "Limit ==  3").is_empty());
        assert_eq!(broken("Safe == x <= Limit", "Limit == 3"), ["Safe"]);
        assert_eq!(broken("Safe == TRUE", "Limit == 3"), ["Safe"]);
        assert_eq!(broken("Safe == x < Limit", "Limit == 4"), ["Safe"]);
        let mut without = draft("Safe == x < Limit", "Limit == 3");
        without.operators[1].text = "Other == 2".into();
        assert!(locks.broken(&without).unwrap().is_empty());
        without.invariants.clear();
        assert_eq!(locks.broken(&without).unwrap(), ["Safe"]);
    }
}
