"""`python -m fuzz`: generated requests against a demo of its own, see `make fuzz`. Exit code 0 when no answer was at
fault."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from fuzz.campaign import Tally, run
from fuzz.cast import Cast
from support.demo import a_demo


def main() -> int:
    options = _parser().parse_args()
    with tempfile.TemporaryDirectory(prefix="vaultra-fuzz-") as folder, a_demo(Path(folder) / "data") as demo:
        cast = Cast(demo)
        tally = Tally(requests=options.requests, seconds=options.minutes * 60)
        started = time.monotonic()
        run(demo, cast, tally, seed=options.seed)
        seconds = time.monotonic() - started
        if tally.faults:
            print(demo.output[-20_000:])
    print(table(tally, cast, wanted=options.requests, seconds=seconds))
    return 1 if tally.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--minutes", type=float, default=60.0, help="no requests after that")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def table(tally: Tally, cast: Cast, *, wanted: int, seconds: float) -> str:
    """The figures of a campaign, for people."""
    lines = [f"{count:>8}  {operation}" for operation, count in sorted(tally.asked.items())]
    lines += [f"{count:>8}  answered {status}" for status, count in sorted(tally.statuses.items())]
    for key, request in tally.faults.items():
        lines += ["", f"FAULT, seen {tally.times[key]} times: {key}", f"  {request[:2000]}"]
    rate = f"{tally.requests} of {wanted} requests in {seconds:.0f} s, to {len(tally.asked)} operations"
    people = f"{cast.renewed} people did away with their account and were replaced"
    return "\n".join([*lines, "", f"{rate}; {people}; faults found: {len(tally.faults)}"])


if __name__ == "__main__":
    sys.exit(main())
