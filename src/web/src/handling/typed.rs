//! Typed lists and numbers: what people type into a field of a plain form, as values.

/// What stands between entries, also as Chinese is typed.
const COMMAS: [char; 3] = [',', '，', '、'];

/// One entry a line, or several with commas or blanks between them.
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.split(|c: char| COMMAS.contains(&c) || c.is_whitespace())
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Entries that may hold blanks, with commas or line breaks between them.
pub(crate) fn between_commas(text: &str) -> Vec<String> {
    text.split(|c: char| COMMAS.contains(&c) || c == '\n')
        .map(str::trim)
        .filter(|entry| !entry.is_empty())
        .map(str::to_owned)
        .collect()
}

/// A whole number as people write it: `1,000`, `1.000` and `1 000` are `1000`. What has decimals stays as it is, to be
/// refused: `2,5` is not 25.
pub(crate) fn number(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let groups: Vec<&str> = text.split([',', '.']).collect();
    let (first, rest) = groups.split_at(1.min(groups.len()));
    let grouped = first.iter().all(|first| (1..=3).contains(&first.len())) && rest.iter().all(|group| group.len() == 3);
    if grouped { groups.concat() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_they_are_typed() {
        assert_eq!(entries("gpt-5, gpt-4o\n text-*"), ["gpt-5", "gpt-4o", "text-*"]);
        assert_eq!(between_commas(" night run, ci,\n\nteam a "), ["night run", "ci", "team a"]);
        assert_eq!((number("1,000"), number(" 60 ")), ("1000".to_owned(), "60".to_owned()));
        assert_eq!((number("10.000"), number("1 000 000")), ("10000".to_owned(), "1000000".to_owned()));
        assert_eq!((number("2,5"), number("0.5"), number("1,00")), ("2,5".into(), "0.5".into(), "1,00".into()));
        assert_eq!(between_commas("夜间，ci、a b"), ["夜间", "ci", "a b"]);
        assert!(entries(" , ").is_empty());
    }
}
