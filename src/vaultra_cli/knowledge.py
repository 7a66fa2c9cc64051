"""`vaultra knowledge …`, and the ingestion that a server does for itself."""

import argparse
import asyncio
import json
import logging

import msgspec
from dishka import AsyncContainer

from vaultra_adapters.settings import Settings
from vaultra_cli.environment import database, settings_for
from vaultra_cli.logs import set_up_logging
from vaultra_core.domain.knowledge import Passage
from vaultra_core.errors import InvalidInput, VaultraError
from vaultra_core.ports.knowledge import Embedder, Library, VectorIndex
from vaultra_core.use_cases.ingest_knowledge import IngestKnowledge
from vaultra_core.use_cases.search_knowledge import SearchKnowledge

logger = logging.getLogger(__name__)


def knowledge(options: argparse.Namespace) -> int:
    if (options.action == "search") != bool(options.query):
        raise InvalidInput("vaultra knowledge search takes a QUERY; ingest and status take none.")
    settings = settings_for()
    set_up_logging(settings)
    with database(settings) as ready:
        found = asyncio.run(_run(ready, options))
    if options.json:
        print(json.dumps(msgspec.to_builtins(found)))
    elif isinstance(found, list):
        print("\n\n".join(map(_readable, found)) or "Nothing found. Has the knowledge base been ingested?")
    else:
        print("\n".join(f"{name}: {value}" for name, value in found.items()))
    return 0


async def _run(settings: Settings, options: argparse.Namespace) -> dict[str, object] | list[Passage]:
    from vaultra_cli.operate import container_for  # noqa: PLC0415 - the server imports this module for its ingestion

    async with container_for(settings) as container:
        if options.action == "search":
            search = await container.get(SearchKnowledge)
            return await search.execute(options.query, options.top_k, category=options.category)
        if options.action == "ingest":
            return msgspec.structs.asdict(await (await container.get(IngestKnowledge)).execute())
        index, embedder = await container.get(VectorIndex), await container.get(Embedder)
        documents = (await container.get(Library)).documents()
        return {
            "vectors": settings.vector_store,
            "embedder": embedder.name,
            "documents": len(documents),
            "sections": sum(len(document.sections) for document in documents),
            "entries": len(await index.ids()),
        }


def _readable(passage: Passage) -> str:
    return f"[{passage.doc_id}] {passage.title} · {passage.section} · {passage.score:.2f}\n{passage.text}"


async def ingest_beside(container: AsyncContainer, settings: Settings) -> None:
    """Bring the embedded knowledge base up to date. A failure of any kind is logged: everything else works without it.

    Vectors elsewhere cost money and belong to several servers; `vaultra knowledge ingest` is for them.
    """
    if settings.vector_store != "embedded":
        return
    try:
        done = await (await container.get(IngestKnowledge)).execute()
    except (VaultraError, ImportError) as error:
        logger.warning("the knowledge base could not be ingested: %s", error)
    except Exception:
        # Nobody waits for this task, so an error that left it would be told to nobody.
        logger.exception("the knowledge base could not be ingested")
    else:
        logger.info("knowledge base: %s", done)
