//! The group that permutations generate.
//!
//! Enters: permutations of points. Leaves: all permutations that follow from them, or the sets of points of
//! which they are all the permutations. Holds: a group that is full (every permutation of each of its blocks,
//! independently) is known to be so from its transpositions, and then need not be listed.

use rustc_hash::FxHashSet;

/// A permutation: by point its image.
pub(crate) type Permutation = Box<[u16]>;

/// As many permutations are listed, of a group that need not be.
const FEW: u128 = 5040;
/// As many permutations may be listed at all.
const MOST: usize = 1 << 20;

/// Permutations, closed under composition.
#[derive(Debug)]
pub(crate) struct Group {
    degree: usize,
    generators: Vec<Permutation>,
    /// Points that can take each other's places, in order; none alone.
    blocks: Vec<Vec<u16>>,
    /// Whether it has all permutations that keep the blocks apart.
    full: bool,
    /// All of it; empty if there are too many, and it is full.
    elements: Vec<Permutation>,
}

impl Group {
    /// The group that these generate; none if it is not full and has too many elements.
    pub fn generated(degree: usize, generators: &[Permutation]) -> Option<Group> {
        let blocks = components(degree, generators.iter());
        let swaps = generators.iter().filter(|g| moved(g).count() == 2);
        let full = components(degree, swaps) == blocks;
        let factorial = |n: usize| (1..=n as u128).fold(1u128, u128::saturating_mul);
        let order = blocks.iter().fold(1u128, |product, b| product.saturating_mul(factorial(b.len())));
        let mut group = Group { degree, generators: Vec::new(), blocks, full, elements: Vec::new() };
        let elements = if full && order > FEW { Vec::new() } else { group.close(generators)? };
        group.generators = if full { group.neighbours() } else { generators.to_vec() };
        group.elements = elements;
        Some(group)
    }

    /// All products of permutations. The first is the identity.
    fn close(&self, generators: &[Permutation]) -> Option<Vec<Permutation>> {
        let mut elements = vec![self.identity()];
        let mut known: FxHashSet<Permutation> = elements.iter().cloned().collect();
        let mut needed: Vec<&Permutation> = Vec::new();
        for generator in generators {
            if known.contains(generator) {
                continue;
            }
            // What is there is a subgroup: with one more the group is twice as large at least.
            needed.push(generator);
            let mut at = 0;
            while at < elements.len() {
                for by in &needed {
                    let product: Permutation = elements[at].iter().map(|&image| by[image as usize]).collect();
                    if known.insert(product.clone()) {
                        elements.push(product);
                    }
                }
                if elements.len() > MOST {
                    return None;
                }
                at += 1;
            }
        }
        Some(elements)
    }

    /// Transpositions that generate a full group.
    fn neighbours(&self) -> Vec<Permutation> {
        self.blocks.iter().flat_map(|block| block.windows(2)).map(|two| self.swap(two[0], two[1])).collect()
    }

    /// Permutations that generate it.
    pub fn generators(&self) -> &[Permutation] {
        &self.generators
    }

    /// Points that can take each other's places, in order.
    pub fn blocks(&self) -> &[Vec<u16>] {
        &self.blocks
    }

    /// Whether it has all permutations that keep the blocks apart.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// All of it; empty if that is too much.
    pub fn elements(&self) -> &[Permutation] {
        &self.elements
    }

    /// The permutation that moves nothing.
    pub fn identity(&self) -> Permutation {
        (0..self.degree as u16).collect()
    }

    /// The permutation that exchanges two points.
    pub fn swap(&self, a: u16, b: u16) -> Permutation {
        let mut images = self.identity();
        images.swap(a as usize, b as usize);
        images
    }
}

/// The points that are moved.
fn moved(permutation: &Permutation) -> impl Iterator<Item = u16> {
    (0..).zip(permutation.iter()).filter(|(point, image)| *point != **image).map(|(point, _)| point)
}

/// The points that permutations bring together, without those that stay alone.
fn components<'g>(degree: usize, permutations: impl Iterator<Item = &'g Permutation>) -> Vec<Vec<u16>> {
    let mut root: Vec<u16> = (0..degree as u16).collect();
    fn find(root: &[u16], mut at: u16) -> u16 {
        while root[at as usize] != at {
            at = root[at as usize];
        }
        at
    }
    for permutation in permutations {
        for point in moved(permutation) {
            let (a, b) = (find(&root, point), find(&root, permutation[point as usize]));
            root[a.max(b) as usize] = a.min(b);
        }
    }
    let mut all = vec![Vec::new(); degree];
    (0..degree as u16).for_each(|point| all[find(&root, point) as usize].push(point));
    all.retain(|points| points.len() > 1);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(degree: usize, generators: &[&[u16]]) -> Option<Group> {
        let generators: Vec<Permutation> = generators.iter().map(|&g| g.into()).collect();
        Group::generated(degree, &generators)
    }

    #[test]
    fn the_group_has_all_products_and_nothing_else() {
        let cases: [(usize, &[&[u16]], usize, bool); 7] = [
            (0, &[], 1, true),
            // Rotations, and with a reflection.
            (4, &[&[1, 2, 3, 0]], 4, false),
            (4, &[&[1, 2, 3, 0], &[0, 3, 2, 1]], 8, false),
            // Two sets at once, and independently.
            (4, &[&[1, 0, 3, 2]], 2, false),
            (4, &[&[1, 0, 2, 3], &[0, 1, 3, 2]], 4, true),
            (5, &[&[1, 0, 2, 3, 4], &[0, 2, 1, 3, 4], &[0, 1, 2, 4, 3]], 12, true),
            // All permutations of four, from two of them: neither shows that at once.
            (4, &[&[1, 2, 3, 0], &[1, 0, 2, 3]], 24, false),
        ];
        for (degree, generators, order, full) in cases {
            let group = group(degree, generators).expect("is small");
            let elements: FxHashSet<_> = group.elements().iter().cloned().collect();
            assert_eq!((elements.len(), group.elements().len()), (order, order), "{generators:?}");
            assert_eq!(group.is_full(), full, "{generators:?}");
            for (a, b) in elements.iter().flat_map(|a| elements.iter().map(move |b| (a, b))) {
                let product: Permutation = a.iter().map(|&image| b[image as usize]).collect();
                assert!(elements.contains(&product));
            }
        }
    }

    #[test]
    fn what_is_too_much_is_not_listed() {
        let swaps: Vec<Vec<u16>> = (0..11)
            .map(|at| {
                let mut images: Vec<u16> = (0..12).collect();
                images.swap(at, at + 1);
                images
            })
            .collect();
        let full = group(12, &swaps.iter().map(Vec::as_slice).collect::<Vec<_>>()).expect("is full");
        assert!(full.is_full() && full.elements().is_empty() && full.blocks().len() == 1);
        // Generated by a rotation and a cycle of three, which is the alternating group.
        let rotation: Vec<u16> = (1..11).chain([0]).collect();
        let cycle: Vec<u16> = [1, 2, 0].into_iter().chain(3..11).collect();
        assert!(group(11, &[&rotation, &cycle]).is_none());
    }
}
