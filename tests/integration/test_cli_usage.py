"""What the command line says to somebody who asks for help, or who asks wrongly."""

import re
import subprocess
import sys

import pytest

from support.command import vaultra_here as vaultra

COMMANDS = [
    [],
    ["demo"],
    ["serve"],
    ["worker"],
    ["scheduler"],
    ["migrate"],
    ["assess"],
    ["sync"],
    ["recompute"],
    ["events"],
    ["doctor"],
    ["openapi"],
    ["sandbox"],
    ["sandbox", "serve"],
    ["sandbox", "accounts"],
    ["sandbox", "load"],
    ["sandbox", "tick"],
]


def test_every_command_has_help() -> None:
    known = vaultra("--help").output
    for command in COMMANDS:
        run = vaultra(*command, "--help")
        assert (run.code, run.complaint) == (0, ""), command
        assert run.output.startswith(f"usage: vaultra {' '.join(command)}".rstrip()), command
        assert not command or re.search(rf"\n    {command[0]}\s", known)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["demo", "--port", "70000"], "70000 is no port (0 to 65535)"),
        (["serve", "--port", "-1"], "-1 is no port (0 to 65535)"),
        (["assess"], "the following arguments are required: FILE"),
        (["sync"], "the following arguments are required: ACCOUNT"),
        (["events", "bury"], "invalid choice: 'bury'"),
        (["sandbox"], "the following arguments are required: COMMAND"),
        (["sandbox", "load", "-"], "the following arguments are required: --account"),
        (["migrate", "--to", "9999"], "There is no revision '9999'"),
        (["recompute", "--business", "mine"], "mine is no business id."),
        (["worker"], "vaultra worker needs REDIS_URL"),
        (["scheduler"], "vaultra scheduler needs REDIS_URL"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(arguments: list[str], says: str) -> None:
    run = vaultra(*arguments)
    assert (run.code, run.output) == (2, ""), run
    assert says in run.complaint.splitlines()[-1]
    assert "Traceback" not in run.complaint


@pytest.mark.parametrize(
    ("command", "settings", "says"),
    [
        ("doctor", {"RULEBOOK": "x"}, "RULEBOOK is not usable: choose one of baseline-1, lender-2."),
        ("serve", {"LOG_LEVEL": "loud"}, "LOG_LEVEL is not usable"),
        ("migrate", {"DATABASE_URL": "mysql://127.0.0.1/x"}, "DATABASE_URL is not usable"),
        ("worker", {"REDIS_URL": "127.0.0.1"}, "REDIS_URL is not usable"),
        ("recompute", {"JWT_SECRET": "short"}, "JWT_SECRET is not usable"),
        ("demo", {"STRIPE_API_BASE": "sandbox"}, "STRIPE_API_BASE is not usable"),
        ("serve", {"VAULTRA_ENV": "production"}, "VAULTRA_ENV=production needs DATABASE_URL, REDIS_URL, JWT_SECRET"),
    ],
)
def test_a_wrong_setting_is_one_line_with_its_name(command: str, settings: dict[str, str], says: str) -> None:
    run = vaultra(command, settings=settings)
    assert (run.code, run.output) == (2, ""), run
    assert run.complaint.startswith(f"vaultra: {says}")
    assert run.complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "settings"),
    [
        ("migrate", {"DATABASE_URL": "postgresql://vaultra@127.0.0.1:9/vaultra"}),
        ("worker", {"DATABASE_URL": "postgresql://vaultra@127.0.0.1:9/vaultra", "REDIS_URL": "redis://127.0.0.1:9"}),
    ],
)
def test_a_server_that_is_not_there_is_one_line_and_ends_with_1(command: str, settings: dict[str, str]) -> None:
    run = vaultra(command, settings=settings)
    assert (run.code, run.output) == (1, ""), run
    assert run.complaint.startswith("vaultra: The database does not answer: ")
    assert run.complaint.count("\n") == 1


def test_a_queue_that_is_not_there_is_one_line_and_ends_with_1(database_url: str) -> None:
    run = vaultra("worker", settings={"DATABASE_URL": database_url, "REDIS_URL": "redis://127.0.0.1:9"})
    assert run.code == 1
    assert run.complaint.splitlines()[-1].startswith("vaultra: The queue cannot be reached")
    assert "Traceback" not in run.complaint


BARE = """
import sys
class Bare:  # an environment that has the core's one dependency alone
    def find_spec(self, name, path=None, target=None):
        root = name.partition(".")[0]
        ours = root.startswith(("vaultra", "_")) or root in ("msgspec", "tzdata")
        if root not in sys.stdlib_module_names and not ours:
            raise ModuleNotFoundError(f"No module named {root!r}", name=root)
sys.meta_path.insert(0, Bare())
from vaultra_cli.main import main
raise SystemExit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(("command", "code"), [("assess", 0), ("doctor", 1), ("demo", 1), ("serve", 1)])
def test_a_bare_install_assesses_and_says_what_the_rest_needs(command: str, code: int) -> None:
    arguments = ["assess", "-"] if command == "assess" else [command]
    sale = "date,amount\n2026-01-01,5\n"
    run = [sys.executable, "-c", BARE, *arguments]
    done = subprocess.run(run, input=sale, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == code, done.stderr
    if code:
        assert "pip install 'vaultra[all]'" in done.stderr
        assert "Traceback" not in done.stderr
