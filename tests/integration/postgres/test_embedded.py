"""The embedded server ends with its owner, comes back over whatever that left, and belongs to one owner at a time."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from vaultra_adapters.postgres.embedded import EmbeddedPostgres, wheel_binaries
from vaultra_adapters.postgres.embedded_account import Account, current_account
from vaultra_core.errors import Unavailable

OWNER = """
import sys, time
from pathlib import Path
from vaultra_adapters.postgres.embedded import EmbeddedPostgres
with EmbeddedPostgres(Path(sys.argv[1]), lock_timeout=20, settings={"fsync": "off"}) as server:
    print(server.pid, server.url, flush=True)
    time.sleep(300)
"""


def embedded(folder: Path, *, lock_timeout: float = 30, **settings: str) -> EmbeddedPostgres:
    """A server that survives the death of processes but no power failure, which makes it faster."""
    return EmbeddedPostgres(folder, lock_timeout=lock_timeout, settings={"fsync": "off", **settings})


@pytest.fixture
def owner(tmp_path: Path) -> Iterator["Owner"]:
    process = Owner(tmp_path / "data")
    yield process
    process.kill()
    if (note := process.folder / "run-directory").exists():  # the next start would remove what a killed one left
        shutil.rmtree(note.read_text(), ignore_errors=True)


class Owner:
    """A process of its own that runs the server over a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process = subprocess.Popen([sys.executable, "-c", OWNER, folder], stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        with self._process.stdout as output:
            pid, self.url = output.readline().split()
        self.server_pid = int(pid)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


def query(url: str, *statements: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(url)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def gone(pid: int, seconds: float = 60) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_killed_owner_takes_the_server_along_and_loses_nothing_committed(owner: Owner) -> None:
    query(owner.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
    owner.kill()
    with embedded(owner.folder) as server:  # at once: the old server may still be going down
        assert query(server.url, "SELECT n FROM kept") == 7
        assert gone(owner.server_pid)


def test_the_server_does_not_outlive_its_owner(owner: Owner) -> None:
    owner.kill()
    assert gone(owner.server_pid)


def answer_of(server: EmbeddedPostgres, question: str = "SELECT 1") -> object:
    """What the server says as soon as it is back."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return query(server.url, question)
        except (OSError, asyncpg.PostgresError):
            assert time.monotonic() < deadline, "the server did not come back"
            time.sleep(0.05)


def test_a_killed_server_is_started_again(tmp_path: Path) -> None:
    with embedded(tmp_path / "data") as server:
        query(server.url, "CREATE TABLE kept (n int)", "INSERT INTO kept VALUES (7)", "SELECT 1")
        first = server.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        assert answer_of(server, "SELECT n FROM kept") == 7
        assert server.pid != first


def test_a_server_that_is_killed_while_it_recovers_is_started_again(tmp_path: Path) -> None:
    """It dies before it is ready, which would be a reason to give up at a first start only."""
    with embedded(tmp_path / "data") as server:
        killed = server.pid
        assert killed is not None
        os.kill(killed, signal.SIGKILL)
        deadline = time.monotonic() + 60
        while server.pid == killed and time.monotonic() < deadline:
            time.sleep(0.001)
        assert server.pid is not None and server.pid != killed
        os.kill(server.pid, signal.SIGKILL)
        assert answer_of(server) == 1


def test_a_pid_file_that_names_somebody_else_does_not_matter(tmp_path: Path) -> None:
    with embedded(tmp_path / "data"):
        pass
    # Somebody else's process by now, of the server's own account: PostgreSQL alone would refuse to start.
    stranger = subprocess.Popen(["sleep", "60"], **current_account().credentials)
    try:
        stale = tmp_path / "data" / "cluster" / "postmaster.pid"
        stale.write_text(f"{stranger.pid}\n{tmp_path}\n1\n5432\n/nowhere\n\n  1 1\nready\n")
        with embedded(tmp_path / "data") as server:
            assert query(server.url, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_half_made_cluster_is_made_again(tmp_path: Path) -> None:
    half = tmp_path / "data" / "cluster.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded(tmp_path / "data") as server:
        assert query(server.url, "SELECT current_database()") == "vaultra"
    assert not half.exists()


def test_a_second_owner_is_refused_while_the_first_one_lives(owner: Owner) -> None:
    second = embedded(owner.folder, lock_timeout=0.2)
    with pytest.raises(Unavailable, match="Another process runs the database"):
        second.start()
    assert query(owner.url, "SELECT 1") == 1


def test_a_second_owner_waits_for_the_first_to_end(tmp_path: Path) -> None:
    first = embedded(tmp_path / "data")
    first.start()
    waiting = subprocess.Popen([sys.executable, "-c", OWNER, tmp_path / "data"], stdout=subprocess.PIPE, text=True)
    try:
        time.sleep(0.5)
        assert waiting.poll() is None
        first.stop()
        assert waiting.stdout is not None
        assert query(waiting.stdout.readline().split()[1], "SELECT 1") == 1
    finally:
        waiting.kill()
        waiting.communicate()


def test_a_server_that_refuses_to_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="no_such_setting"):
        embedded(tmp_path / "data", no_such_setting="1").start()
    with embedded(tmp_path / "data") as server:  # and has given the folder back
        assert query(server.url, "SELECT 1") == 1


def test_nothing_listens_but_a_private_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a long name " * 8) / "data"  # longer than a socket's path may be
    with embedded(deep) as server:
        assert query(server.url, "SHOW listen_addresses") == ""
        sockets = Path(server.url.partition("host=")[2].replace("%2F", "/"))
        assert sockets.stat().st_mode & 0o077 == 0
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_root_hands_the_server_to_an_account_without_rights(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)  # nothing is opened up for that account
    with embedded(tmp_path / "data") as server:
        nobody = pwd.getpwnam("nobody").pw_uid
        assert server.pid is not None
        assert Path(f"/proc/{server.pid}").stat().st_uid == nobody
    assert tmp_path.stat().st_mode & 0o777 == 0o700


def test_an_account_reaches_only_what_lies_below_open_folders(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert Account(os.geteuid(), os.getegid(), dropped=False).reaches(closed)
    assert not Account(65_530, 65_530, dropped=True).reaches(closed)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_binaries_that_the_account_cannot_reach_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    binaries = str(wheel_binaries())
    reaches = Account.reaches
    monkeypatch.setattr(
        Account, "reaches", lambda account, path: reaches(account, path) and not str(path).startswith(binaries)
    )
    with embedded(tmp_path / "data") as server:
        assert server.pid is not None
        maps = Path(f"/proc/{server.pid}/maps").read_text()
        assert "vaultra-pg-" in maps
        assert binaries not in maps  # not even for a library: the copy stands on its own feet
