//! Texts of other people's systems, made harmless where people read them.

/// The text with characters that draw nothing, move the cursor or turn the direction of the text as escapes.
///
/// Two texts that look the same are the same, letters that look alike apart.
pub(crate) fn harmless(text: &str) -> String {
    escaped(text, |c| c.is_control() || is_invisible(c))
}

/// The same in printable ASCII alone.
pub(crate) fn ascii(text: &str) -> String {
    escaped(text, |c| c.is_control() || !c.is_ascii())
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> String {
    if !text.contains(&is_escaped) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match is_escaped(c) {
            true => escaped.extend(c.escape_default()),
            false => escaped.push(c),
        }
    }
    escaped
}

/// What Unicode lets programs ignore (`Default_Ignorable_Code_Point`), separators of lines and paragraphs, marks of
/// annotations, and what XML refuses.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{fffe}'..='\u{ffff}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_written_out_and_letters_stay() {
        for (text, written) in [
            ("ACC-1 Ölwerke 株式会社 שלום", "ACC-1 Ölwerke 株式会社 שלום"),
            ("a\u{1b}[31m\n\r\u{9b}b", "a\\u{1b}[31m\\n\\r\\u{9b}b"),
            ("a\u{202e}b\u{200b}c\u{feff}\u{e0041}", "a\\u{202e}b\\u{200b}c\\u{feff}\\u{e0041}"),
            ("e\u{301}", "e\u{301}"),
        ] {
            assert_eq!(harmless(text), written);
        }
        assert_eq!(ascii("Ö\t1"), "\\u{d6}\\t1");
    }
}
