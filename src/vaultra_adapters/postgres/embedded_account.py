"""Which account the embedded server runs as, and the places that this account can reach.

PostgreSQL refuses to run as root, so root hands it to `nobody`, who may not be able to reach our folders: a home or a
temporary directory of mode 0700 lies above them. Nothing is opened up for that. The cluster is reached through the
server's own working directory, the socket and, if need be, a copy of the binaries lie in a private directory under
the system's temporary one.
"""

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Any, Final, Self

import msgspec

from vaultra_core.errors import Unavailable

UNPRIVILEGED: Final = "nobody"
SOCKET_NAME: Final = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT: Final = 107  # bytes, sun_path in unix(7)


class Account(msgspec.Struct, frozen=True):
    """Who runs the server: ourselves, or an unprivileged account that root drops to."""

    uid: int
    gid: int
    dropped: bool

    @property
    def credentials(self) -> dict[str, Any]:
        """Arguments for `subprocess` that change to this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.dropped else {}

    def own(self, path: Path) -> None:
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    def seen_from_inside(self, cluster: Path) -> str:
        """The path under which the server, started in `cluster`, reaches it whatever lies above."""
        return "/proc/self/cwd" if self.dropped else str(cluster)

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter every directory down to `path`."""
        if not self.dropped:
            return True
        return all(self._enters(directory.stat()) for directory in [path, *path.parents] if directory.is_dir())

    def _enters(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        return bool(status.st_mode & (stat.S_IXGRP if status.st_gid == self.gid else stat.S_IXOTH))


def current_account() -> Account:
    """Ourselves; for root an existing account without rights. Raise `Unavailable` when there is none."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), dropped=False)
    try:
        entry = pwd.getpwnam(UNPRIVILEGED)
    except KeyError:
        message = f"PostgreSQL does not run as root and there is no account {UNPRIVILEGED!r}: use an ordinary user."
        raise Unavailable(message, dependency="database") from None
    return Account(entry.pw_uid, entry.pw_gid, dropped=True)


class RunDirectory(msgspec.Struct, frozen=True):
    """A private directory with a short path for one run of the server: its socket, and its binaries if copied."""

    path: Path
    note: Path

    @classmethod
    def create(cls, home: Path, account: Account) -> Self:
        """Make one, and remove the one that a killed run left behind (a note in `home` says where)."""
        note = home / "run-directory"
        if note.exists():
            cls(Path(note.read_text()), note).remove()
        for place in dict.fromkeys([Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]):  # noqa: S108
            length = len(os.fsencode(place / "vaultra-pg-12345678" / SOCKET_NAME))
            if place.is_dir() and length <= SOCKET_PATH_LIMIT and account.reaches(place):
                path = Path(tempfile.mkdtemp(prefix="vaultra-pg-", dir=place))  # mode 0700
                account.own(path)
                note.write_text(str(path))
                return cls(path, note)
        message = "No temporary directory has a path short enough for a socket: set TMPDIR to a shorter one."
        raise Unavailable(message, dependency="database")

    def remove(self) -> None:
        if self.path.name.startswith("vaultra-pg-"):
            shutil.rmtree(self.path, ignore_errors=True)
        self.note.unlink(missing_ok=True)


def copy_for(account: Account, installation: Path, run: RunDirectory) -> Path:
    """The installation itself if the account can reach it, else a copy of what the server needs."""
    if account.reaches(installation):
        return installation
    package, copied = installation.parent, run.path / "wheel"
    copy = copied / package.name / installation.name
    for program in ("postgres", "initdb"):
        (copy / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy2(installation / "bin" / program, copy / "bin" / program)
    shutil.copytree(installation / "lib", copy / "lib", symlinks=True, ignore=shutil.ignore_patterns("*.a"))
    shutil.copytree(installation / "share", copy / "share", symlinks=True)
    # The programs look for their libraries beside the package, by a path relative to their own.
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copied / libraries.name, symlinks=True)
    for folder, _, files in os.walk(copied):  # whatever the umask was, the account must get at its own copy
        for place in (Path(folder), *(Path(folder) / name for name in files)):
            os.chown(place, account.uid, account.gid, follow_symlinks=False)
    return copy
