"""How processes that live long, or make objects by the thousand, hold their memory."""

import contextlib
import ctypes
import gc

NEW_OBJECTS = 20_000  # between two looks of the garbage collector
# Of <malloc.h>: settings of glibc's allocator.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8


def give_memory_back() -> None:
    """Let the C library return what was freed, at once, and share its pools between threads that start afterwards.

    By itself it raises its thresholds after each large block that is freed: one password hash of 19 MiB, and from then
    on tens of MiB stay with the process. Elsewhere than with glibc nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError):
        tune = ctypes.CDLL(None).mallopt
        for setting, value in ((M_MMAP_THRESHOLD, 1 << 20), (M_TRIM_THRESHOLD, 1 << 20), (M_ARENA_MAX, 2)):
            tune(setting, value)


def settle_collector() -> None:
    """Spare the garbage collector what it would never find: what is alive now lives as long as the process, and work
    comes in batches of thousands of objects. A look at every 700 new ones took a quarter of all the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 10, 10)
