"""The tensors of an ONNX file as they lie in it, so that only pages that are asked for take memory.

The format is protocol buffers: `ModelProto.graph` holds `GraphProto.initializer`, each a `TensorProto` (onnx.proto of
the ONNX project, version 1). The libraries for it keep a copy of everything, mostly at four times its size.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

GRAPH: Final = 7  # of a ModelProto
INITIALIZER: Final = 5  # of a GraphProto
DIMENSION, KIND, NAME, RAW = 1, 2, 8, 9  # of a TensorProto
KINDS: Final[Mapping[int, str]] = {1: "<f4", 3: "i1"}  # TensorProto.DataType: FLOAT, INT8

Span = tuple[int, int]


def read_tensors(path: Path) -> dict[str, Any]:
    """Arrays of single-precision and 8-bit numbers by their names, in the order of the file."""
    import numpy  # noqa: PLC0415 - a third of a second that a process without questions need not pay

    data: Any = numpy.memmap(path, numpy.uint8, "r")
    view, found = memoryview(data), {}
    for graph in _messages(view, (0, len(view)), GRAPH):
        for tensor in _messages(view, graph, INITIALIZER):
            fields = list(_fields(view, tensor))
            kind = next(value for field, value in fields if field == KIND)
            raw = next((value for field, value in fields if field == RAW), None)
            if isinstance(raw, tuple) and kind in KINDS:
                [name] = [bytes(view[slice(*value)]).decode() for field, value in fields if field == NAME]
                shape = [value for field, value in fields if field == DIMENSION]
                found[name] = data[slice(*raw)].view(KINDS[kind]).reshape(shape)
    return found


def _messages(view: memoryview, within: Span, field: int) -> Iterator[Span]:
    return (value for number, value in _fields(view, within) if number == field and isinstance(value, tuple))


def _fields(view: memoryview, within: Span) -> Iterator[tuple[int, Any]]:
    """Number and value of each field of a message: an integer, or where its bytes are. Others are passed over."""
    at, end = within
    while at < end:
        key, at = _varint(view, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(view, at)
            yield number, value
        elif wire == 2:
            length, at = _varint(view, at)
            yield number, (at, at + length)
            at += length
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("this is no ONNX file")


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, lowest first; and where it ends."""
    value = shift = 0
    while True:
        byte = view[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
