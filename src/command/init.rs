//! `rapport init`: writes a commented definition for what lies in a folder.

use std::fmt::Write;

use anyhow::{Result, bail};

use super::print;
use crate::cli::Init;
use crate::{definition, store};

pub(super) fn init(arguments: &Init) -> Result<()> {
    let path = arguments.dir.join("enrichment.toml");
    if path.exists() {
        bail!("`{}` exists already\nhint: edit it, or move it away first", path.display());
    }
    if !arguments.dir.is_dir() {
        bail!(
            "`{}` is no folder\nhint: name the folder that holds the exports",
            arguments.dir.display()
        );
    }
    let template = definition::template(&arguments.dir)?;
    store::write_whole(&path, template.text.as_bytes())?;
    let mut text = format!("wrote {}\n", path.display());
    for line in &template.missing {
        writeln!(text, "fill in: {line}")?;
    }
    writeln!(text, "then: rapport check --definition {}", path.display())?;
    print(&text)
}
