"""What a server does not use is not imported when it starts."""

import subprocess
import sys

SERVED = """
import importlib, sys
from vaultra_cli.quick_imports import UNUSED, quick_imports
with quick_imports():
    importlib.import_module("vaultra_cli.serve")
assert not [name for name in UNUSED if name in sys.modules]
for name in UNUSED:
    importlib.import_module(name)  # who wants them later gets them
"""


def test_a_server_starts_without_what_it_does_not_use() -> None:
    done = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
