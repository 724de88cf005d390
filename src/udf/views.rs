//! A text for each group, as a view of the batch that it came in.
//!
//! Views are sixteen bytes: a short text itself, or the length and the first bytes of a long one and where it stands.
//! The buffers of a batch are held as long as a view might point into them, so no text is copied.

use arrow::array::{ByteView, StringViewArray};
use arrow::buffer::{Buffer, NullBuffer, ScalarBuffer};
use datafusion::common::Result;
use datafusion::logical_expr::EmitTo;

/// Longest text that stands in the view itself.
const INLINE: u32 = 12;

/// The texts of all groups.
#[derive(Debug, Default)]
pub(super) struct Views {
    buffers: Vec<Buffer>,
    /// Bytes of the buffers, those that several batches share counted once.
    bytes: usize,
    views: Vec<u128>,
    is_set: Vec<bool>,
}

impl Views {
    /// There are `groups` groups at least.
    pub(super) fn resize(&mut self, groups: usize) {
        let groups = groups.max(self.views.len());
        self.views.resize(groups, 0);
        self.is_set.resize(groups, false);
    }

    /// Holds the buffers of `texts`; gives what their numbers are shifted by.
    pub(super) fn hold(&mut self, texts: &StringViewArray) -> u32 {
        let new = texts.data_buffers();
        let held = self.buffers.len().checked_sub(new.len());
        if let Some(start) = held
            && self.buffers[start..].iter().zip(new).all(|(held, new)| held.ptr_eq(new))
        {
            return start as u32;
        }
        let start = self.buffers.len();
        for buffer in new {
            if self.buffers.last().is_none_or(|held| !held.ptr_eq(buffer)) {
                self.bytes += buffer.len();
            }
            self.buffers.push(buffer.clone());
        }
        start as u32
    }

    /// The group has a text.
    pub(super) fn is_set(&self, group: usize) -> bool {
        self.is_set[group]
    }

    /// Gives `group` the text at `row`; `shift` is what [`hold`](Self::hold) gave for `texts`.
    pub(super) fn set(&mut self, group: usize, texts: &StringViewArray, row: usize, shift: u32) {
        self.is_set[group] = true;
        let mut view = ByteView::from(texts.views()[row]);
        if view.length > INLINE {
            view.buffer_index += shift;
        }
        self.views[group] = view.as_u128();
    }

    /// The same where the text is smaller than that of the group, or the group has none.
    pub(super) fn set_smaller(
        &mut self,
        group: usize,
        texts: &StringViewArray,
        row: usize,
        shift: u32,
    ) {
        if !self.is_set[group] || self.is_above(group, texts.value(row).as_bytes()) {
            self.set(group, texts, row, shift);
        }
    }

    /// The group's text is larger than `text`.
    fn is_above(&self, group: usize, text: &[u8]) -> bool {
        let view = ByteView::from(self.views[group]);
        let (start, length) = (view.offset as usize, view.length as usize);
        match view.length <= INLINE {
            true => &self.views[group].to_le_bytes()[4..4 + length] > text,
            false => &self.buffers[view.buffer_index as usize][start..start + length] > text,
        }
    }

    /// The texts of the groups that `emit` names, taken out; later groups move up.
    pub(super) fn take(&mut self, emit: EmitTo) -> Result<StringViewArray> {
        let views = emit.take_needed(&mut self.views);
        let nulls = NullBuffer::from(emit.take_needed(&mut self.is_set));
        let buffers = match self.views.is_empty() {
            true => {
                self.bytes = 0;
                std::mem::take(&mut self.buffers)
            }
            false => self.buffers.clone(),
        };
        Ok(StringViewArray::try_new(ScalarBuffer::from(views), buffers, Some(nulls))?)
    }

    /// Memory held, bytes.
    pub(super) fn size(&self) -> usize {
        self.bytes
            + self.buffers.capacity() * size_of::<Buffer>()
            + self.views.capacity() * size_of::<u128>()
            + self.is_set.capacity()
    }
}
