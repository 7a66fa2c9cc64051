"""Embeddings without a network: the static word vectors that the wheel of `wordllama` carries.

The files are read directly. Importing `wordllama` itself sets up logging for the whole process, brings an HTTP client
along and keeps the vectors twice as large; what it then does with them is the mean below.
"""

import asyncio
import importlib.util
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from vaultra_core.ports.knowledge import Vector

WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
TOKENIZER: Final = "tokenizers/l2_supercat_tokenizer_config.json"


class LocalEmbedder:
    """The mean of a text's word vectors, scaled to length one. The model is read at the first use, once."""

    name = "wordllama-l2-supercat-256"
    dimensions = 256

    def __init__(self) -> None:
        self._reading = threading.Lock()

    def count_tokens(self, text: str) -> int:
        tokenizer, _ = self._read()
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    async def embed(self, texts: Sequence[str]) -> list[Vector]:
        return await asyncio.to_thread(self._embed, list(texts))

    def _embed(self, texts: list[str]) -> list[Vector]:
        tokenizer, words = self._read()
        return [self._mean(words, encoded.ids) for encoded in tokenizer.encode_batch(texts, add_special_tokens=False)]

    def _mean(self, words: Any, ids: list[int]) -> Vector:
        import numpy  # noqa: PLC0415 - a third of a second that a process without questions need not pay

        mean = words[ids].astype(numpy.float32).mean(axis=0) if ids else numpy.ones(self.dimensions, numpy.float32)
        vector: list[float] = (mean / numpy.linalg.norm(mean)).tolist()
        return vector

    def _read(self) -> tuple[Any, Any]:
        with self._reading:  # several threads may ask first
            return self._model

    @cached_property
    def _model(self) -> tuple[Any, Any]:
        from safetensors import safe_open  # noqa: PLC0415 - as above
        from tokenizers import Tokenizer  # noqa: PLC0415

        found = importlib.util.find_spec("wordllama")
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError("the local embedder's model is not installed", name="wordllama")
        folder = Path(found.submodule_search_locations[0])
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        with safe_open(folder / WEIGHTS, framework="np") as weights:
            return tokenizer, weights.get_tensor("embedding.weight")
