"""The knowledge base: which embedder and which index, as the settings say."""

from collections.abc import AsyncIterator

from dishka import Provider, Scope, alias, provide, provide_all
from sqlalchemy.ext.asyncio import AsyncEngine

from vaultra_adapters.knowledge.bm25_keywords import Bm25Keywords
from vaultra_adapters.knowledge.library import PackagedLibrary
from vaultra_adapters.knowledge.local_embedder import LocalEmbedder
from vaultra_adapters.postgres.vector_index import PostgresVectorIndex
from vaultra_adapters.settings import Settings
from vaultra_core.agent.tools.knowledge import Knowledge
from vaultra_core.ports.knowledge import Embedder, Keywords, Library, VectorIndex
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge
from vaultra_core.use_cases.search_knowledge import SearchKnowledge


class KnowledgeBase(Provider):
    scope = Scope.APP

    library = provide(PackagedLibrary, provides=Library)
    keywords = provide(Bm25Keywords, provides=Keywords)
    use_cases = provide_all(IngestKnowledge, SearchKnowledge)
    tool = alias(source=SearchKnowledge, provides=Knowledge)

    @provide
    async def embedder(self, settings: Settings) -> AsyncIterator[Embedder]:
        if settings.embedder == "local":
            yield LocalEmbedder()
            return
        from vaultra_adapters.knowledge.openai_embedder import OpenAIEmbedder  # noqa: PLC0415 - its SDK takes a second

        assert settings.openai_api_key
        embedder = OpenAIEmbedder(settings.openai_api_key, settings.openai_base_url)
        yield embedder
        await embedder.close()

    @provide
    async def index(self, settings: Settings, engine: AsyncEngine, embedder: Embedder) -> AsyncIterator[VectorIndex]:
        if settings.vector_store == "embedded":
            yield PostgresVectorIndex(engine, namespace=embedder.name)
            return
        from vaultra_adapters.knowledge.pinecone_index import PineconeIndex  # noqa: PLC0415 - as above

        assert settings.pinecone_api_key
        index = PineconeIndex(
            settings.pinecone_api_key,
            index=settings.pinecone_index or f"vaultra-knowledge-{settings.vaultra_env}",
            host=settings.pinecone_host,
            namespace=embedder.name,
        )
        yield index
        await index.close()
