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

import msgspec

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
        from tokenizers import Tokenizer  # noqa: PLC0415 - as above

        found = importlib.util.find_spec("wordllama")
        if found is None or not found.submodule_search_locations:
            raise ModuleNotFoundError("the local embedder's model is not installed", name="wordllama")
        folder = Path(found.submodule_search_locations[0])
        tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer, _vectors(folder / WEIGHTS)


def _vectors(path: Path) -> Any:
    """The words' vectors as they lie in the file: only pages that are asked for take memory.

    The library for this format copies all of them. The format: the length of a header, the header, the numbers.
    """
    import numpy  # noqa: PLC0415 - as above

    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        tensor = msgspec.json.decode(file.read(length))["embedding.weight"]
    if tensor["dtype"] != "F16":
        raise ValueError(f"{path.name} holds {tensor['dtype']}, not F16")
    start = 8 + length + tensor["data_offsets"][0]
    return numpy.memmap(path, numpy.float16, "r", start, tuple(tensor["shape"]))
