//! Root key sources, and how `init` writes a new one (C10).

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::{BadRootKey, RootKey};

/// A root key in any spelling is far shorter; what is longer is some other file.
const FILE_MAX: u64 = 4096;

/// Where the root key is to be read from.
pub enum RootKeySource {
    /// A file that holds it as text.
    File(PathBuf),
    /// The text itself.
    Text(SecretString),
}

/// Why there is no root key. Names the place and what is wrong with it, never the value.
#[derive(Debug, thiserror::Error)]
pub enum RootKeyError {
    /// The file is not there.
    #[error("there is no root key at {}; `keywright init` makes one, or restore yours from its backup", .0.display())]
    Missing(PathBuf),
    /// The file cannot be read.
    #[error("the root key at {} cannot be read: {source}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The file's text is not a root key.
    #[error("the file {} holds no root key: {why}", path.display())]
    BadFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        why: BadRootKey,
    },
    /// The setting's text is not a root key.
    #[error("ENCRYPTION_KEY is no root key: {0}")]
    BadText(BadRootKey),
}

/// Reads the root key from where it is.
pub fn load_root_key(source: &RootKeySource) -> Result<RootKey, RootKeyError> {
    match source {
        RootKeySource::Text(text) => RootKey::parse(text.expose_secret()).map_err(RootKeyError::BadText),
        RootKeySource::File(path) => {
            let text = read(path).map_err(|source| match source.kind() {
                io::ErrorKind::NotFound => RootKeyError::Missing(path.clone()),
                _ => RootKeyError::Unreadable { path: path.clone(), source },
            })?;
            let bad = |why| RootKeyError::BadFile { path: path.clone(), why };
            let text = std::str::from_utf8(&text).map_err(|_| bad(BadRootKey::Encoding))?;
            RootKey::parse(text).map_err(bad)
        }
    }
}

/// Writes `key` to a new file that only its owner may read, and makes file and name durable. An existing file is never
/// touched: whatever it holds may be the only way into a database.
pub fn write_root_key(path: &Path, key: &RootKey) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let written = write_durably(&mut file, key).and_then(|()| sync_parent(path));
    if written.is_err() {
        // Half a key must not look like one at the next start. The first error is the one to report.
        let _ = fs::remove_file(path);
    }
    written
}

fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    // One allocation, so that no copy of the key stays behind in freed memory.
    let mut text = Zeroizing::new(Vec::with_capacity(8192));
    File::open(path)?.take(FILE_MAX + 1).read_to_end(&mut text)?;
    Ok(text)
}

fn write_durably(file: &mut File, key: &RootKey) -> io::Result<()> {
    file.write_all(key.encode().expose_secret().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}

fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn file(path: &Path) -> RootKeySource {
        RootKeySource::File(path.to_owned())
    }

    #[test]
    fn what_is_written_is_read_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let key = RootKey::from_random(std::array::from_fn(|n| u8::try_from(n * n % 251).unwrap()));
        write_root_key(&path, &key).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(load_root_key(&file(&path)).ok().unwrap().id(), key.id());

        let refused = write_root_key(&path, &RootKey::from_random([6; 32])).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(load_root_key(&file(&path)).ok().unwrap().id(), key.id());
    }

    #[test]
    fn errors_name_the_place_and_never_the_value() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("root.key");
        let error = load_root_key(&file(&path)).err().unwrap();
        assert!(matches!(error, RootKeyError::Missing(_)) && error.to_string().contains("root.key"));

        for content in [&b"canary-not-a-key"[..], &[0xFF; 32], &[b'A'; 9000]] {
            fs::write(&path, content).unwrap();
            let error = load_root_key(&file(&path)).err().unwrap();
            assert!(matches!(error, RootKeyError::BadFile { .. }));
            let text = format!("{error} {error:?}");
            assert!(text.contains("root.key") && !text.contains("canary") && !text.contains("AAAA"), "{text}");
        }

        let error = load_root_key(&file(dir.path())).err().unwrap();
        assert!(matches!(error, RootKeyError::Unreadable { .. }));

        let error = load_root_key(&RootKeySource::Text("canary-not-a-key".to_owned().into())).err().unwrap();
        let text = format!("{error} {error:?}");
        assert!(text.contains("ENCRYPTION_KEY") && !text.contains("canary"), "{text}");
    }

    #[test]
    fn text_is_a_source_too() {
        let text = "7d0c5e1f9a3b8842c6d1e05f7749ab23fe6610d8935b2c47a1e8f0937bd4526c";
        let source = RootKeySource::Text(SecretString::from(text.to_owned()));
        assert_eq!(load_root_key(&source).ok().unwrap().id(), RootKey::parse(text).ok().unwrap().id());
        let weak = load_root_key(&RootKeySource::Text(SecretString::from("11".repeat(32)))).err().unwrap();
        assert!(matches!(weak, RootKeyError::BadText(BadRootKey::Pattern)));
    }
}
