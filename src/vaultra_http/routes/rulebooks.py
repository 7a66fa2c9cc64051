"""Rulebooks as data: what is judged, how, and where the bands come from."""

import datetime as dt

import msgspec
from litestar import Router, get
from litestar.params import FromPath

from vaultra_core.domain.readiness.measures import MEASURES
from vaultra_core.domain.readiness.rulebook import RULEBOOKS, get_rulebook
from vaultra_core.domain.readiness.rules import Band, Cap, Component, Factor, Rulebook, Unit
from vaultra_core.errors import InvalidInput, NotFound
from vaultra_http.responses import PERSONAL_READ, errors


class BandView(msgspec.Struct):
    """Values that the text describes earn these points, or limit the score to them; the first band that fits counts."""

    points: float
    text: str

    @classmethod
    def of(cls, band: Band, unit: Unit) -> "BandView":
        return cls(band.points, band.text(unit))


class FactorView(msgspec.Struct, kw_only=True):
    name: str
    title: str
    measure: str
    measured: str
    unit: Unit
    max_points: float
    neutral: float
    effort: float | None
    bands: list[BandView]
    source: str

    @classmethod
    def of(cls, factor: Factor) -> "FactorView":
        return cls(
            name=factor.name,
            title=factor.title,
            measure=factor.measure,
            measured=MEASURES[factor.measure].__doc__ or "",
            unit=factor.unit,
            max_points=factor.max_points,
            neutral=factor.neutral,
            effort=factor.effort,
            bands=[BandView.of(band, factor.unit) for band in factor.bands],
            source=factor.source,
        )


class CapView(msgspec.Struct, kw_only=True):
    name: str
    title: str
    unit: Unit
    ceilings: list[BandView]
    source: str

    @classmethod
    def of(cls, cap: Cap) -> "CapView":
        ceilings = [BandView.of(band, cap.unit) for band in cap.ceilings]
        return cls(name=cap.name, title=cap.title, unit=cap.unit, ceilings=ceilings, source=cap.source)


class RulebookView(msgspec.Struct, kw_only=True):
    name: str
    title: str
    released: dt.date
    base: float
    factors: list[FactorView]
    caps: list[CapView]
    components: tuple[Component, ...]
    caveats: tuple[str, ...]

    @classmethod
    def of(cls, book: Rulebook) -> "RulebookView":
        return cls(
            name=book.name,
            title=book.title,
            released=book.released,
            base=book.base,
            factors=[FactorView.of(factor) for factor in book.factors],
            caps=[CapView.of(cap) for cap in book.caps],
            components=book.components,
            caveats=book.caveats,
        )


class RulebooksView(msgspec.Struct):
    rulebooks: list[RulebookView]


@get("/", summary="All rulebooks", responses=PERSONAL_READ)
async def rulebooks() -> RulebooksView:
    return RulebooksView([RulebookView.of(book) for book in RULEBOOKS.values()])


@get("/{name:str}", summary="One rulebook", responses=PERSONAL_READ | errors(404))
async def rulebook(name: FromPath[str]) -> RulebookView:
    try:
        return RulebookView.of(get_rulebook(name))
    except InvalidInput as unknown:  # in a path it is a thing that is not there
        raise NotFound(unknown.message, **unknown.details) from None


router = Router("/rulebooks", route_handlers=[rulebooks, rulebook], tags=["rulebooks"])
