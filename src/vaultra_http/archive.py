"""An export as a ZIP file, one file a table: JSON Lines for programs, CSV for spreadsheets."""

import asyncio
import csv
import io
import json
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Any, Final, Literal

from vaultra_core.errors import RateLimited
from vaultra_core.ports.holdings import Rows

Format = Literal["json", "csv"]
AT_ONCE: Final = 2  # each holds a database connection for as long as it reads
CHUNK: Final = 64 * 1024
IN_MEMORY: Final = 1024 * 1024  # what is larger goes through a file that has no name
_busy = 0


async def archive(batches: AsyncIterator[tuple[str, Rows]], kind: Format) -> AsyncIterator[bytes]:
    """Write everything first, then hand it out: a slow reader must not keep a transaction open.

    Raise `RateLimited` when others are at it already.
    """
    global _busy  # noqa: PLW0603 - how many are at it in this process
    if _busy >= AT_ONCE:
        raise RateLimited("Other exports are being made. Try again shortly.", retry_after=30)
    _busy += 1
    try:
        file: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed when handed out
        await _write(file, batches, kind)
    finally:
        _busy -= 1
    return _read(file)


async def _write(file: IO[bytes], batches: AsyncIterator[tuple[str, Rows]], kind: Format) -> None:
    encode = _as_csv if kind == "csv" else _as_json_lines
    current, entry = "", None
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as folder:
        try:
            async for table, rows in batches:
                first = table != current
                if first:
                    if entry is not None:
                        entry.close()
                    current, entry = table, folder.open(f"{table}.{'csv' if kind == 'csv' else 'jsonl'}", "w")
                assert entry is not None
                await asyncio.to_thread(entry.write, encode(rows, first=first))
        finally:
            if entry is not None:
                entry.close()


async def _read(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def _as_json_lines(rows: Rows, *, first: bool) -> bytes:
    del first
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _as_csv(rows: Rows, *, first: bool) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]))
    if first:
        writer.writeheader()
    writer.writerows({name: cell(value) for name, value in row.items()} for row in rows)
    return text.getvalue().encode()


def cell(value: Any) -> Any:
    """A CSV cell. A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
    Injection"); numbers are written as numbers."""
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")):
        return f"'{value}"
    return value
