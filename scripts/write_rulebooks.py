"""Write docs/rulebooks.md from the rulebooks themselves; with --check, only say whether it is current."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, RULEBOOKS
from vaultra_core.domain.readiness.rules import Band, Factor, Rulebook, Unit
from vaultra_core.domain.readiness.scoring import TIERS
from vaultra_core.domain.wording import number

PAGE = Path(__file__).resolve().parent.parent / "docs" / "rulebooks.md"


def main() -> int:
    parser = argparse.ArgumentParser(description="Write docs/rulebooks.md from the rulebooks themselves.")
    parser.add_argument("--check", action="store_true", help="only say whether the page is current")
    if not parser.parse_args().check:
        PAGE.write_text(page())
        return 0
    current = PAGE.exists() and PAGE.read_text() == page()
    if not current:
        print("docs/rulebooks.md is not what the rulebooks say: run scripts/write_rulebooks.py.", file=sys.stderr)
    return 0 if current else 1


def page() -> str:
    """The whole page."""
    books = sorted(RULEBOOKS.values(), key=lambda book: book.name != DEFAULT_RULEBOOK)
    return "\n".join([*_introduction(), *(line for book in books for line in _book(book))]) + "\n"


def _introduction() -> Iterator[str]:
    yield "# Rulebooks"
    yield ""
    yield (
        "What the funding readiness score is made of. This page is written by `scripts/write_rulebooks.py` from the "
        "rulebooks themselves, which never change once released; `GET /rulebooks` gives the same as data. How to add "
        "one: [Add a rule](how-to/add-a-rule.md#a-rulebook)."
    )
    yield ""
    yield "A score is informational: no offer of credit, and no investment or tax advice."
    yield ""
    yield "| tier | score |"
    yield "|---|---|"
    low = 0
    for high, tier in TIERS:
        yield f"| {tier.label} | {low}–{high} |"
        low = high + 1


def _book(book: Rulebook) -> Iterator[str]:
    yield ""
    yield f"## {book.name}"
    yield ""
    default = ", the default" if book.name == DEFAULT_RULEBOOK else ""
    yield f"{book.title}{default}; released {book.released}. Every score starts from {number(book.base)}."
    yield ""
    for caveat in book.caveats:
        yield f"- {caveat}"
    yield ""
    yield "| factor | measured as | bands and points | without data | effort a band | basis |"
    yield "|---|---|---|---|---|---|"
    for factor in book.factors:
        yield _factor(factor)
    if book.caps:
        yield ""
        yield "| ceiling | applies | basis |"
        yield "|---|---|---|"
        for cap in book.caps:
            yield f"| {cap.title} (`{cap.name}`) | {_bands(cap.ceilings, cap.unit)} | {cap.source} |"


def _factor(factor: Factor) -> str:
    measured = (MEASURES[factor.measure].__doc__ or "").removesuffix(".")
    effort = "only time" if factor.effort is None else number(factor.effort)
    cells = (
        f"{factor.title} (`{factor.name}`)",
        measured,
        _bands(factor.bands, factor.unit),
        number(factor.neutral),
        effort,
        factor.source,
    )
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"


def _bands(bands: tuple[Band, ...], unit: Unit) -> str:
    return " · ".join(f"{band.text(unit)} → {number(band.points)}" for band in bands)


if __name__ == "__main__":
    sys.exit(main())
