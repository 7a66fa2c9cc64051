"""What is installed is what was locked: each package by the hashes of its files."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^(?P<name>[a-z0-9][\w.\[\]-]*)==(?P<rest>.*?)(?=^[a-z0-9#]|\Z)", re.MULTILINE | re.DOTALL)


def without_hashes(lock: str) -> list[str]:
    return [found["name"] for found in PINNED.finditer(lock) if "--hash=sha256:" not in found["rest"]]


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_every_package_is_locked_by_its_hashes(lock: Path) -> None:
    text = lock.read_text()
    assert len(PINNED.findall(text)) == len(re.findall(r"^\S+==", text, re.MULTILINE)) > 0
    assert without_hashes(text) == []
    one_less = re.sub(r"--hash=sha256:\w+", "", text, count=text.partition("\n    # via")[0].count("--hash"))
    assert without_hashes(one_less), "a package without its hashes was not seen"


def test_nothing_is_installed_without_looking_at_the_hashes() -> None:
    for file in ("scripts/make-venv", "Dockerfile"):
        installs = re.findall(r"pip install(?:[^\n]*\\\n)*[^\n]*", (ROOT / file).read_text())
        assert installs
        for install in installs:
            assert "--require-hashes" in install or "--no-deps" in install, (file, install)


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER\s+(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users and users[-1].partition(":")[0] not in ("root", "0")
