import datetime as dt
import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vaultra_core.domain.knowledge import Document, Section, Source, entries, split
from vaultra_core.errors import InvalidInput
from vaultra_core.testing.memory.knowledge import MemoryLibrary, MemoryVectorIndex, SharedWords, WordEmbedder
from vaultra_core.use_cases.ingest_knowledge import Ingested, IngestKnowledge
from vaultra_core.use_cases.search_knowledge import SearchKnowledge

REFUNDS = Section(heading="Refunds", text="Give the money back before the bank takes it.", questions=("Return it?",))
PAYOUTS = Section(heading="Payouts", text="Money arrives in the account two days later.")
DOCUMENT = Document(
    doc_id="money",
    title="Money",
    category="cash-flow",
    sources=(Source(title="A page", publisher="A bank", date=dt.date(2026, 1, 2)),),
    sections=(REFUNDS, PAYOUTS),
)


def words(text: str) -> int:
    return len(text.split())


class TestSplit:
    @given(text=st.lists(st.text("ab", min_size=1, max_size=3), max_size=60).map(" ".join), limit=st.integers(2, 20))
    def test_pieces_are_short_enough_and_overlap_without_loss(self, text: str, limit: int) -> None:
        overlap = limit // 2
        pieces = [piece.split() for piece in split(text, words, limit=limit, overlap=overlap)]
        assert all(len(piece) <= limit for piece in pieces)
        joined = pieces[0]
        for before, piece in itertools.pairwise(pieces):
            shared = min(overlap, len(before) - 1)
            assert piece[:shared] == before[len(before) - shared :]
            joined = joined + piece[shared:]
        assert joined == text.split()

    def test_a_word_over_the_limit_is_broken(self) -> None:
        pieces = list(split("x" * 100, len, limit=20, overlap=0))
        assert "".join(pieces) == "x" * 100
        assert max(map(len, pieces)) <= 20

    def test_a_short_text_stays_as_it_is(self) -> None:
        assert list(split("| a | b |\n|---|---|", words)) == ["| a | b |\n|---|---|"]


class TestEntries:
    def test_a_section_is_found_by_its_text_its_heading_and_its_questions(self) -> None:
        found = entries(DOCUMENT, words, "words")
        assert [entry.content for entry in found if entry.chunk.section == "Refunds"] == [
            "Money. Refunds. Give the money back before the bank takes it.",
            "Money. Refunds.",
            "Return it?",
        ]
        assert {entry.chunk.text for entry in found} == {REFUNDS.text, PAYOUTS.text}
        assert len({entry.id for entry in found}) == len(found) == 5

    def test_an_id_changes_with_anything_that_it_stands_for(self) -> None:
        def ids(document: Document, embedder: str = "words") -> set[str]:
            return {entry.id for entry in entries(document, words, embedder)}

        before = ids(DOCUMENT)
        assert ids(DOCUMENT) == before
        assert not ids(DOCUMENT, "another") & before
        assert not ids(msgspec.structs.replace(DOCUMENT, category="other")) & before
        longer = msgspec.structs.replace(PAYOUTS, text=PAYOUTS.text + " Or three.")
        assert len(ids(msgspec.structs.replace(DOCUMENT, sections=(REFUNDS, longer))) & before) == 3

    def test_the_page_names_its_sources(self) -> None:
        assert DOCUMENT.markdown.endswith("## Sources\n\n- A page, A bank, 2026-01-02\n")


class TestIngest:
    async def test_only_what_changed_is_embedded_and_what_is_gone_is_removed(self) -> None:
        library, embedder, index = MemoryLibrary([DOCUMENT]), WordEmbedder(), MemoryVectorIndex()
        ingest = IngestKnowledge(library, embedder, index)
        assert await ingest.execute() == Ingested(documents=1, added=5, kept=0, removed=0)
        embedder.embedded.clear()
        assert await ingest.execute() == Ingested(documents=1, added=0, kept=5, removed=0)
        assert embedder.embedded == []
        other = msgspec.structs.replace(REFUNDS, questions=("Pay it back?",))
        library.shelf = [msgspec.structs.replace(DOCUMENT, sections=(other, PAYOUTS))]
        assert await ingest.execute() == Ingested(documents=1, added=1, kept=4, removed=1)
        assert embedder.embedded == ["Pay it back?"]
        library.shelf = []
        assert await ingest.execute() == Ingested(documents=0, added=0, kept=0, removed=5)
        assert await index.ids() == set()


class TestSearch:
    async def search(self) -> SearchKnowledge:
        embedder, index = WordEmbedder(), MemoryVectorIndex()
        library = MemoryLibrary([DOCUMENT])
        await IngestKnowledge(library, embedder, index).execute()
        return SearchKnowledge(embedder, index, SharedWords(library))

    async def test_a_chunk_is_found_once_however_many_of_its_entries_match(self) -> None:
        found = await (await self.search()).execute("Return it?")
        assert [passage.section for passage in found] == ["Refunds", "Payouts"]
        assert found[0].text == REFUNDS.text
        assert found[0].score > found[1].score

    async def test_at_most_as_many_as_asked_for(self) -> None:
        search = await self.search()
        assert len(await search.execute("money", 1)) == 1
        assert await search.execute("money", category="chargebacks") == []

    @pytest.mark.parametrize(("query", "top_k"), [("", 5), ("  ", 5), ("x" * 2001, 5), ("money", 0), ("money", 21)])
    async def test_senseless_questions_are_refused(self, query: str, top_k: int) -> None:
        with pytest.raises(InvalidInput):
            await (await self.search()).execute(query, top_k)
