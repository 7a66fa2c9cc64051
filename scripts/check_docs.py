"""Check that the documents are true where a program can tell.

Every relative link leads to a file and every anchor to a heading; every `make` target and every `vaultra` command that
is named exists, and every command is described; and `.env.example` and `docs/configuration.md` name exactly the
settings that the code reads. The exit code is the number of untruths, 0 if there is none.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from vaultra_adapters.settings import Settings
from vaultra_cli.main import make_parser

ROOT = Path(__file__).resolve().parent.parent

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
TARGET = re.compile(r"`make ([a-z0-9]+)[^`]*`|^make ([a-z0-9]+)", re.MULTILINE)
COMMAND = re.compile(r"`(?:\.venv/bin/)?vaultra ([a-z]+)[^`]*`")
ENV_LINE = re.compile(r"^#?([A-Z][A-Z_]+)=", re.MULTILINE)
TABLE_ROW = re.compile(r"^\| `([A-Z][A-Z_]+)` ", re.MULTILINE)

# Read by compose.yaml, not by the program.
OF_COMPOSE = {"POSTGRES_PASSWORD"}


def main() -> int:
    documents = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    checks = (broken_links, unknown_targets, unknown_commands)
    wrong = [finding for document in documents for check in checks for finding in check(document)]
    wrong += undescribed_commands()
    wrong += undocumented_settings()
    for finding in wrong:
        print(finding)
    print(f"{len(documents)} documents: {len(wrong) or 'nothing'} wrong.")
    return min(len(wrong), 100)


def broken_links(document: Path) -> Iterator[str]:
    for match in LINK.finditer(_without_code(document.read_text())):
        address = match.group(1) or match.group(2)
        if re.match(r"[a-z]+:", address):
            continue
        path, _, anchor = address.partition("#")
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            yield f"{document.relative_to(ROOT)}: {address} does not exist"
        elif anchor and anchor not in anchors(target):
            yield f"{document.relative_to(ROOT)}: {address} names no heading"


def anchors(document: Path) -> set[str]:
    """The anchors of a Markdown file's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", _without_code(document.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def unknown_targets(document: Path) -> Iterator[str]:
    targets = set(re.findall(r"^([a-z0-9]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for match in TARGET.finditer(document.read_text()):
        name = match.group(1) or match.group(2)
        if name not in targets:
            yield f"{document.relative_to(ROOT)}: there is no `make {name}`"


def commands() -> set[str]:
    """The names of the commands of `vaultra`."""
    groups = (action for action in make_parser()._actions if isinstance(action, argparse._SubParsersAction))
    return {name for group in groups for name in group.choices}


def unknown_commands(document: Path) -> Iterator[str]:
    for name in set(COMMAND.findall(document.read_text())) - commands():
        yield f"{document.relative_to(ROOT)}: there is no `vaultra {name}`"


def undescribed_commands() -> Iterator[str]:
    described = COMMAND.findall((ROOT / "docs" / "command-line.md").read_text())
    yield from (f"docs/command-line.md: `vaultra {name}` is not described" for name in commands() - set(described))


def undocumented_settings() -> Iterator[str]:
    settings = {field.encode_name for field in msgspec.structs.fields(Settings)}
    for name, pattern in ((".env.example", ENV_LINE), ("docs/configuration.md", TABLE_ROW)):
        documented = set(pattern.findall((ROOT / name).read_text())) - OF_COMPOSE
        yield from (f"{name}: {setting} is read but not described" for setting in sorted(settings - documented))
        yield from (f"{name}: {setting} is described but not read" for setting in sorted(documented - settings))


def _without_code(text: str) -> str:
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


if __name__ == "__main__":
    sys.exit(main())
