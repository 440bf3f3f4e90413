//! Secret input: a hidden prompt, standard input or a file; never an argument, which every user of the machine could
//! read and every shell would remember.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Read, Write as _},
    path::Path,
};

use rustix::termios::{LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcsetattr};
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::CliError;

/// No secret is longer, in bytes.
const SECRET_MAX: usize = 64 * 1024;

/// Asks for a secret under `prompt` without showing it, or reads all of standard input where that is no terminal.
pub fn read_secret(prompt: &str) -> Result<SecretString, CliError> {
    read_optional_secret(prompt)?.ok_or_else(|| CliError::usage("the secret is empty"))
}

/// The same; an empty answer is none.
pub fn read_optional_secret(prompt: &str) -> Result<Option<SecretString>, CliError> {
    let text = if io::stdin().is_terminal() { prompted(prompt)? } else { whole(&mut io::stdin().lock())? };
    Ok(trimmed(&text))
}

/// Reads a secret from a file; the line break at its end does not count.
pub fn read_secret_file(path: &Path) -> Result<SecretString, CliError> {
    let shown = path.display();
    let mut file = File::open(path).map_err(|error| CliError::usage(format!("{shown} cannot be read: {error}")))?;
    let text = whole(&mut file)?;
    trimmed(&text).ok_or_else(|| CliError::usage(format!("{shown} is empty")))
}

fn trimmed(text: &Zeroizing<String>) -> Option<SecretString> {
    let text = text.trim_matches(['\r', '\n']);
    (!text.is_empty()).then(|| SecretString::from(text.to_owned()))
}

fn whole(input: &mut dyn Read) -> Result<Zeroizing<String>, CliError> {
    // Capacity for all of it from the start: a buffer that grows leaves copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_MAX + 1));
    let limit = u64::try_from(SECRET_MAX + 1).unwrap_or(u64::MAX);
    let unreadable = |error: io::Error| CliError::failure(format!("the secret cannot be read: {error}"));
    input.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() > SECRET_MAX {
        return Err(CliError::usage("that is too long for a secret"));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(CliError::usage("the secret is no text")),
    }
}

fn prompted(prompt: &str) -> Result<Zeroizing<String>, CliError> {
    let unreadable = |error: io::Error| CliError::failure(format!("the terminal cannot be read: {error}"));
    let mut messages = io::stderr();
    write!(messages, "{prompt}: ").and_then(|()| messages.flush()).map_err(unreadable)?;
    let hidden = Hidden::new().map_err(|error| unreadable(error.into()))?;
    let typed = type_in(&mut io::stdin().lock().bytes());
    drop(hidden);
    // The Enter that ended it was not echoed either.
    let _ = writeln!(messages);
    typed
}

/// A terminal that echoes nothing and hands over every byte, until dropped. Ctrl-C comes as a byte too: as a signal it
/// would end the process and leave the terminal like this.
struct Hidden(Termios);

impl Hidden {
    fn new() -> rustix::io::Result<Self> {
        let before = tcgetattr(rustix::stdio::stdin())?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        hidden.special_codes[SpecialCodeIndex::VMIN] = 1;
        hidden.special_codes[SpecialCodeIndex::VTIME] = 0;
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &hidden)?;
        Ok(Self(before))
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        // There is no second way to restore it.
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Reads a line as a terminal's own editing would: Enter ends, Backspace takes a character back, Ctrl-U all of them.
fn type_in(bytes: &mut dyn Iterator<Item = io::Result<u8>>) -> Result<Zeroizing<String>, CliError> {
    let mut typed = Zeroizing::new(Vec::with_capacity(SECRET_MAX));
    for byte in bytes {
        match byte.map_err(|error| CliError::failure(format!("the terminal cannot be read: {error}")))? {
            b'\r' | b'\n' | 0x04 => break,
            0x03 => return Err(CliError::interrupted()),
            0x15 => typed.clear(),
            0x08 | 0x7f => while typed.pop().is_some_and(|byte| byte & 0xC0 == 0x80) {},
            byte if typed.len() < SECRET_MAX => typed.push(byte),
            _ => return Err(CliError::usage("that is too long for a secret")),
        }
    }
    match std::str::from_utf8(&typed) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => Err(CliError::usage("the secret is no text")),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;
    use crate::cli::error::Kind;

    fn typed(bytes: &[u8]) -> Result<String, CliError> {
        type_in(&mut bytes.iter().map(|byte| Ok(*byte))).map(|text| text.to_string())
    }

    #[test]
    fn typing_can_be_corrected_and_broken_off() {
        assert_eq!(typed(b"secret\rmore").unwrap(), "secret");
        assert_eq!(typed("xü\u{7f}y\n".as_bytes()).unwrap(), "xy");
        assert_eq!(typed(b"wrong\x15right\n").unwrap(), "right");
        assert_eq!(typed(b"\x7f\x7fa\n").unwrap(), "a");
        assert_eq!(typed(b"half\x03").unwrap_err().kind(), Kind::Interrupted);
        assert_eq!(typed(b"\xff\n").unwrap_err().kind(), Kind::Usage);
        let endless = vec![b'x'; SECRET_MAX + 1];
        assert_eq!(typed(&endless).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn files_lose_their_last_line_break_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        std::fs::write(&path, " s p \r\n").unwrap();
        assert_eq!(read_secret_file(&path).unwrap().expose_secret(), " s p ");
        std::fs::write(&path, "\n").unwrap();
        assert!(read_secret_file(&path).is_err());
        std::fs::write(&path, vec![b'x'; SECRET_MAX + 1]).unwrap();
        assert!(read_secret_file(&path).is_err());
        assert!(read_secret_file(&dir.path().join("missing")).unwrap_err().to_string().contains("missing"));
    }
}
