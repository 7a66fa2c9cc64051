"""The command `vaultra`, without any setting of the machine that runs the tests."""

import contextlib
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from unittest import mock

from support.demo import clean_environment
from vaultra_cli.main import main


class Run:
    """How a command ended, and what it said."""

    def __init__(self, code: int, output: str, complaint: str) -> None:
        self.code = code
        self.output = output
        self.complaint = complaint

    def __repr__(self) -> str:
        return f"exit code {self.code}\n{self.output}\n{self.complaint}"


def vaultra(*arguments: str, given: str = "", settings: Mapping[str, str] | None = None) -> Run:
    """Run a command as a process of its own; `given` is its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "vaultra_cli", *arguments],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env=clean_environment(**(settings or {})),
    )
    return Run(done.returncode, done.stdout, done.stderr)


def vaultra_here(*arguments: str, given: str = "", settings: Mapping[str, str] | None = None) -> Run:
    """The same in this process, which saves the imports: for commands that end. Where a loop runs, call it outside."""
    output, complaint = io.TextIOWrapper(io.BytesIO()), io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.enter_context(mock.patch.dict(os.environ, clean_environment(**(settings or {})), clear=True))
        stack.enter_context(mock.patch("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode()))))
        stack.enter_context(contextlib.redirect_stdout(output))
        stack.enter_context(contextlib.redirect_stderr(complaint))
        try:
            code = main(list(arguments))
        except SystemExit as error:
            code = error.code if isinstance(error.code, int) else 1
    output.flush()
    written = output.buffer
    assert isinstance(written, io.BytesIO)
    return Run(code, written.getvalue().decode(), complaint.getvalue())
