//! The seeded source of chance: whole numbers only, so that every machine draws the same.
//!
//! Not here: floating point. `ln`, `exp` and `sin` come from the platform's library and differ in their last digits.

use rand::{RngCore, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// One stream of draws. Streams of one seed with different labels are independent.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64, label: u8) -> Dice {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = label;
        key[9..16].copy_from_slice(b"rapport");
        Dice(ChaCha8Rng::from_seed(key))
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// 0 to `n` − 1; 0 for `n` = 0.
    pub(super) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64
    }

    /// An index into something `len` long.
    pub(super) fn index(&mut self, len: usize) -> usize {
        self.below(len as u64) as usize
    }

    /// An index that favours the front: the product of two draws.
    pub(super) fn front(&mut self, len: usize) -> usize {
        let (a, b) = (self.below(len as u64), self.below(len as u64));
        (a * b / (len as u64).max(1)) as usize
    }

    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// True `per_mille` times in 1,000.
    pub(super) fn chance(&mut self, per_mille: u64) -> bool {
        self.below(1000) < per_mille
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.index(from.len())]
    }

    /// An index with the odds that `weights` give.
    pub(super) fn weighted(&mut self, weights: &[u64]) -> usize {
        let mut draw = self.below(weights.iter().sum());
        for (index, &weight) in weights.iter().enumerate() {
            if draw < weight {
                return index;
            }
            draw -= weight;
        }
        0
    }

    /// A value between the `quantiles`, which stand at equal distances of probability.
    pub(super) fn quantile(&mut self, quantiles: &[i64]) -> i64 {
        let step = self.index(quantiles.len() - 1);
        self.between(quantiles[step], quantiles[step + 1])
    }

    pub(super) fn guid(&mut self) -> [u8; 16] {
        let mut guid = [0; 16];
        self.0.fill_bytes(&mut guid);
        // The marks of a random (version 4) GUID.
        guid[6] = guid[6] & 0x0f | 0x40;
        guid[8] = guid[8] & 0x3f | 0x80;
        guid
    }
}

/// A well-mixed number for a number (splitmix64): derived facts that need no memory.
pub(super) fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
