"""Accounts for demos: what a sandbox business is made of, as a file, and a file as another account."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

KINDS = ("charge", "refund", "dispute", "payout", "subscription", "balance_transaction")


def sample_objects(folder: Path, *names: str) -> bytes:
    """All ledger objects of these sample businesses, as JSON Lines, from the sandbox of a demo's folder."""
    query = f"""SELECT o.body FROM objects o JOIN accounts a ON a.number = o.account
                WHERE a.name IN ({",".join("?" * len(names))}) AND o.kind IN ({",".join("?" * len(KINDS))})
                ORDER BY o.seq"""
    with closing(sqlite3.connect(folder / "sandbox.sqlite")) as store:
        return "\n".join(body for (body,) in store.execute(query, (*names, *KINDS))).encode()


def load_into(folder: Path, name: str, objects: bytes) -> None:
    """Make an account of a file in the sandbox of a demo's folder."""
    command = [sys.executable, "-m", "vaultra_cli", "sandbox", "load", "-", "--account", name]
    command += ["--data", str(folder / "sandbox.sqlite")]
    done = subprocess.run(command, input=objects, capture_output=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr.decode()
