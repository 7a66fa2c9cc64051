"""`python -m crash`: the crash suite by hand, see `make crash`. Exit code 0 when nothing was lost and nothing doubled
(with --faults: when the oracle has seen every planted fault)."""

import argparse
import signal
import sys
from pathlib import Path

import msgspec

from crash.campaign import Plan, Report, a_world, run
from crash.faults import FAULTS


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # whoever ends us ends what we have started
    options = _parser().parse_args()
    if options.faults is not None:
        return _show_faults(options)
    plan = Plan(
        webhooks=options.webhooks,
        kills=options.kills,
        backfill=options.backfill,
        seed=options.seed,
        minutes=options.minutes,
        ties=not options.no_ties,
    )
    with a_world(plan.backfill) as sandbox:
        report = run(plan, sandbox, say=_say)
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)))
    _say(table(report))
    return 1 if report.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--webhooks", type=int, default=100_000)
    parser.add_argument("--backfill", type=int, default=30_000, help="charges of the account whose import is long")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="no kills after that")
    parser.add_argument("--no-ties", action="store_true", help="no two states of an object in one second")
    parser.add_argument("--json", type=Path, help="write the figures to this file as well")
    parser.add_argument(
        "--faults", nargs="*", metavar="FAULT", help=f"plant these (default: all) instead: {', '.join(FAULTS)}"
    )
    return parser


def _show_faults(options: argparse.Namespace) -> int:
    unseen = 0
    with a_world(FAULTY.backfill) as sandbox:
        for name in options.faults or FAULTS:
            report = run(msgspec.structs.replace(FAULTY, faults=(name,), seed=options.seed), sandbox)
            unseen += not report.seen
            found = f"yes, as: {FAULTS[name].seen_as}" if report.seen else f"NO ({', '.join(report.counts)})"
            _say(f"{name:<20} {FAULTS[name].what:<58} {report.seconds:4.0f} s  seen: {found}")
    _say(f"{unseen} planted faults were not seen")
    return 1 if unseen else 0


FAULTY = Plan(webhooks=300, kills=0, backfill=600, lease=5, small=True)


def table(report: Report) -> str:
    """The figures of a campaign, for people."""
    tally, plan = report.tally, report.plan
    lines = [f"{'killed':<11} {'where':<32} times"]
    for process, points in report.kills.items():
        lines += [f"{process:<11} {point:<32} {count:5}" for point, count in points.items()]
    rows = {
        "kills": f"{report.killed} of {plan.kills} wanted, in {report.seconds:.0f} s",
        "ended by themselves": f"{sum(report.exits.values())} (a dependency was down when they started)",
        "FLUSHALL": f"{report.flushes}, with {report.flushed} messages in the stream",
        "webhooks acknowledged": f"{tally.acknowledged} of {plan.webhooks}",
        "  sent again on purpose": tally.doubled,
        "  retried (5xx, no answer)": tally.retried,
        "  refused (4xx)": tally.refused,
        "  lost": report.counts.get("inbox: acknowledged and lost", 0),
        "  doubled": report.counts.get("inbox: doubled", 0),
        "seconds until all was applied": report.caught_up,
        "seconds until the import went on": report.import_moved,
        "rows compared": f"{report.objects} objects, {report.days} days",
        "differences": sum(report.counts.values()),
    }
    lines += [f"{name:<33} {value if not isinstance(value, float) else f'{value:.1f}'}" for name, value in rows.items()]
    return "\n".join([*lines, *(f"FAILED  {failure}" for failure in report.failures)])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
