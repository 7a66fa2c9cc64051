"""Write docs/statistics.md: what simulation says of the rules' statistics; with --check, only whether it is current."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))  # the studies are tests too

from support.studies import Forecasts, Monotone, Share, Trend, breaches, monotone, trends  # noqa: E402

PAGE = ROOT / "docs" / "statistics.md"
RUNS = {"trends": 4_000, "breaches": 20_000, "monotone": 1_000}


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/statistics.md from the full studies.")
    parser.add_argument("--check", action="store_true", help="only say whether the page is current")
    new = page()
    if not parser.parse_args().check:
        PAGE.write_text(new)
        return 0
    current = PAGE.exists() and PAGE.read_text() == new
    if not current:
        print("docs/statistics.md is not what the studies say: run scripts/write_statistics.py.", file=sys.stderr)
    return 0 if current else 1


def page() -> str:
    """The whole page, from the full studies: some half a minute."""
    parts = [*_introduction(), *_trends(trends(RUNS["trends"])), *_breaches(breaches(RUNS["breaches"]))]
    return "\n".join([*parts, *_monotone(monotone(RUNS["monotone"]))]) + "\n"


def _introduction() -> Iterator[str]:
    yield "# What the statistics are worth"
    yield ""
    yield (
        "The rules draw conclusions from small and noisy samples. This page says how often they are wrong, "
        "measured on simulated businesses whose truth is known. It is written by `scripts/write_statistics.py` "
        "from the studies in [`tests/support/studies.py`](../tests/support/studies.py); every test run repeats "
        "them on a smaller scale, and `STATISTICS=1 pytest tests/unit/core/test_studies.py` repeats them whole "
        "and compares this page. Intervals are Wilson's, 95 %."
    )
    yield ""


def _trends(found: list[Trend]) -> Iterator[str]:
    yield "## Trend: false alarms and power"
    yield ""
    yield (
        "Weekly revenue with lognormal noise of the given coefficient of variation, each week remembering the one"
        " before. Where the truth is no growth, whatever is said to grow or to shrink is a false alarm: about 16 "
        "% are expected, since the 80 % interval leaves a tenth on either side, less what its widening for memory"
        " takes. Beside it what one would get from saying so whenever the second half of the weeks differs from "
        "the first by more than 5 %. Sustained memory of 0.6 is beyond what the widening corrects in full."
    )
    yield ""
    yield "| weeks | variation | memory | true growth per 4 weeks | said to grow | said to shrink | halves differ |"
    yield "|---|---|---|---|---|---|---|"
    for each in found:
        truth = f"{each.growth:+.0%}" if each.growth else "none"
        shares = " | ".join(_share(share) for share in (each.up, each.down, each.halves_differ))
        yield f"| {each.weeks} | {each.variation:.0%} | {each.memory:g} | {truth} | {shares} |"
    yield ""


def _breaches(found: list[Forecasts]) -> Iterator[str]:
    yield "## Chargebacks: the probability of a breach"
    yield ""
    yield (
        "Businesses of 50 to 5,000 sales a month whose true rates of chargebacks are spread as the prior of "
        "`disputes` says. `outlook` sees 180 days and predicts whether the next 30 lie above 0.75 % and above 1.5"
        " %; then they are drawn. A prediction of 30 % should come true in 30 of 100 cases."
    )
    yield ""
    yield "| predicted between | mean prediction | came true | cases |"
    yield "|---|---|---|---|"
    for each in found:
        span, cases = f"{each.low:.0%} and {each.high:.0%}", f"{each.breached.runs:,}"
        yield f"| {span} | {each.predicted:.1%} | {_share(each.breached)} | {cases} |"
    yield ""
    yield "For businesses whose rates are spread otherwise the prior is an assumption, and so is the calibration."
    yield ""


def _monotone(found: list[Monotone]) -> Iterator[str]:
    yield "## Factors: better never costs points"
    yield ""
    yield (
        "Businesses of every kind, before and after one thing has become better. A factor that measures it must "
        "not take points away for it."
    )
    yield ""
    yield "| factor | what became better | points rose | stayed | fell |"
    yield "|---|---|---|---|---|"
    for each in found:
        yield f"| `{each.factor}` | {each.better} | {each.rose} | {each.stayed} | {each.fell} |"


def _share(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} ({low:.1%} to {high:.1%})"


if __name__ == "__main__":
    sys.exit(main())
