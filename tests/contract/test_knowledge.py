"""The ports of the knowledge base, over every implementation."""

from collections.abc import AsyncIterator, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from support.database import a_database, outside_the_loop
from support.embeddings import Embeddings, an_embeddings_server
from support.needle import Needle, a_needle
from vaultra_adapters.knowledge.bm25_keywords import Bm25Keywords
from vaultra_adapters.knowledge.local_embedder import LocalEmbedder
from vaultra_adapters.knowledge.openai_embedder import OpenAIEmbedder
from vaultra_adapters.knowledge.pinecone_index import PineconeIndex
from vaultra_adapters.postgres import migrate
from vaultra_adapters.postgres.engine import make_engine
from vaultra_adapters.postgres.vector_index import PostgresVectorIndex
from vaultra_core.errors import Unavailable
from vaultra_core.ports.knowledge import Embedder, Keywords, VectorIndex
from vaultra_core.testing.contracts.knowledge import (
    SHELF,
    EmbedderContract,
    KeywordsContract,
    VectorIndexContract,
    an_entry,
)
from vaultra_core.testing.memory.knowledge import MemoryLibrary, MemoryVectorIndex, SharedWords, WordEmbedder

KEY = "sk-of-the-tests"
BEFORE_PGVECTORS_TYPE = "0015"
LOCAL = LocalEmbedder()  # reads its model once


@pytest.fixture(scope="module")
def server() -> Iterator[Embeddings]:
    with an_embeddings_server() as server:
        yield server


@pytest.fixture(scope="module")
def needle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Needle]:
    with a_needle(tmp_path_factory.mktemp("needle")) as needle:
        yield needle


@pytest.fixture(scope="module")
async def bare_engine(database_server_url: str) -> AsyncIterator[AsyncEngine]:
    """A migrated database on a server without pgvector: it is gone before the migration that takes its type."""
    with a_database(database_server_url, migrated=False) as url:
        outside_the_loop(lambda: migrate.upgrade(url, BEFORE_PGVECTORS_TYPE))
        engine = make_engine(url, application="vaultra-tests", role=None)
        async with engine.begin() as connection:
            await connection.execute(text("DROP EXTENSION vector"))
        outside_the_loop(lambda: migrate.upgrade(url))
        yield engine
        await engine.dispose()


class TestWordEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return WordEmbedder()


class TestLocalEmbedder(EmbedderContract):
    @pytest.fixture
    def embedder(self) -> Embedder:
        return LOCAL

    async def test_near_meanings_are_near_without_a_shared_word(self, embedder: Embedder) -> None:
        bread, loaf, bank = await embedder.embed(["fresh bread", "a loaf from the bakery", "interest on a mortgage"])
        near = sum(a * b for a, b in zip(bread, loaf, strict=True))
        assert near > sum(a * b for a, b in zip(bread, bank, strict=True)) + 0.2


class TestOpenAIEmbedder(EmbedderContract):
    @pytest.fixture
    async def embedder(self, server: Embeddings) -> AsyncIterator[Embedder]:
        embedder = OpenAIEmbedder(KEY, server.url, retries=2)
        yield embedder
        await embedder.close()

    async def test_it_comes_back_after_a_limit_or_a_failure(self, embedder: Embedder, server: Embeddings) -> None:
        server.failures += [429, 500]
        assert len(await embedder.embed(["once"])) == 1
        assert server.failures == []
        assert server.keys == {f"Bearer {KEY}"}
        assert server.requests[-1]["model"] == "text-embedding-3-small"

    @pytest.mark.parametrize("failures", [[500] * 3, [429] * 3, [401]])
    async def test_it_says_so_when_it_cannot(self, embedder: Embedder, server: Embeddings, failures: list[int]) -> None:
        server.failures += failures
        with pytest.raises(Unavailable) as raised:
            await embedder.embed(["once"])
        assert raised.value.details["dependency"] == "embeddings"
        assert server.failures == []

    async def test_vectors_of_another_size_are_refused(self, embedder: Embedder, server: Embeddings) -> None:
        server.short = True
        try:
            with pytest.raises(Unavailable, match="do not fit"):
                await embedder.embed(["once"])
        finally:
            server.short = False

    async def test_nobody_there(self) -> None:
        embedder = OpenAIEmbedder(KEY, "http://127.0.0.1:9/v1", retries=0)
        with pytest.raises(Unavailable):
            await embedder.embed(["once"])
        await embedder.close()


class TestSharedWords(KeywordsContract):
    @pytest.fixture
    def keywords(self) -> Keywords:
        return SharedWords(MemoryLibrary(SHELF))


class TestBm25Keywords(KeywordsContract):
    @pytest.fixture
    def keywords(self) -> Keywords:
        return Bm25Keywords(MemoryLibrary(SHELF))


class TestMemoryVectorIndex(VectorIndexContract):
    @pytest.fixture
    def index(self) -> VectorIndex:
        return MemoryVectorIndex()


class TestPostgresVectorIndex(VectorIndexContract):
    @pytest.fixture
    async def index(self, engine: AsyncEngine) -> VectorIndex:
        index = PostgresVectorIndex(engine, namespace="four")
        assert await index.is_extended()
        return index

    async def test_namespaces_do_not_meet(self, engine: AsyncEngine, index: VectorIndex) -> None:
        other = PostgresVectorIndex(engine, namespace="two")
        await other.upsert([an_entry("doc.one", 1, 0)])
        await index.upsert([an_entry("doc.one", 0, 1, 0, 0)])
        assert [match.score for match in await other.query([1, 0], 5)] == [1]
        await index.remove(["doc.one"])
        assert (await other.ids(), await index.ids()) == ({"doc.one"}, set())


class TestPostgresVectorIndexWithoutPgvector(VectorIndexContract):
    @pytest.fixture
    async def index(self, bare_engine: AsyncEngine) -> VectorIndex:
        async with bare_engine.begin() as connection:
            await connection.execute(text("TRUNCATE knowledge_entries"))
        index = PostgresVectorIndex(bare_engine, namespace="four")
        assert not await index.is_extended()
        return index


class TestPineconeIndex(VectorIndexContract):
    @pytest.fixture
    async def index(self, needle: Needle) -> AsyncIterator[VectorIndex]:
        index = PineconeIndex(needle.key, index="unused", host=needle.index(4), namespace="four")
        yield index
        await index.close()

    @pytest.mark.parametrize("trouble", ["key", "index", "server"])
    async def test_it_says_so_when_it_cannot(self, needle: Needle, trouble: str) -> None:
        hosts = {"key": needle.index(4), "index": f"{needle.url}/indexes/nowhere", "server": "http://127.0.0.1:9"}
        key = "another key" if trouble == "key" else needle.key
        index = PineconeIndex(key, index="some", host=hosts[trouble], namespace="four")
        with pytest.raises(Unavailable) as raised:
            await index.query([1, 0, 0, 0], 1)
        assert raised.value.details["dependency"] == "vectors"
        await index.close()
