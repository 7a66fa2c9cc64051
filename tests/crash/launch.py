"""Starts `vaultra …` in a process of its own, with a boundary armed or a fault planted.

Processes are forked from one that has imported everything (multiprocessing's fork server): starting is most of what a
killed Python process costs, and a campaign starts hundreds.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Final

from crash import boundaries
from crash.faults import plant
from vaultra_core.use_cases import sync_stripe

PR_SET_PDEATHSIG: Final = 1
PRELOADED: Final = [
    "crash.launch",
    "vaultra_cli.main",
    "vaultra_cli.serve",
    "vaultra_cli.operate",
    "vaultra_adapters.postgres.migrate",
]


def start(
    arguments: Sequence[str],
    *,
    settings: Mapping[str, str],
    folder: Path,
    log: Path,
    boundary: str | None = None,
    faults: tuple[str, ...] = (),
    lease: int | None = None,
) -> ForkServerProcess:
    """A running `vaultra ARGUMENTS`, under these settings alone, in `folder`; it ends with us however we end."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    process = context.Process(target=_run, args=(list(arguments), dict(settings), folder, log, boundary, faults, lease))
    process.start()
    return process


def _run(
    arguments: list[str],
    settings: dict[str, str],
    folder: Path,
    log: Path,
    boundary: str | None,
    faults: tuple[str, ...],
    lease: int | None,
) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(folder)  # no .env of a developer in sight
    os.environ.update(settings)
    for fault in faults:
        plant(fault, arguments[0], folder)
    if boundary is not None:
        boundaries.arm(boundary)
    if lease is not None:
        sync_stripe.LEASE_SECONDS = lease
    from vaultra_cli.main import main

    sys.exit(main(arguments))
