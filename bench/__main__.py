"""Measure everything: `python -m bench [--scale N] [--only NAME …]` (`make bench SCALE=N`)."""

import argparse
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bench import agent, api, apply, backfill, retrieval, rules, sweep, webhooks
from bench.report import Row, table, write_results

RESULTS = Path(__file__).parent / "results"
BENCHMARKS: dict[str, Callable[[Path, float], list[Row]]] = {
    "rules": rules.rules,
    "sweep": sweep.sweep,
    "webhooks": webhooks.acknowledgement,
    "ledger": webhooks.to_the_ledger,
    "apply": apply.applying,
    "backfill": backfill.importing,
    "reads": api.reads,
    "agent": agent.turns,
    "start": api.starting,
    "retrieval": retrieval.retrieval,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1.0, help="multiplies every size (1)")
    parser.add_argument("--only", nargs="+", choices=BENCHMARKS, metavar="NAME", help=", ".join(BENCHMARKS))
    options = parser.parse_args()
    rows: list[Row] = []
    failed, started = False, time.monotonic()
    for name in options.only or BENCHMARKS:
        print(f"{name} …", file=sys.stderr, flush=True)
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="vaultra-bench-") as folder:
            try:
                rows += BENCHMARKS[name](Path(folder), options.scale)
            except Exception:
                failed = True
                traceback.print_exc()
                for log in Path(folder).glob("*.log"):
                    print(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}", file=sys.stderr)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    print(table(rows))
    print(f"\n{(time.monotonic() - started) / 60:.1f} minutes in all", end="")
    print(f"\n{write_results(rows, RESULTS)}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
