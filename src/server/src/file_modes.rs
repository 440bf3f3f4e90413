//! File permissions of the product's files: who else may read or change them.
//!
//! `serve` narrows what it owns, warns about what others can read and it cannot narrow, and refuses what others can
//! change: whoever can write the data directory, the root key or the settings decides what the product does.

use std::{
    fs::{self, Metadata, Permissions},
    io,
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

const OTHERS_READ: u32 = 0o044;
const OTHERS_WRITE: u32 = 0o022;
const ANY_OTHERS: u32 = 0o077;
/// In a directory with this bit users cannot remove what others have put there.
const STICKY: u32 = 0o1000;

/// The files that a start depends on.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The file of the root key, if it comes from one.
    pub root_key: Option<PathBuf>,
    /// The settings file, whether or not there is one.
    pub settings: PathBuf,
}

/// Something that others can change. `Display` names the fix.
#[derive(Debug, thiserror::Error)]
#[error("{what} {} can be changed by other users of this machine (mode {mode:04o}); {fix}", path.display())]
pub struct Writable {
    what: &'static str,
    path: PathBuf,
    mode: u32,
    fix: String,
}

/// Something that others can read. `Display` names the fix.
#[derive(Debug, PartialEq, Eq)]
pub struct Readable {
    what: &'static str,
    path: PathBuf,
    mode: u32,
}

impl std::fmt::Display for Readable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { what, path, mode } = self;
        let (shown, narrow) = (path.display(), mode & 0o700);
        write!(f, "{what} {shown} can be read by other users of this machine (mode {mode:04o}); ")?;
        write!(f, "run: chmod {narrow:o} {shown}, or mount it with mode {narrow:04o}")
    }
}

/// What others can change, the first one found. Looks only.
pub fn check_unchangeable(paths: &Paths) -> Result<(), Writable> {
    refuse("the data directory", &paths.data_dir)?;
    for (what, path) in [("the settings file", Some(&paths.settings)), ("the root key file", paths.root_key.as_ref())] {
        let Some(path) = path.filter(|path| path.exists()) else { continue };
        refuse(what, path)?;
        refuse_replaceable(what, path)?;
    }
    Ok(())
}

/// What others can read; nothing in a data directory that they cannot enter. Looks only.
pub fn readable_by_others(paths: &Paths) -> Vec<Readable> {
    let files = [
        ("the data directory", Some(&paths.data_dir)),
        ("the settings file", Some(&paths.settings)),
        ("the root key file", paths.root_key.as_ref()),
    ];
    let open = mode(&paths.data_dir).is_ok_and(|(_, mode)| mode & ANY_OTHERS != 0);
    let within = if open { owned_files(&paths.data_dir) } else { Vec::new() };
    let look = |(what, path): (&'static str, Option<&PathBuf>)| readable(what, path?);
    files.into_iter().filter_map(look).chain(within.iter().filter_map(|path| readable("the file", path))).fold(
        Vec::new(),
        |mut found, one| {
            // A root key in the data directory is on both lists.
            if !found.iter().any(|known: &Readable| known.path == one.path) {
                found.push(one);
            }
            found
        },
    )
}

/// Takes the permissions of others from the data directory and from the files in it that are ours. What is left, and
/// what could not be narrowed, is returned by [`readable_by_others`].
pub fn narrow(data_dir: &Path) {
    let own = effective_uid();
    let directories = [data_dir.to_owned(), data_dir.join("spool")];
    for path in directories.into_iter().chain(owned_files(data_dir)) {
        let Ok(found) = fs::metadata(&path) else { continue };
        let mode = found.mode() & 0o7777;
        if mode & ANY_OTHERS == 0 || found.uid() != own {
            continue;
        }
        match fs::set_permissions(&path, Permissions::from_mode(mode & !ANY_OTHERS)) {
            Ok(()) => tracing::warn!(
                path = %path.display(),
                was = format!("{mode:04o}"),
                "permissions of other users were taken away; whoever used them before may have read it"
            ),
            Err(error) => tracing::warn!(path = %path.display(), %error, "permissions cannot be narrowed"),
        }
    }
}

/// The user this process acts as; without `unsafe`, so through /proc.
pub fn effective_uid() -> u32 {
    fs::metadata("/proc/self").map_or(u32::MAX, |metadata| metadata.uid())
}

/// The files of ours in a data directory: databases with their companions, root key, setup token, spool segments.
fn owned_files(data_dir: &Path) -> Vec<PathBuf> {
    let named = [
        "control.db",
        "control.db-wal",
        "control.db-shm",
        "control.db-journal",
        "usage.db",
        "usage.db-wal",
        "usage.db-shm",
        "usage.db-journal",
        "root.key",
        "setup-token",
    ];
    let segments =
        fs::read_dir(data_dir.join("spool")).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    named.into_iter().map(|name| data_dir.join(name)).chain(segments).filter(|path| is_file(path)).collect()
}

/// A link out of the directory leads to what is not ours to change.
fn is_file(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|found| found.is_file())
}

fn refuse(what: &'static str, path: &Path) -> Result<(), Writable> {
    match mode(path) {
        Ok((_, mode)) if mode & OTHERS_WRITE == 0 => Ok(()),
        Ok((found, mode)) => {
            let shown = path.display();
            let fix = if found.is_dir() && found.uid() != effective_uid() {
                format!("use a directory of this user alone, such as {shown}/keywright")
            } else {
                format!("run: chmod go-w {shown}")
            };
            Err(Writable { what, path: path.to_owned(), mode, fix })
        }
        // What is not there, or cannot be looked at, fails where it is used, with a better sentence.
        Err(_) => Ok(()),
    }
}

/// Whoever may write the directory of a file may put another one in its place.
fn refuse_replaceable(what: &'static str, path: &Path) -> Result<(), Writable> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match mode(parent) {
        Ok((_, mode)) if mode & 0o002 != 0 && mode & STICKY == 0 => {
            let fix = format!("run: chmod o-w {}", parent.display());
            Err(Writable { what, path: path.to_owned(), mode, fix })
        }
        _ => Ok(()),
    }
}

fn readable(what: &'static str, path: &Path) -> Option<Readable> {
    let (_, mode) = mode(path).ok()?;
    (mode & OTHERS_READ != 0).then(|| Readable { what, path: path.to_owned(), mode })
}

fn mode(path: &Path) -> io::Result<(Metadata, u32)> {
    fs::metadata(path).map(|found| {
        let mode = found.mode() & 0o7777;
        (found, mode)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scene() -> (tempfile::TempDir, Paths) {
        let dir = tempfile::tempdir().unwrap();
        let data_dir = dir.path().join("data");
        fs::create_dir_all(data_dir.join("spool")).unwrap();
        for name in ["control.db", "control.db-wal", "usage.db", "root.key", "setup-token", "spool/1.seg", "foreign"] {
            fs::write(data_dir.join(name), "x").unwrap();
            set(&data_dir.join(name), 0o644);
        }
        let settings = dir.path().join("keywright.toml");
        fs::write(&settings, "").unwrap();
        set(&settings, 0o600);
        set(&data_dir, 0o755);
        let root_key = Some(data_dir.join("root.key"));
        (dir, Paths { data_dir, root_key, settings })
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn mode_of(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o7777
    }

    #[test]
    fn what_is_ours_is_narrowed_and_nothing_else() {
        let (_dir, paths) = scene();
        std::os::unix::fs::symlink("/etc/hostname", paths.data_dir.join("usage.db-wal")).unwrap();
        let outside = mode_of(Path::new("/etc/hostname"));
        assert!(readable_by_others(&paths).len() >= 7);
        narrow(&paths.data_dir);
        for (name, mode) in [
            ("", 0o700),
            ("spool", 0o700),
            ("control.db", 0o600),
            ("control.db-wal", 0o600),
            ("usage.db", 0o600),
            ("root.key", 0o600),
            ("setup-token", 0o600),
            ("spool/1.seg", 0o600),
            ("foreign", 0o644),
        ] {
            assert_eq!(mode_of(&paths.data_dir.join(name)), mode, "{name}");
        }
        assert_eq!(mode_of(Path::new("/etc/hostname")), outside);
        assert_eq!(readable_by_others(&paths), []);
    }

    #[test]
    fn what_others_can_change_is_refused_with_the_fix() {
        let (dir, paths) = scene();
        check_unchangeable(&paths).unwrap();
        let root_key = paths.root_key.clone().unwrap();
        for (path, bad, good) in [
            (&paths.data_dir, 0o777, 0o700),
            (&paths.data_dir, 0o720, 0o700),
            (&root_key, 0o602, 0o600),
            (&paths.settings, 0o660, 0o600),
        ] {
            set(path, bad);
            let said = check_unchangeable(&paths).unwrap_err().to_string();
            assert!(said.contains(&format!("chmod go-w {}", path.display())), "{said}");
            set(path, good);
            check_unchangeable(&paths).unwrap();
        }
        // The directory around the settings file: without the sticky bit everyone may replace it.
        set(dir.path(), 0o777);
        let said = check_unchangeable(&paths).unwrap_err().to_string();
        assert!(said.contains("chmod o-w"), "{said}");
        set(dir.path(), 0o1777);
        check_unchangeable(&paths).unwrap();
    }

    #[test]
    fn a_mounted_secret_that_others_can_read_is_named() {
        let (dir, mut paths) = scene();
        narrow(&paths.data_dir);
        let mounted = dir.path().join("secret");
        fs::write(&mounted, "x").unwrap();
        set(&mounted, 0o444);
        paths.root_key = Some(mounted.clone());
        let said: Vec<String> = readable_by_others(&paths).iter().map(ToString::to_string).collect();
        assert_eq!(said.len(), 1);
        assert!(said[0].contains(&mounted.display().to_string()) && said[0].contains("chmod 400"), "{said:?}");
    }
}
