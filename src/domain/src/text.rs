//! Unicode text rules: case folding for search, and the code points that no name may hold (control, bidirectional
//! formatting, zero-width), which make one name look like another.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization as _;

/// Whether `c` is invisible or turns the reading direction: control characters (Cc), the line and paragraph separators,
/// the bidirectional formatting characters of UAX #9, and zero-width and filler characters. Blanks and the variation
/// selectors that emoji need are none of them.
pub const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        // Control characters.
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}'
        // Soft hyphen, combining grapheme joiner, fillers of Hangul and Khmer.
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
        // Bidirectional marks, embeddings, overrides and isolates; Mongolian vowel separator.
        | '\u{61c}' | '\u{180e}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Zero-width blanks and joiners, separators, invisible operators, deprecated format characters.
        | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        // Tags.
        | '\u{e0000}'..='\u{e007f}'
    )
}

/// `text` with each invisible character made visible as U+FFFD: for names that are older than the rule.
pub fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_invisible) {
        let shown = |c| if is_invisible(c) { char::REPLACEMENT_CHARACTER } else { c };
        Cow::Owned(text.chars().map(shown).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` as it is compared in a search: compatibility forms are one (NFKC), so are the cases of a letter (the lower case
/// of the upper case, which makes `ß`, `SS` and `ss` one), blanks are U+0020, and invisible characters are left out.
/// Folding a folded text changes nothing.
pub fn fold(text: &str) -> String {
    let shown = |c: &char| c.is_whitespace() || !is_invisible(*c);
    let blank = |c: char| if c.is_whitespace() { ' ' } else { c };
    let upper: String = text.nfkc().filter(shown).map(blank).flat_map(char::to_uppercase).collect();
    upper.to_lowercase().replace('ς', "σ").nfkc().filter(shown).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cases_and_compatibility_forms_are_one() {
        for (one, other) in [
            ("Checkout CI", "checkout ci"),
            ("STRASSE", "straße"),
            ("ΣΊΣΥΦΟΣ", "σίσυφος"),
            ("Café", "Cafe\u{301}"),
            ("ＦＵＬＬ　width", "full width"),
            ("ﬁnance", "FINANCE"),
            ("9fQ2…Lk7a", "9fq2...lk7a"),
        ] {
            assert_eq!(fold(one), fold(other), "{one}");
        }
        assert_ne!(fold("密钥"), fold("秘钥"));
        assert_eq!(fold("密钥 服务"), "密钥 服务");
        assert_eq!(fold("a\u{202e}b\u{200b}c\u{0}\td"), "abc d");
    }

    #[test]
    fn invisible_characters_are_named_and_made_visible() {
        for c in ['\u{0}', '\u{1b}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{feff}', '\u{2028}'] {
            assert!(is_invisible(c), "{c:?}");
        }
        for c in "aZ9 -_.ü密é👍\u{fe0f}\u{301}\u{a0}".chars() {
            assert!(!is_invisible(c), "{c:?}");
        }
        assert_eq!(visible("pay\u{202e}lla"), "pay\u{fffd}lla");
        assert!(matches!(visible("plain"), Cow::Borrowed("plain")));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in any::<String>()) {
            let folded = fold(&text);
            prop_assert!(!folded.chars().any(is_invisible));
            prop_assert_eq!(fold(&folded), folded);
        }
    }
}
