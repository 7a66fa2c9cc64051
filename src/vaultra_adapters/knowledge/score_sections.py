"""What the score page says about factors, ceilings and tiers, written from the rulebook itself."""

from typing import Final

from vaultra_core.domain.knowledge import Section
from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.rulebook import DEFAULT_RULEBOOK, RULEBOOKS
from vaultra_core.domain.readiness.rules import Factor, Rulebook
from vaultra_core.domain.readiness.scoring import TIERS
from vaultra_core.domain.wording import number

# How owners ask about a factor; what it gives comes from the rulebook.
ASKED: Final = {
    "scale": (
        "How much do I have to sell a month for full points?",
        "Is my turnover big enough?",
        "Are we too small?",
        "Points for monthly sales",
        "Do we take in enough money?",
    ),
    "history": (
        "How long must I have been selling?",
        "Is my company too young for a good score?",
        "Points for the age of the business",
        "We are new, does that cost us?",
        "How many months in operation are needed?",
    ),
    "trend": (
        "How fast must sales grow?",
        "Does shrinking revenue cost me points?",
        "Points for rising sales",
        "What if turnover goes down every month?",
        "Penalty for falling takings",
    ),
    "steadiness": (
        "How regular must my weekly takings be?",
        "What does volatility cost me?",
        "Points for even sales",
        "How is fluctuation graded?",
        "Which variation is still fine?",
    ),
    "continuity": (
        "Do weeks without sales count against me?",
        "What happens to the score when I close for a week?",
        "Points for having no gaps",
        "Penalty for a shut shop",
        "How are empty weeks graded?",
    ),
    "disputes": (
        "How many points do chargebacks cost?",
        "What dispute rate gives full points?",
        "Penalty for complaints by cardholders",
        "How are payment reversals graded?",
        "What do I lose with one percent of complaints?",
    ),
    "refunds": (
        "How many points do refunds cost?",
        "Which share of refunds is still fine?",
        "Penalty for returns",
        "How is money paid back graded?",
    ),
    "payouts": (
        "What do late or failed payouts cost me in points?",
        "How reliable must payouts be?",
        "Points for transfers on time",
        "How are bounced deposits graded?",
    ),
    "top_customer": (
        "What does one big client do to my score?",
        "How much may my biggest buyer be?",
        "Penalty for depending on one buyer",
        "How is concentration graded?",
    ),
    "returning": (
        "Do repeat buyers raise my score?",
        "How is customer loyalty scored?",
        "Points for regulars who buy again",
        "Do faithful clients help?",
        "Share of sales to existing customers",
    ),
}


def score_sections(name: str = DEFAULT_RULEBOOK) -> list[Section]:
    """A section per factor, one for the ceilings, and one for the tiers."""
    book = RULEBOOKS[name]
    return [*(_factor(factor) for factor in book.factors), _ceilings(book), _tiers()]


def _factor(factor: Factor) -> Section:
    measured = (MEASURES[factor.measure].__doc__ or "").strip().removesuffix(".")
    lines = [f"{factor.title} gives up to {number(factor.max_points)} points, of 100 in all."]
    lines += [f"It is measured as: {measured}."]
    lines += ["", "| measured | points |", "|---|---|"]
    lines += [f"| {band.text(factor.unit)} | {number(band.points)} |" for band in factor.bands]
    lines += ["", f"Without data it gives {number(factor.neutral)} points. Basis: {factor.source}."]
    return Section(
        heading=f"{factor.title} ({factor.name})", text="\n".join(lines), questions=ASKED.get(factor.name, ())
    )


def _ceilings(book: Rulebook) -> Section:
    lines = ["Some facts put a ceiling on the whole score, whatever the other factors give:", ""]
    lines += ["| ceiling | when | score at most |", "|---|---|---|"]
    for cap in book.caps:
        lines += [f"| {cap.title} | {band.text(cap.unit)} | {number(band.points)} |" for band in cap.ceilings]
    asked = (
        "Why can my score not go higher?",
        "What caps the score?",
        "Upper limit although all else is good",
        "What holds the rating down?",
        "The number is stuck",
    )
    return Section(heading="Ceilings", text="\n".join(lines), questions=asked)


def _tiers() -> Section:
    lines, low = ["The score from 0 to 100 falls into one of four tiers:", "", "| tier | score |", "|---|---|"], 0
    for high, tier in TIERS:
        lines.append(f"| {tier.label} | {low}–{high} |")
        low = high + 1
    asked = (
        "What score do I need to be funding-ready?",
        "What do the tiers mean?",
        "Which grade is good?",
        "Levels and their limits",
        "From which number am I attractive to lenders?",
    )
    return Section(heading="Tiers", text="\n".join(lines), questions=asked)
