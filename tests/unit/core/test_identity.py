"""Ids are ordered by time and never twice the same, whoever makes them."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from vaultra_core.identity import new_id, random_bytes

# In a process of its own: that of the tests has threads, which no fork takes along.
FORK = """
import os
from vaultra_core.identity import random_bytes
random_bytes()  # there are more where this came from
reader, writer = os.pipe()
if os.fork() == 0:
    os.write(writer, b"".join(random_bytes() for _ in range(300)))
    os._exit(0)
os.wait()
theirs = os.read(reader, 65536)
ours = {random_bytes() for _ in range(300)}
assert len(theirs) == 300 * 16 and len(ours) == 300
assert ours.isdisjoint(theirs[at:at + 16] for at in range(0, len(theirs), 16))
"""


def test_an_id_says_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    made = new_id()
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert before <= made.int >> 80 <= time.time_ns() // 1_000_000


def test_threads_never_get_the_same() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = list(pool.map(lambda _: [random_bytes() for _ in range(5_000)], range(8)))
    assert len({each for some in drawn for each in some}) == 40_000


def test_a_fork_goes_on_with_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", FORK], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
