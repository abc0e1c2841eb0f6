//! Numbers from a seed.

/// Two numbers made into one that looks like neither (`splitmix64`).
pub(super) fn mixed(one: u64, other: u64) -> u64 {
    let mut z = one
        .wrapping_add(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(other.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A source of choices.
pub(super) struct Dice {
    seed: u64,
    rolled: u64,
}

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, rolled: 0 }
    }

    fn next(&mut self) -> u64 {
        self.rolled += 1;
        mixed(self.seed, self.rolled)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound.max(1) as u64).unwrap_or(0)
    }

    /// Whether something happens that happens once in so many times.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    /// One of these. Which one does not depend on those that were not chosen being there, so that a step means the same
    /// after others were taken out.
    pub(super) fn pick<T: Copy + Into<u64>>(&mut self, of: &[T]) -> Option<T> {
        let by = self.next();
        of.iter().copied().max_by_key(|one| mixed(by, (*one).into()))
    }

    /// One of a fixed list.
    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}
