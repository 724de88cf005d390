//! Reads, hashes and decompresses a file on a thread of its own, a few blocks ahead of the parser.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{Builder, Scope, ScopedJoinHandle};

use twox_hash::XxHash3_128;

use super::decode::{self, Compression};
use super::frame::Input;

/// Bytes of text handed over at a time: they stay in the processor's cache.
const BLOCK: usize = 256 * 1024;
/// Blocks that may wait for the parser.
const AHEAD: usize = 3;

/// A block of text, whole lines where it can be, and how many bytes of the file were read for it.
struct Block {
    text: Vec<u8>,
    raw: u64,
}

/// The parser's end: text as it comes.
pub(super) struct Ahead<'a> {
    blocks: Receiver<io::Result<Block>>,
    /// Blocks go back to be filled again.
    empty: Sender<Vec<u8>>,
    on_bytes: &'a mut dyn FnMut(u64),
}

impl Input for Ahead<'_> {
    fn more(&mut self, buffer: &mut Vec<u8>, passed: usize) -> io::Result<bool> {
        let mut block = match self.blocks.recv() {
            Ok(block) => block?,
            Err(_) => Block { text: Vec::new(), raw: 0 },
        };
        (self.on_bytes)(block.raw);
        let has_more = !block.text.is_empty();
        if passed == buffer.len() {
            std::mem::swap(buffer, &mut block.text);
        } else {
            buffer.drain(..passed);
            buffer.extend_from_slice(&block.text);
        }
        // The reader may be done already.
        let _ = self.empty.send(block.text);
        Ok(has_more)
    }
}

/// Starts reading `file`. The thread ends with the XXH3-128 of the file's bytes, or without one where
/// reading failed or the other end was dropped.
pub(super) fn start<'scope, 'a>(
    scope: &'scope Scope<'scope, '_>,
    file: File,
    compression: Compression,
    on_bytes: &'a mut dyn FnMut(u64),
) -> io::Result<(Ahead<'a>, ScopedJoinHandle<'scope, Option<u128>>)> {
    let (sender, blocks) = sync_channel(AHEAD);
    let (empty, returned) = channel();
    let run = move || {
        let hash = read(file, compression, &sender, &returned);
        // Nobody may be left to hear of the error.
        hash.unwrap_or_else(|error| {
            let _ = sender.send(Err(error));
            None
        })
    };
    let handle = Builder::new().name("read".to_owned()).spawn_scoped(scope, run)?;
    Ok((Ahead { blocks, empty, on_bytes }, handle))
}

/// `None` where the parser wants no more.
fn read(
    file: File,
    compression: Compression,
    blocks: &SyncSender<io::Result<Block>>,
    empty: &Receiver<Vec<u8>>,
) -> io::Result<Option<u128>> {
    let bytes_read = Cell::new(0);
    let mut raw = Raw { file, hasher: XxHash3_128::new(), bytes_read: &bytes_read };
    let mut text = decode::text(&mut raw, compression)?;
    let mut rest = Vec::new();
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(rest.len().max(BLOCK / 2) + BLOCK / 2, 0);
        block[..rest.len()].copy_from_slice(&rest);
        let mut filled = rest.len();
        while filled < block.len() {
            match text.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        let is_last = filled < block.len();
        block.truncate(filled);
        rest.clear();
        if !is_last && let Some(line_end) = memchr::memrchr(b'\n', &block) {
            rest.extend_from_slice(&block[line_end + 1..]);
            block.truncate(line_end + 1);
        }
        if blocks.send(Ok(Block { text: block, raw: bytes_read.take() })).is_err() {
            return Ok(None);
        }
        if is_last {
            break;
        }
    }
    drop(text);
    // A decoder may leave bytes behind its data unread.
    io::copy(&mut raw, &mut io::sink())?;
    let end = Block { text: Vec::new(), raw: bytes_read.take() };
    Ok(blocks.send(Ok(end)).is_ok().then(|| raw.hasher.finish_128()))
}

/// The XXH3-128 of a file's bytes; an error where `is_stopped` says so before the end.
pub(super) fn hash(mut file: File, is_stopped: &dyn Fn() -> bool) -> io::Result<u128> {
    let mut hasher = XxHash3_128::new();
    let mut buffer = vec![0; BLOCK];
    loop {
        if is_stopped() {
            return Err(io::Error::other("stopped"));
        }
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => hasher.write(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hasher.finish_128())
}

/// The file's bytes, hashed and counted.
struct Raw<'a> {
    file: File,
    hasher: XxHash3_128,
    bytes_read: &'a Cell<u64>,
}

impl Read for Raw<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.hasher.write(&buffer[..read]);
        self.bytes_read.set(self.bytes_read.get() + read as u64);
        Ok(read)
    }
}
