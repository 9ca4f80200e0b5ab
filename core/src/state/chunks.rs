const CHUNK: usize = 4096;

/// A list that grows without ever moving or doubling what it has.
#[derive(Debug)]
pub(super) struct Chunks<T>(Vec<Vec<T>>);

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Chunks<T> {
    pub(super) fn len(&self) -> u32 {
        let whole = self.0.len().saturating_sub(1) * CHUNK;
        u32::try_from(whole + self.0.last().map_or(0, Vec::len)).expect("fewer than 2^32 records")
    }

    pub(super) fn push(&mut self, value: T) -> u32 {
        let index = self.len();
        match self.0.last_mut() {
            Some(last) if last.len() < CHUNK => last.push(value),
            // The first chunk grows as it needs: most endpoints are small.
            None => self.0.push(vec![value]),
            Some(_) => {
                let mut next = Vec::with_capacity(CHUNK);
                next.push(value);
                self.0.push(next);
            }
        }
        index
    }

    pub(super) fn at(&self, index: u32) -> &T {
        &self.0[index as usize / CHUNK][index as usize % CHUNK]
    }

    pub(super) fn at_mut(&mut self, index: u32) -> &mut T {
        &mut self.0[index as usize / CHUNK][index as usize % CHUNK]
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(|chunk| chunk.capacity() * size_of::<T>() + size_of::<Vec<T>>()).sum()
    }
}
