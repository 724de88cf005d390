//! The export files that the sources of a definition name, each once and with its kind.
//!
//! Not here: what a name says about the kind (`source::Kind`), and reading the files (`import`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Component, Path, PathBuf};

use walkdir::WalkDir;

use super::error::{Error, reason};
use super::near::{count, first_five, nearest};
use super::{Definition, Source};
use crate::source::Kind;

/// The exports of a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Files {
    /// Each file once, in the order of the sources, within a source sorted by path.
    pub found: Vec<SourceFile>,
    /// What was left aside, for the operator.
    pub warnings: Vec<String>,
}

/// One export file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Where it lies.
    pub path: PathBuf,
    /// What it holds.
    pub kind: Kind,
}

/// A file that a source names or that lies below a folder it names.
struct Candidate {
    path: PathBuf,
    /// The kind that a source gives, and that source's line.
    given: Option<(Kind, usize)>,
    /// The line of the source that names this very file.
    named: Option<usize>,
}

/// Finds the files of all sources.
pub fn files(definition: &Definition) -> Result<Files, Error> {
    let no_data = NoData::of(definition);
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut known: HashMap<PathBuf, usize> = HashMap::new();
    let mut by_source: Vec<BTreeSet<usize>> = Vec::new();
    let mut warnings = Vec::new();
    for source in &definition.sources {
        let mut of_source = BTreeSet::new();
        let expanded = expand(definition, source, &no_data)?;
        warnings.extend(expanded.warnings);
        for path in expanded.paths {
            let path: PathBuf = path.components().filter(|c| *c != Component::CurDir).collect();
            let real = real_path(&path);
            if no_data.files.contains(&real) {
                if expanded.is_file {
                    let problem = format!("`{}` is no export", path.display());
                    return Err(definition
                        .error(source.line, "source.path", problem)
                        .hint("it is the definition, its contact table or a list of addresses"));
                }
                continue;
            }
            let index = *known.entry(real).or_insert_with(|| {
                candidates.push(Candidate { path: path.clone(), given: None, named: None });
                candidates.len() - 1
            });
            let candidate = &mut candidates[index];
            if expanded.is_file {
                candidate.named = candidate.named.or(Some(source.line));
            }
            match (candidate.given, source.kind) {
                (Some((first, line)), Some(second)) if first != second => {
                    let problem = format!(
                        "`{}` is `{first}` by line {line} and `{second}` here",
                        path.display()
                    );
                    return Err(definition
                        .error(source.line, "source.kind", problem)
                        .hint("give the file one kind"));
                }
                (None, Some(kind)) => candidate.given = Some((kind, source.line)),
                _ => {}
            }
            of_source.insert(index);
        }
        by_source.push(of_source);
    }
    let kinds = kinds(definition, &candidates)?;
    for (source, of_source) in definition.sources.iter().zip(&by_source) {
        if !of_source.iter().any(|index| kinds[*index].is_some()) {
            return Err(nothing(definition, source, of_source.len()));
        }
    }
    let skipped: Vec<String> = candidates
        .iter()
        .zip(&kinds)
        .filter(|(_, kind)| kind.is_none())
        .map(|(candidate, _)| candidate.path.display().to_string())
        .collect();
    if !skipped.is_empty() {
        warnings.push(format!(
            "{} skipped, because no name tells the kind: {}",
            count(skipped.len(), "file is", "files are"),
            first_five(&skipped)
        ));
    }
    let found = candidates
        .into_iter()
        .zip(kinds)
        .filter_map(|(candidate, kind)| Some(SourceFile { path: candidate.path, kind: kind? }))
        .collect();
    Ok(Files { found, warnings })
}

/// The kind of each candidate: as given, else as its name tells. The folders above the definition
/// tell nothing, so that a definition means the same wherever it lies.
fn kinds(definition: &Definition, candidates: &[Candidate]) -> Result<Vec<Option<Kind>>, Error> {
    let folder = definition.folder();
    let kind = |candidate: &Candidate| {
        let named = candidate.path.strip_prefix(folder).unwrap_or(&candidate.path);
        let kind = candidate.given.map(|(kind, _)| kind).or_else(|| Kind::of_path(named));
        match (kind, candidate.named) {
            (None, Some(line)) => Err(definition
                .error(
                    line,
                    "source.path",
                    format!("the name of `{}` does not tell its kind", candidate.path.display()),
                )
                .hint("add `kind = \"message\"`, or event, user, group_details, group_members")),
            (kind, _) => Ok(kind),
        }
    };
    candidates.iter().map(kind).collect()
}

fn nothing(definition: &Definition, source: &Source, skipped: usize) -> Error {
    let path = source.path.display();
    let error = match skipped {
        0 => definition.error(source.line, "source.path", format!("`{path}` holds no file")),
        _ => {
            let files = count(skipped, "file", "files");
            let problem = format!("no name tells the kind of the {files} of `{path}`");
            definition.error(source.line, "source.path", problem)
        }
    };
    match skipped {
        0 => error
            .hint("metadata, hidden files and the files of the definition itself are no exports"),
        _ => error.hint("add `kind`, or name folders as Microsoft does, as in `Message_v1`"),
    }
}

/// Files and the output folder of the definition itself, which may lie among the exports.
struct NoData {
    files: BTreeSet<PathBuf>,
    output: PathBuf,
}

impl NoData {
    fn of(definition: &Definition) -> NoData {
        let own = definition.own.address_files.iter().map(|file| &file.value);
        let files = own.chain([&definition.path, &definition.contacts.path.value]);
        NoData {
            files: files.map(|path| real_path(path)).collect(),
            output: real_path(&definition.output),
        }
    }
}

struct Expanded {
    paths: BTreeSet<PathBuf>,
    /// The source names one file, no folder and no glob.
    is_file: bool,
    warnings: Vec<String>,
}

fn expand(definition: &Definition, source: &Source, no_data: &NoData) -> Result<Expanded, Error> {
    let error = |problem: String| definition.error(source.line, "source.path", problem);
    let mut expanded = Expanded { paths: BTreeSet::new(), is_file: false, warnings: Vec::new() };
    if source.path.is_file() {
        expanded.is_file = true;
        expanded.paths.insert(source.path.clone());
    } else if source.path.is_dir() {
        let found = walk(&source.path, &no_data.output).map_err(error)?;
        expanded.add(found);
    } else {
        for path in glob(definition, source)? {
            let is_output = real_path(&path) == no_data.output;
            if path.is_dir() && !is_output && !is_no_data_name(&path, true) {
                expanded.add(walk(&path, &no_data.output).map_err(error)?);
            } else if path.is_file() && !below_no_data(&path, source, &no_data.output) {
                expanded.paths.insert(path);
            }
        }
    }
    Ok(expanded)
}

impl Expanded {
    fn add(&mut self, found: Walked) {
        self.paths.extend(found.files);
        self.warnings.extend(
            found.underscored.iter().map(|folder| {
                format!("folder `{}` begins with `_` and is skipped", folder.display())
            }),
        );
    }
}

/// The paths that a glob matches; an error where there is no glob or no match.
fn glob(definition: &Definition, source: &Source) -> Result<Vec<PathBuf>, Error> {
    let error = |problem: String| definition.error(source.line, "source.path", problem);
    let written = source.path.strip_prefix(definition.folder()).unwrap_or(&source.path);
    let written = written.to_string_lossy();
    if !written.contains(['*', '?', '[']) {
        let error = error(format!("`{}` does not exist", source.path.display()));
        return Err(match beside(&source.path) {
            Some(near) => error.hint(format!("did you mean `{near}`?")),
            None => error.hint("paths are relative to the folder of the definition"),
        });
    }
    // Signs in the definition's own folder are no wildcards.
    let folder = glob::Pattern::escape(&definition.folder().to_string_lossy());
    let pattern = Path::new(&folder).join(written.as_ref());
    let options = glob::MatchOptions { require_literal_leading_dot: true, ..Default::default() };
    let matches = glob::glob_with(&pattern.to_string_lossy(), options)
        .map_err(|bad| error(format!("`{written}` is no glob: {}", bad.msg)))?;
    let paths = matches
        .map(|found| {
            found
                .map_err(|bad| error(format!("`{}` {}", bad.path().display(), reason(bad.error()))))
        })
        .collect::<Result<Vec<PathBuf>, Error>>()?;
    if paths.is_empty() {
        return Err(error(format!("`{written}` matches no file"))
            .hint("`*` stands for a part of one name, `**` for any folders"));
    }
    Ok(paths)
}

/// A name near that of `path` in its folder.
fn beside(path: &Path) -> Option<String> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let names: BTreeSet<String> = fs::read_dir(parent.unwrap_or(Path::new(".")))
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()))
        .collect();
    let wanted = path.file_name()?.to_string_lossy();
    nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned)
}

/// What lies below a folder.
pub(super) struct Walked {
    pub(super) files: Vec<PathBuf>,
    /// Folders left out because their name begins with `_`.
    pub(super) underscored: Vec<PathBuf>,
}

/// The data files below `folder`, sorted; nothing of `output`.
pub(super) fn walk(folder: &Path, output: &Path) -> Result<Walked, String> {
    let mut walked = Walked { files: Vec::new(), underscored: Vec::new() };
    let mut entries = WalkDir::new(folder).follow_links(true).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let is_folder = entry.file_type().is_dir();
        if entry.depth() == 0 {
            continue;
        }
        if is_folder && (is_no_data_name(entry.path(), true) || real_path(entry.path()) == output) {
            if entry.file_name().to_string_lossy().starts_with('_') {
                walked.underscored.push(entry.path().to_owned());
            }
            entries.skip_current_dir();
        } else if entry.file_type().is_file() && !is_no_data_name(entry.path(), false) {
            walked.files.push(entry.into_path());
        }
    }
    Ok(walked)
}

fn unreadable(folder: &Path, error: &walkdir::Error) -> String {
    let path = error.path().unwrap_or(folder).display();
    match (error.loop_ancestor(), error.io_error()) {
        (Some(ancestor), _) => format!("`{path}` is a link to `{}` above it", ancestor.display()),
        (_, Some(error)) => format!("`{path}` {}", reason(error)),
        _ => format!("`{path}` cannot be read"),
    }
}

/// `metadata` folders, hidden names and names that begin with `_` hold no data.
fn is_no_data_name(path: &Path, is_folder: bool) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let is_metadata = is_folder && name.eq_ignore_ascii_case("metadata");
    name.starts_with(['.', '_']) || is_metadata
}

/// A globbed file is left out where a walk over its folders would have left it out; folders that
/// the glob itself spells out are wanted.
fn below_no_data(path: &Path, source: &Source, output: &Path) -> bool {
    let spelled: BTreeSet<_> = source.path.components().collect();
    let mut folders = path.ancestors().skip(1);
    is_no_data_name(path, false)
        || folders.any(|folder| {
            let is_spelled = folder.components().next_back().is_none_or(|c| spelled.contains(&c));
            !is_spelled && (is_no_data_name(folder, true) || real_path(folder) == output)
        })
}

/// One name for one file, however it is reached; as it is where it does not exist.
pub(crate) fn real_path(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// How many files of each kind there are, in the order of the kinds' names.
pub(super) fn tally(kinds: impl IntoIterator<Item = Kind>) -> BTreeMap<&'static str, usize> {
    let mut tally = BTreeMap::new();
    for kind in kinds {
        *tally.entry(kind.as_str()).or_insert(0) += 1;
    }
    tally
}
