//! The kinds of data set, and how a path tells its kind.

use std::fmt;
use std::path::{Component, Path};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A kind of data set: what one row of a file stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A copy of a message in a mailbox.
    Message,
    /// A copy of an event in a calendar.
    Event,
    /// A user of the directory.
    User,
    /// A group of the directory.
    GroupDetails,
    /// A membership in a group.
    GroupMembers,
}

/// Data set names as Graph Data Connect writes them, without the version.
const DATA_SETS: [(&str, Kind); 8] = [
    ("message_v", Kind::Message),
    ("sentitem_v", Kind::Message),
    ("inbox_v", Kind::Message),
    ("event_v", Kind::Event),
    ("calendarview_v", Kind::Event),
    ("user_v", Kind::User),
    ("groupdetails_v", Kind::GroupDetails),
    ("groupmembers_v", Kind::GroupMembers),
];

impl Kind {
    /// Rows are mail or meetings; otherwise they are of the directory.
    pub const fn is_activity(self) -> bool {
        matches!(self, Self::Message | Self::Event)
    }

    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Message, Self::Event, Self::User, Self::GroupDetails, Self::GroupMembers];

    /// The kind that the file name tells, else the innermost folder that tells one.
    pub fn of_path(path: &Path) -> Option<Self> {
        let is_users_file = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.to_ascii_lowercase().starts_with("users."));
        if is_users_file {
            return Some(Self::User);
        }
        path.components().rev().find_map(|component| match component {
            Component::Normal(name) => Self::of_name(&name.to_string_lossy()),
            _ => None,
        })
    }

    /// The name used in definitions and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Message => "message",
            Self::Event => "event",
            Self::User => "user",
            Self::GroupDetails => "group_details",
            Self::GroupMembers => "group_members",
        }
    }

    /// A data set name stands at the start of a word and a digit follows it,
    /// as in `BasicDataSet_v0.Message_v1`; `ChatMessage_v1` is another data set.
    fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        DATA_SETS.iter().find_map(|&(data_set, kind)| {
            name.match_indices(data_set)
                .any(|(at, _)| {
                    let before = name[..at].chars().next_back();
                    let after = name[at + data_set.len()..].chars().next();
                    !before.is_some_and(char::is_alphanumeric)
                        && after.is_some_and(|c| c.is_ascii_digit())
                })
                .then_some(kind)
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The text names no kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind; hint: use `message`, `event`, `user`, `group_details` or `group_members`")]
pub struct UnknownKind;

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_name_wins_over_the_folders_and_inner_folders_over_outer_ones() {
        let kind = |path| Kind::of_path(Path::new(path));
        assert_eq!(kind("BasicDataSet_v0.Message_v1/part-0001.json.gz"), Some(Kind::Message));
        assert_eq!(kind("Message_v1/Event_v1/part-0001.json"), Some(Kind::Event));
        assert_eq!(kind("Event_v1/users.json"), Some(Kind::User));
        assert_eq!(kind("Event_v1/message_V0-part.json"), Some(Kind::Message));
        assert_eq!(kind("x/CALENDARVIEW_v0.parquet"), Some(Kind::Event));
        assert_eq!(kind("SentItem_v1.json"), Some(Kind::Message));
        assert_eq!(kind("inbox_v1"), Some(Kind::Message));
        assert_eq!(kind("GroupMembers_v0.json"), Some(Kind::GroupMembers));
        assert_eq!(kind("GroupDetails_v0.json"), Some(Kind::GroupDetails));
    }

    #[test]
    fn names_that_only_contain_a_data_set_name_tell_nothing() {
        let kind = |path| Kind::of_path(Path::new(path));
        assert_eq!(kind("ChatMessage_v1/part.json"), None);
        assert_eq!(kind("message_view.json"), None);
        assert_eq!(kind("Contact_v1.json"), None);
        assert_eq!(kind("my-users.json"), None);
        assert_eq!(kind("users/part.json"), None);
    }

    #[test]
    fn every_name_reads_back() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        assert!("messages".parse::<Kind>().is_err());
    }
}
