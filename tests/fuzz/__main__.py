"""`python -m fuzz`: generated requests against a demo of its own, see `make fuzz`. Exit code 0 when no answer was at
fault."""

import argparse
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from fuzz.campaign import run_share
from fuzz.tally import Tally
from support.demo import a_demo


def main() -> int:
    options = _parser().parse_args()
    count = options.processes
    with tempfile.TemporaryDirectory(prefix="vaultra-fuzz-") as folder, a_demo(Path(folder) / "data") as demo:
        started = time.monotonic()
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=context) as pool:
            share, seconds = -(-options.requests // count), options.minutes * 60
            parts = [
                pool.submit(run_share, demo.folder, demo.facts, share, seconds, options.seed + 1_000_000 * number)
                for number in range(count)
            ]
            tally = parts[0].result()
            for part in parts[1:]:
                tally.add(part.result())
        seconds = time.monotonic() - started
        if tally.faults:
            print(demo.output[-20_000:])
    print(table(tally, wanted=options.requests, seconds=seconds))
    return 1 if tally.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=60.0, help="no requests after that")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=2, help="that ask side by side")
    return parser


def table(tally: Tally, *, wanted: int, seconds: float) -> str:
    """The figures of a campaign, for people."""
    lines = [f"{count:>8}  {operation}" for operation, count in sorted(tally.asked.items())]
    lines += [f"{count:>8}  by {role}" for role, count in sorted(tally.by.items())]
    lines += [f"{count:>8}  answered {status}" for status, count in sorted(tally.statuses.items())]
    for key, request in tally.faults.items():
        lines += ["", f"FAULT, seen {tally.times[key]} times: {key}", f"  {request[:2000]}"]
    rate = f"{tally.requests} of {wanted} requests in {seconds:.0f} s, to {len(tally.asked)} operations"
    linked = f"{tally.linked} made from the answer before them"
    people = f"{tally.renewed} people did away with their account and were replaced"
    return "\n".join([*lines, "", f"{rate}, {linked}; {people}; faults found: {len(tally.faults)}"])


if __name__ == "__main__":
    sys.exit(main())
