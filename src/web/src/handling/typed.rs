//! Typed lists and numbers: what people type into a field of a plain form, as values.

/// One entry a line, or several with commas or blanks between them.
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// Entries that may hold blanks, with commas or line breaks between them.
pub(crate) fn between_commas(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// A number as people write it: `1,000` is `1000`.
pub(crate) fn number(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_they_are_typed() {
        assert_eq!(entries("gpt-5, gpt-4o\n text-*"), ["gpt-5", "gpt-4o", "text-*"]);
        assert_eq!(between_commas(" night run, ci,\n\nteam a "), ["night run", "ci", "team a"]);
        assert_eq!((number("1,000"), number(" 60 ")), ("1000".to_owned(), "60".to_owned()));
        assert!(entries(" , ").is_empty());
    }
}
