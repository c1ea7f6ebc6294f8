//! What a seed chooses.

/// What `DOCKWALK_TEST_SEED` and `DOCKWALK_TEST_OPS` ask for: the seeds, and how many operations of each.
pub fn asked(seeds: &[u64], ops: usize) -> (Vec<u64>, usize) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let ops = number("DOCKWALK_TEST_OPS").map_or(ops, |ops| usize::try_from(ops).unwrap());
    (number("DOCKWALK_TEST_SEED").map_or(seeds.to_vec(), |seed| vec![seed]), ops)
}

/// Numbers that look random and are not (splitmix64).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % (end.max(1) as u64)).unwrap()
    }

    pub fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    pub fn of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).copied()
    }
}
