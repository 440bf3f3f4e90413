//! Terminal escaping of text from outside. Names of models and programs come from whoever called the gateway; on a
//! terminal they must not move the cursor, change colours or turn the reading direction.

use std::fmt::Write as _;

use domain::text::is_invisible;

/// One line: what is invisible or takes more than its place is replaced.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { ' ' } else { visible(c) }).collect()
}

/// The same, with line breaks kept.
pub(super) fn lines(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { visible(c) }).collect()
}

/// JSON escapes control characters below blank by itself; DEL and those of Latin-1 (a terminal may take U+009B for
/// the beginning of a command) can only stand inside strings and are escaped here.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\u{7f}'..='\u{9f}') {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    out
}

fn visible(c: char) -> char {
    if is_invisible(c) { char::REPLACEMENT_CHARACTER } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_commanded() {
        assert_eq!(plain("a\u{1b}[2Jb\tc\nd\u{9b}e\u{202e}f ü"), "a\u{fffd}[2Jb c d\u{fffd}e\u{fffd}f ü");
        assert_eq!(lines("a\nb\r"), "a\nb\u{fffd}");
        let text = serde_json::to_string("a\u{1b}\u{7f}\u{9b}ü").unwrap();
        let shown = json(&text);
        assert_eq!(shown, r#""a\u001b\u007f\u009bü""#);
        assert_eq!(serde_json::from_str::<String>(&shown).unwrap(), "a\u{1b}\u{7f}\u{9b}ü");
    }
}
