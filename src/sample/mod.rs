//! Stub until the generator moves in.
#![allow(missing_docs)]
use chrono::NaiveDate;
pub struct Request {
    pub dir: std::path::PathBuf,
    pub seed: u64,
    pub accounts: u32,
    pub people: u32,
    pub messages: u64,
    pub end: NaiveDate,
    pub defects: bool,
}
pub fn write(_: &Request) -> anyhow::Result<String> {
    anyhow::bail!("no generator")
}
