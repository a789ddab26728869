"""A new key-encryption key for a whole ring, in one step that cannot be half done.

What overwriting leaves behind (old blocks of a disk, backups) stays wrapped under the old key-encryption key,
which nobody has any more once the custodians destroyed its shares. So this is how a key is destroyed, and
what is done when a share may have been seen.

    prepare   all keys, newly wrapped, and the new shares (as `.part`) or passphrase parameters; tried once
    commit    the folder `renewal.part` becomes `renewal`
    finish    each new file takes the place of the old one, which is overwritten

Broken off before the commit, nothing has changed; after it, `finish` goes on where it stopped, at the latest
when the ring is next opened. It overwrites nothing before every new file is seen to be there as it was written:
a share lies on a custodian's stick, which may not be in, or may have lost its last write.
Stop the role's processes first: they read keys at each call.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pseudonymisation.custody import Custody, Shares, custody_of
from pseudonymisation.dropfolder import exclusive, lock_of, part_of, publish, sync_folder
from pseudonymisation.errors import KeyRingMissingError
from pseudonymisation.keyfacts import about_path, certificate_path, destroyed
from pseudonymisation.keystore import KEY_SUFFIX, KeyStore
from pseudonymisation.passphrase import NEW_PASSPHRASE_VARIABLE, PARAMETERS_FILE, Passphrase
from pseudonymisation.privatefiles import shred, write_private

_JOURNAL = "renewal"
_LIST = "files.json"


@dataclass(frozen=True)
class _NewFile:
    """A file that takes the place of an old one, and the SHA-256 of what it holds."""

    new: Path
    old: Path
    digest: str

    @property
    def is_placed(self) -> bool:
        return _digest(self.old) == self.digest


def renew(folder: Path, owner: tuple[str, str], leaving: Mapping[str, bytes] | None = None) -> None:
    """Wrap all keys of a ring under a new key-encryption key, but those that leave.

    Args:
        folder: the key ring.
        owner: its role and name.
        leaving: signed certificate by name of each key that is destroyed.

    Raises:
        KeyRingMissingError, UnsafeKeyRingError: when a key does not open, or there is no new passphrase.
    """
    with changing(folder):
        journal = folder / _JOURNAL
        _prepare(part_of(journal), folder, owner, leaving or {})
        publish(journal)
    finish(folder)


def finish(folder: Path) -> None:
    """Carry a renewal to its end that was committed; nothing happens when there is none.

    Raises:
        KeyRingMissingError: when a new file is not as it was written, such as the share on a stick that is not in.
            Nothing was overwritten then that was not overwritten before.
    """
    if (folder / _JOURNAL).is_dir():
        with changing(folder):
            pass


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """While in here nobody else changes which keys a ring has, or how they are wrapped.

    Raises:
        KeyRingMissingError: as `finish`, for a renewal that was broken off is finished first.
    """
    with exclusive(lock_of(folder)):
        if (folder / _JOURNAL).is_dir():
            _finish(folder, folder / _JOURNAL)
        yield


def _prepare(part: Path, folder: Path, owner: tuple[str, str], leaving: Mapping[str, bytes]) -> None:
    if part.exists():
        shutil.rmtree(part)
    part.mkdir(mode=0o700)
    kept, shares = custody_of(folder), dict[str, str]()
    if isinstance(kept, Shares):
        unfinished = Shares(part_of(kept.first), part_of(kept.second))
        for path in unfinished.paths():
            path.unlink(missing_ok=True)
        new: Custody = unfinished
        new.create()
        shares = {str(path.resolve()): _digest(part_of(path)) for path in kept.paths()}
    else:
        new = Passphrase(part / PARAMETERS_FILE, NEW_PASSPHRASE_VARIABLE)
        new.create()
    old_keys, new_keys = KeyStore(folder, owner, kept), KeyStore(part, owner, new)
    for name in old_keys.names():
        if name not in leaving:
            new_keys.put(name, old_keys.get(name))
            new_keys.get(name)
    files = {path.name: _digest(path) for path in sorted(part.iterdir())}
    write_private(part / _LIST, json.dumps({"shares": shares, "files": files}).encode())
    for name, certificate in leaving.items():
        write_private(certificate_path(part, name), certificate)


def _finish(folder: Path, journal: Path) -> None:
    new_files = _listed(folder, journal)
    _require(new_files)
    for one in new_files:
        if not one.is_placed:
            _put_in_place(one.new, one.old)
    for name in destroyed(journal):
        shred(KeyStore(folder, ("", "")).path(name))
        about_path(folder, name).unlink(missing_ok=True)
        certificate_path(journal, name).replace(certificate_path(folder, name))
    sync_folder(folder)
    shutil.rmtree(journal)
    sync_folder(folder)


def _listed(folder: Path, journal: Path) -> list[_NewFile]:
    """What takes whose place: the shares first, for without them the rest is of no use."""
    listed = json.loads((journal / _LIST).read_bytes())
    shares = [_NewFile(part_of(Path(path)), Path(path), digest) for path, digest in listed["shares"].items()]
    files = [_NewFile(journal / name, folder / name, digest) for name, digest in listed["files"].items()]
    return [*shares, *files]


def _require(new_files: Sequence[_NewFile]) -> None:
    missing = [one for one in new_files if not one.is_placed and _digest(one.new) != one.digest]
    if not missing:
        return
    is_begun = any(one.is_placed for one in new_files if one.old.suffix == KEY_SUFFIX)
    raise KeyRingMissingError(
        "A renewal of this key ring was broken off, and a new file of it is not there as it was written",
        where=str(missing[0].new),
        remedy="Let both custodians bring the sticks that they brought then; it goes on by itself, and until then"
        " nothing more is overwritten. If the file is lost, put back the old shares from their copies, and "
        + (
            "the ring from its backup."
            if is_begun
            else f"remove the ring's folder '{_JOURNAL}': the ring opens as before."
        ),
    )


def _put_in_place(new: Path, old: Path) -> None:
    shred(old)
    new.replace(old)
    sync_folder(old.parent)


def _digest(path: Path) -> str:
    """SHA-256 of a file, as hex; empty when it cannot be read. Of a share it says nothing: that is 32 random bytes."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
