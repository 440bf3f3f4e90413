//! Echo tokenizer: each word (what stands between white space) is one token for every four characters or part of four.
//! `hello world` is `hell`, `o`, ` worl`, `d`: four. White space alone is none.

/// Most tokens in an answer.
pub const MOST: usize = 4096;

/// Most pieces that an answer is streamed in.
const MOST_PIECES: usize = 256;

/// Tokens of `text`.
pub fn count(text: &str) -> usize {
    text.split_whitespace().map(|word| word.chars().count().div_ceil(4)).sum()
}

/// The begin of `text` that is `most` tokens long, and whether that is all of it.
pub(super) fn cut(text: &str, most: usize) -> (&str, bool) {
    let mut end = 0;
    for (seen, piece) in pieces(text).enumerate() {
        if seen == most && !piece.trim().is_empty() {
            return (&text[..end], false);
        }
        end += piece.len();
    }
    (text, true)
}

/// `text` as a stream sends it: token by token, several at a time where there are many. Together they are `text`.
pub(super) fn streamed(text: &str) -> Vec<&str> {
    let at_a_time = count(text).div_ceil(MOST_PIECES).max(1);
    let mut out = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (seen, piece) in pieces(text).enumerate() {
        if seen > 0 && seen % at_a_time == 0 {
            out.push(&text[start..end]);
            start = end;
        }
        end += piece.len();
    }
    if end > start {
        out.push(&text[start..end]);
    }
    out
}

/// Each token with the white space in front of it; white space at the end is a piece of its own.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let space = rest.len() - rest.trim_start().len();
        let word = &rest[space..];
        let length: usize = word.chars().take(4).take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum();
        let (piece, left) = rest.split_at(space + length);
        rest = left;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_rule() {
        for (text, tokens) in [("", 0), (" \n", 0), ("hi", 1), ("hello world", 4), ("  hello  ", 2), ("éééé é", 2)]
        {
            assert_eq!(count(text), tokens, "{text:?}");
        }
        assert_eq!(cut("hello world", 3), ("hello worl", false));
        assert_eq!(cut("hello ", 2), ("hello ", true));
        assert_eq!(streamed("hello world "), ["hell", "o", " worl", "d", " "]);
    }

    proptest! {
        #[test]
        fn pieces_are_the_text(text in "[a-z é\u{2003}\n]{0,3000}") {
            let pieces = streamed(&text);
            prop_assert_eq!(pieces.concat(), text.as_str());
            prop_assert!(pieces.len() <= MOST_PIECES + 1);
            prop_assert!(pieces.iter().all(|piece| !piece.is_empty()));
        }

        #[test]
        fn a_cut_is_as_long_as_asked(text in "[a-z é\n]{0,60}", most in 0_usize..20) {
            let (begin, all) = cut(&text, most);
            prop_assert!(text.starts_with(begin));
            prop_assert_eq!(count(begin), count(&text).min(most));
            prop_assert_eq!(all, count(&text) <= most);
        }
    }
}
