//! From the file's bytes to text: compression by magic bytes, UTF-16 by its byte order mark.
//!
//! Not here: rows (`frame`) and Parquet (`parquet`). UTF-8 passes through unchecked.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use encoding_rs_io::DecodeReaderBytesBuilder;
use flate2::bufread::MultiGzDecoder;

use super::FileError;

const BUFFER: usize = 128 * 1024;
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
const PARQUET: [u8; 4] = *b"PAR1";

/// What the first bytes of a file say it is.
pub(super) enum Format {
    /// Parquet, not decoded here.
    Parquet(File),
    /// Text, perhaps compressed.
    Text(File, Compression),
}

/// How the text is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    None,
    Gzip,
    Zstd,
}

/// Opens the file and looks at its first bytes; a name that promises another format is an error.
pub(super) fn open(path: &Path) -> Result<Format, FileError> {
    let mut file = File::open(path).map_err(FileError::Open)?;
    if file.metadata().map_err(FileError::Open)?.is_dir() {
        return Err(FileError::Open(io::ErrorKind::IsADirectory.into()));
    }
    let mut head = Vec::with_capacity(4);
    (&mut file).take(4).read_to_end(&mut head).map_err(FileError::Read)?;
    file.rewind().map_err(FileError::Read)?;

    let named = path.extension().map(|extension| extension.to_ascii_lowercase());
    let is_named = |extension: &str| named.as_deref().is_some_and(|name| name == extension);
    if head.starts_with(&PARQUET) {
        return Ok(Format::Parquet(file));
    }
    let compression = if head.starts_with(&GZIP) {
        Compression::Gzip
    } else if head.starts_with(&ZSTD) {
        Compression::Zstd
    } else {
        Compression::None
    };
    if is_named("parquet") {
        return Err(FileError::Misnamed("parquet"));
    }
    if is_named("gz") && compression != Compression::Gzip {
        return Err(FileError::Misnamed("gzip"));
    }
    if (is_named("zst") || is_named("zstd")) && compression != Compression::Zstd {
        return Err(FileError::Misnamed("zstd"));
    }
    Ok(Format::Text(file, compression))
}

/// A reader of the file's text as UTF-8.
pub(super) fn text<'a>(
    file: impl Read + 'a,
    compression: Compression,
) -> io::Result<impl Read + 'a> {
    let bytes: Box<dyn Read + 'a> = match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, file))),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(
            BufReader::with_capacity(BUFFER, file),
        )?),
    };
    Ok(DecodeReaderBytesBuilder::new().utf8_passthru(true).strip_bom(true).build(bytes))
}

/// The error of a failed read: the decoder's own ones mean a damaged file, the others a failing disk.
pub(super) fn broken(compression: Compression, error: io::Error) -> FileError {
    if error.raw_os_error().is_some() {
        return FileError::Read(error);
    }
    let cut_off = error.kind() == io::ErrorKind::UnexpectedEof;
    match (compression, cut_off) {
        (Compression::None, _) => FileError::Read(error),
        (Compression::Gzip, true) => FileError::Truncated("gzip"),
        (Compression::Gzip, false) => FileError::Corrupt("gzip"),
        (Compression::Zstd, true) => FileError::Truncated("zstd"),
        (Compression::Zstd, false) => FileError::Corrupt("zstd"),
    }
}
