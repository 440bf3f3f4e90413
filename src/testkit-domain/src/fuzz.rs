//! Fuzzing dictionary: bytes of a fuzzing engine become text that is near to a grammar.

/// Bytes below 0x80 stand for themselves, so that seeds are written as plain text; each other byte stands for a word
/// of `dictionary`.
pub fn spell(bytes: &[u8], dictionary: &[&[u8]]) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes.len() * 4);
    for byte in bytes {
        match byte.checked_sub(0x80) {
            None => text.push(*byte),
            Some(number) => text.extend_from_slice(dictionary[usize::from(number) % dictionary.len()]),
        }
    }
    text
}

/// Cuts `text` into pieces of at most `sizes[0]`, `sizes[1]`… bytes in turn; whole where there are none. No piece is
/// empty.
pub fn cut<'t>(mut text: &'t [u8], sizes: &[u8]) -> Vec<&'t [u8]> {
    let mut pieces = Vec::new();
    for size in sizes.iter().cycle() {
        if text.is_empty() {
            return pieces;
        }
        let (piece, rest) = text.split_at(usize::from(*size).clamp(1, text.len()));
        pieces.push(piece);
        text = rest;
    }
    pieces.push(text);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_stands_for_itself_and_other_bytes_for_words() {
        assert_eq!(spell(b"a\x80\x81\x82b", &[b"<", b"\xff\n"]), b"a<\xff\n<b");
    }

    #[test]
    fn pieces_put_together_are_the_text() {
        for sizes in [&[][..], &[0], &[1], &[3, 200], &[255]] {
            let pieces = cut(b"0123456789", sizes);
            assert!(pieces.iter().all(|piece| !piece.is_empty()));
            assert_eq!(pieces.concat(), b"0123456789");
        }
        assert_eq!(cut(b"0123456789", &[3, 1]).len(), 5);
        assert!(cut(b"", &[1]).is_empty());
    }
}
