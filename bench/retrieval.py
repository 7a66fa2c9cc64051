"""Retrieval: how often the right passage is among the first, on questions of owners, against BM25 alone."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import msgspec
from rank_bm25 import BM25Okapi  # type: ignore[import-untyped] # brings no types

from bench.report import Goal, Row
from support.database import a_database, a_server
from vaultra_adapters.knowledge.bm25_keywords import Bm25Keywords
from vaultra_adapters.knowledge.library import PackagedLibrary
from vaultra_adapters.knowledge.local_embedder import LocalEmbedder
from vaultra_adapters.postgres.engine import make_engine
from vaultra_adapters.postgres.vector_index import PostgresVectorIndex
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge
from vaultra_core.use_cases.search_knowledge import SearchKnowledge

QUESTIONS = Path(__file__).parent / "questions.txt"
Place = tuple[str, str]  # document and section
Rank = Callable[[str], Awaitable[list[Place]]]


class Question(msgspec.Struct, frozen=True):
    """`direct` uses the documents' words, the others do not; `held_out` ones were not looked at while tuning."""

    text: str
    direct: bool
    held_out: bool
    answers: frozenset[Place]


def questions() -> list[Question]:
    found: list[Question] = []
    counts = {"direct": 0, "other": 0}
    for line in QUESTIONS.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        kind, text, places = (part.strip() for part in line.split("|"))
        counts[kind] += 1
        answers = frozenset(_place(each) for each in places.split(";"))
        found.append(Question(text, kind == "direct", counts[kind] % 2 == 0, answers))
    return found


def _place(text: str) -> Place:
    document, _, section = text.partition("#")
    return document.strip(), section.strip()


class Quality(msgspec.Struct, frozen=True):
    """Shares of questions: whose document, or whose very section, is among the first; and the section's mean
    reciprocal rank within the first ten."""

    documents_1: float
    documents_3: float
    sections_1: float
    sections_3: float
    mrr: float


async def quality(rank: Rank, asked: Sequence[Question]) -> Quality:
    sums = [0.0] * 5
    for question in asked:
        places = await rank(question.text)
        right = {document for document, _ in question.answers}
        place = next((number for number, found in enumerate(places[:10], 1) if found in question.answers), None)
        sums[0] += places[0][0] in right
        sums[1] += any(document in right for document, _ in places[:3])
        sums[2] += place == 1
        sums[3] += place is not None and place <= 3
        sums[4] += 1 / place if place else 0
    return Quality(*(total / len(asked) for total in sums))


def bm25_alone() -> Rank:
    """The baseline: every section by its title, heading and text, in the usual way."""
    sections = [(d, s) for d in PackagedLibrary().documents() for s in d.sections]
    ranking = BM25Okapi([_words(f"{d.title} {s.heading} {s.text}") for d, s in sections])

    async def rank(text: str) -> list[Place]:
        scores = ranking.get_scores(_words(text))
        order = sorted(range(len(sections)), key=lambda number: -scores[number])
        return [(sections[number][0].doc_id, sections[number][1].heading) for number in order]

    return rank


def bm25_with_questions() -> Rank:
    """A harder baseline: BM25 that knows the questions which the documents carry."""
    keywords = Bm25Keywords(PackagedLibrary())

    async def rank(text: str) -> list[Place]:
        fits = keywords.fits(text)
        return sorted(fits, key=lambda place: -fits[place]) or [("", "")]

    return rank


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def retrieval(folder: Path, scale: float) -> list[Row]:
    with a_server(folder / "postgres") as server, a_database(server) as url:
        return asyncio.run(_measure(url, max(1, round(5 * scale))))


async def _measure(url: str, rounds: int) -> list[Row]:
    engine = make_engine(url, application="vaultra-bench")
    library, embedder = PackagedLibrary(), LocalEmbedder()
    index = PostgresVectorIndex(engine, namespace=embedder.name)
    begun = time.perf_counter()
    ingested = await IngestKnowledge(library, embedder, index).execute()
    ingestion = time.perf_counter() - begun
    search = SearchKnowledge(embedder, index, Bm25Keywords(library))

    async def rank(text: str) -> list[Place]:
        return [(passage.doc_id, passage.section) for passage in await search.execute(text, 10)]

    asked = questions()
    rows = [Row(name="ingestion, all documents", value=ingestion, unit="s", note=f"{ingested.added} entries")]
    held_out = [question for question in asked if question.held_out]
    groups = {
        "held out": held_out,
        "tuned on": [question for question in asked if not question.held_out],
        "held out, in other words": [question for question in held_out if not question.direct],
        "all": asked,
    }
    for name, group in groups.items():
        ours, plain, harder = [await quality(each, group) for each in (rank, bm25_alone(), bm25_with_questions())]
        rows += [
            Row(
                name=f"{measure}, {name}",
                value=getattr(ours, field),
                unit=f"of {len(group)}",
                baseline=getattr(plain, field),
                goal=Goal("value", ">=", 0.95) if field == "documents_3" and name in ("held out", "all") else None,
                note=f"BM25 that knows the documents' questions: {getattr(harder, field):.3f}",
            )
            for measure, field in (
                ("recall@1", "documents_1"),
                ("recall@3", "documents_3"),
                ("section's recall@1", "sections_1"),
                ("section's recall@3", "sections_3"),
                ("section's MRR", "mrr"),
            )
        ]
    begun = time.perf_counter()
    for _ in range(rounds):
        for question in asked:
            await search.execute(question.text)
    each = (time.perf_counter() - begun) / (rounds * len(asked)) * 1000
    await engine.dispose()
    return [*rows, Row(name="query, one at a time", value=each, unit="ms")]
