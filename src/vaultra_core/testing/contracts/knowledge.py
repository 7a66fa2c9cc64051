"""The contracts of `Embedder` and `VectorIndex`. A suite offers the fixtures `embedder` and `index` (an empty one, for
vectors of four dimensions)."""

import math

import pytest

from vaultra_core.domain.knowledge import Chunk, Document, Entry, Section
from vaultra_core.ports.knowledge import Embedded, Embedder, Keywords, VectorIndex

SHELF = [
    Document(
        doc_id="money",
        title="Money",
        category="cash-flow",
        sources=(),
        sections=(
            Section(heading="Payouts", text="A payout that is late arrives after its day."),
            Section(heading="Refunds", text="Give it back within a week."),
            Section(heading="Disputes", text="Answer the bank.", questions=("Do I need a lawyer?",)),
            Section(heading="Seasons", text="Summer comes and goes."),
        ),
    )
]


def an_entry(
    entry_id: str, *vector: float, category: str = "chargebacks", text: str = "Answer within 7 days."
) -> Embedded:
    chunk = Chunk(doc_id="a-document", title="A title", category=category, section="What’s due?", text=text)
    return Embedded(Entry(id=entry_id, content=text, chunk=chunk), vector)


class EmbedderContract:
    async def test_one_vector_of_length_one_per_text(self, embedder: Embedder) -> None:
        texts = ["How do I lower my chargebacks?", "refunds", "", "naïve café ☕ " * 40]
        vectors = await embedder.embed(texts)
        assert len(vectors) == len(texts)
        for vector in vectors:
            assert len(vector) == embedder.dimensions
            assert math.hypot(*vector) == pytest.approx(1, abs=1e-3)

    async def test_the_same_text_has_the_same_vector_whatever_its_company(self, embedder: Embedder) -> None:
        [alone] = await embedder.embed(["a late payout"])
        *_, among = await embedder.embed(["something long that is about seasons and weeks", "a late payout"])
        assert among == pytest.approx(alone, abs=1e-3)

    async def test_nothing_in_nothing_out(self, embedder: Embedder) -> None:
        assert await embedder.embed([]) == []

    def test_longer_texts_have_more_tokens(self, embedder: Embedder) -> None:
        assert 0 < embedder.count_tokens("one two") < embedder.count_tokens("one two three four five")
        assert embedder.name


class KeywordsContract:
    """`keywords` stands on SHELF."""

    def test_the_section_with_the_words_fits_best(self, keywords: Keywords) -> None:
        fits = keywords.fits("How LATE may a payout be?")
        assert fits["money", "Payouts"] == 1
        assert all(type(fit) is float and 0 <= fit <= 1 for fit in fits.values())
        assert max(fits, key=lambda place: fits[place]) == ("money", "Payouts")

    def test_its_questions_count_as_its_words(self, keywords: Keywords) -> None:
        assert keywords.fits("lawyer")["money", "Disputes"] == 1

    def test_no_word_in_common_fits_nothing(self, keywords: Keywords) -> None:
        for query in ("xylophone", "", "!?"):
            assert not any(keywords.fits(query).values()), query


class VectorIndexContract:
    async def test_the_nearest_come_first_with_all_that_was_stored(self, index: VectorIndex) -> None:
        far, near = an_entry("doc.far", 0, 1, 0, 0), an_entry("doc.near", 1, 0, 0, 0, text="Zwölf — “12”\n| a | b |")
        await index.upsert([far, near, an_entry("doc.between", 0.6, 0.8, 0, 0)])
        found = await index.query([1, 0, 0, 0], 2)
        assert [match.id for match in found] == ["doc.near", "doc.between"]
        assert found[0].chunk == near.entry.chunk
        assert [match.score for match in found] == pytest.approx([1, 0.6], abs=1e-3)
        assert len(await index.query([1, 0, 0, 0], 9)) == 3

    async def test_an_entry_is_replaced_by_its_id(self, index: VectorIndex) -> None:
        await index.upsert([an_entry("doc.one", 1, 0, 0, 0)])
        await index.upsert([an_entry("doc.one", 0, 1, 0, 0, text="new"), an_entry("doc.two", 1, 0, 0, 0)])
        assert await index.ids() == {"doc.one", "doc.two"}
        [found] = await index.query([0, 1, 0, 0], 1)
        assert (found.id, found.chunk.text) == ("doc.one", "new")

    async def test_what_is_removed_is_found_no_more(self, index: VectorIndex) -> None:
        await index.upsert([an_entry("doc.one", 1, 0, 0, 0), an_entry("doc.two", 0, 1, 0, 0)])
        await index.remove({"doc.one", "doc.unknown"})
        await index.remove([])
        assert await index.ids() == {"doc.two"}
        assert [match.id for match in await index.query([1, 0, 0, 0], 5)] == ["doc.two"]

    async def test_a_category_narrows(self, index: VectorIndex) -> None:
        await index.upsert([an_entry("doc.one", 1, 0, 0, 0), an_entry("doc.two", 0, 1, 0, 0, category="cash-flow")])
        assert [match.id for match in await index.query([1, 0, 0, 0], 5, category="cash-flow")] == ["doc.two"]
        assert await index.query([1, 0, 0, 0], 5, category="no such") == []

    async def test_an_empty_index_finds_nothing(self, index: VectorIndex) -> None:
        assert await index.ids() == set()
        assert await index.query([1, 0, 0, 0], 5) == []
        await index.upsert([])
        assert await index.ids() == set()

    async def test_many_entries_are_all_listed(self, index: VectorIndex) -> None:
        many = [an_entry(f"doc.{number}", 1, number / 1000, 0, 0) for number in range(230)]
        await index.upsert(many)
        assert len(await index.ids()) == 230
        await index.remove([embedded.entry.id for embedded in many[:225]])
        assert await index.ids() == {f"doc.{number}" for number in range(225, 230)}
