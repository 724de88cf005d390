//! A file of rows, compressed and written by a thread of its own, so that a second core has work.
//!
//! Not here: what the rows say and which file they belong to (`part`).

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use flate2::write::GzEncoder;

/// Rows are handed over in blocks of this size, and at most so many wait for the disk.
const BLOCK: usize = 1 << 20;
const WAITING: usize = 4;

/// How export files are compressed, always at the fastest level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip.
    Gzip,
    /// Zstandard.
    Zstd,
}

impl Compression {
    /// What a file's name ends with, after `.json`.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Compression::None => "",
            Compression::Gzip => ".gz",
            Compression::Zstd => ".zst",
        }
    }
}

/// The open file.
pub(super) struct Output {
    block: Vec<u8>,
    blocks: SyncSender<Vec<u8>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Output {
    pub(super) fn create(path: &Path, compression: Compression) -> io::Result<Output> {
        let file = File::create(path)?;
        let (blocks, receiver) = sync_channel(WAITING);
        let writer = std::thread::spawn(move || write(file, compression, &receiver));
        Ok(Output { block: Vec::with_capacity(BLOCK), blocks, writer })
    }

    /// Adds bytes. An error of the file shows when it is finished.
    pub(super) fn add(&mut self, bytes: &[u8]) {
        if self.block.len() + bytes.len() > BLOCK {
            let full = std::mem::replace(&mut self.block, Vec::with_capacity(BLOCK));
            // refused only by a writer that has failed
            let _ = self.blocks.send(full);
        }
        self.block.extend_from_slice(bytes);
    }

    /// Waits until everything is written.
    pub(super) fn finish(self) -> io::Result<()> {
        let _ = self.blocks.send(self.block);
        drop(self.blocks);
        self.writer.join().unwrap_or_else(|_| Err(io::Error::other("the writing thread failed")))
    }
}

fn write(mut file: File, compression: Compression, blocks: &Receiver<Vec<u8>>) -> io::Result<()> {
    match compression {
        Compression::None => pour(blocks, &mut file),
        Compression::Gzip => {
            let mut encoder = GzEncoder::new(file, flate2::Compression::fast());
            pour(blocks, &mut encoder)?;
            encoder.finish().map(drop)
        }
        Compression::Zstd => {
            let mut encoder = zstd::Encoder::new(file, 1)?;
            pour(blocks, &mut encoder)?;
            encoder.finish().map(drop)
        }
    }
}

fn pour(blocks: &Receiver<Vec<u8>>, file: &mut impl Write) -> io::Result<()> {
    blocks.iter().try_for_each(|block| file.write_all(&block))
}
