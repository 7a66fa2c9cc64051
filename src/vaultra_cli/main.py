"""`vaultra …`: the parser of all commands. Each command imports what it needs when it runs, so that help is quick
and `vaultra assess` works in an environment that has the core alone.

Exit codes: 0 done · 1 failed · 2 wrong usage or input · 130 interrupted.
"""

import argparse
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from vaultra_cli.quick_imports import quick_imports
from vaultra_core.errors import InvalidInput, VaultraError

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    arguments = sys.argv[1:] if argv is None else list(argv)
    if arguments[:1] == ["sandbox"]:
        # The sandbox plays Stripe and is no part of the product: it brings a command line of its own.
        return _sandbox(arguments[1:])
    options = make_parser().parse_args(arguments)
    try:
        with quick_imports():
            module = importlib.import_module(options.module)
        run: Callable[[argparse.Namespace], int] = getattr(module, options.function)
        return run(options)
    except InvalidInput as error:
        print(f"vaultra: {error.message}", file=sys.stderr)
        return USAGE
    except VaultraError as error:
        print(f"vaultra: {error.message}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except ImportError as error:
        if (error.name or "").startswith("vaultra"):
            raise
        print(f"vaultra: this command needs {error.name}: pip install 'vaultra[all]'.", file=sys.stderr)
        return FAILED


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vaultra",
        description="Keeps a small business underwritable at any moment. Informational only: no lending, no advice.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage or input, 130 interrupted.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_servers(commands)
    _add_assess(commands)
    _add_by_hand(commands)
    commands.add_parser("sandbox", help="the Stripe sandbox: serve, accounts, load, tick", add_help=False)
    return parser


Commands = argparse._SubParsersAction  # the standard library has no public name for it


def _command(
    commands: "Commands[argparse.ArgumentParser]", name: str, module: str, function: str, help_: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=help_, description=help_[0].upper() + help_[1:] + ".")
    parser.set_defaults(module=f"vaultra_cli.{module}", function=function)
    return parser


def _add_servers(commands: "Commands[argparse.ArgumentParser]") -> None:
    demo = _command(commands, "demo", "demo", "demo", "bring up the whole product on embedded defaults")
    demo.add_argument(
        "--port", type=_port, default=8000, help="port of the dashboard (default 8000, 0 takes a free one)"
    )
    demo.add_argument(
        "--data-dir", type=Path, default=Path(".vaultra"), help="where all data is kept (default .vaultra)"
    )

    serve = _command(commands, "serve", "serve", "serve", "run the API with the dashboard")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on (default 8000)")

    _command(commands, "worker", "serve", "worker", "run a worker: jobs, schedule ticks, sweep (needs REDIS_URL)")
    _command(commands, "scheduler", "serve", "scheduler", "run schedule ticks alone (a worker has them too)")

    migrate = _command(commands, "migrate", "operate", "migrate", "bring the database schema up or down")
    migrate.add_argument("--to", default="head", metavar="REV", help="revision, `head` (default) or `base`")


def _add_assess(commands: "Commands[argparse.ArgumentParser]") -> None:
    assess = _command(
        commands, "assess", "assess", "assess", "metrics, score and recommendations of a file, without any server"
    )
    assess.add_argument(
        "file",
        metavar="FILE",
        help="JSON Lines of Stripe objects, or CSV date,amount[,currency][,customer]; - for standard input",
    )
    assess.add_argument("--as-of", metavar="DATE", help="score as of this day (default: the last day in the file)")
    assess.add_argument("--rulebook", default="lender-2", metavar="NAME", help="lender-2 (default) or baseline-1")
    assess.add_argument("--currency", metavar="CUR", help="reporting currency (default: the most frequent in the file)")
    assess.add_argument(
        "--timezone", default="UTC", metavar="TZ", help="time zone of the business's days (default UTC)"
    )
    assess.add_argument("--path", action="store_true", help="add the least effort that reaches the next tier")
    assess.add_argument("--outlook", action="store_true", help="add the next 90 days if nothing changes")
    assess.add_argument("--json", action="store_true", help="print JSON instead of a report")


def _add_by_hand(commands: "Commands[argparse.ArgumentParser]") -> None:
    sync = _command(commands, "sync", "operate", "sync", "sync a Stripe account now")
    sync.add_argument("account", metavar="ACCOUNT", help="acct_…")
    sync.add_argument("--json", action="store_true", help="print JSON")

    recompute = _command(commands, "recompute", "operate", "recompute", "fold, measure and score everything anew")
    recompute.add_argument("--business", metavar="ID", help="only this business")

    backup = _command(commands, "backup", "operate", "backup", "write all data to a file")
    backup.add_argument("file", metavar="FILE", type=Path, help="the file to write")
    restore = _command(commands, "restore", "operate", "restore", "fill an empty database from a backup")
    restore.add_argument("file", metavar="FILE", type=Path, help="a file that `vaultra backup` wrote")

    audit = _command(commands, "audit", "operate", "audit", "who did what, newest first")
    audit.add_argument("--business", metavar="ID", help="in this business only")
    audit.add_argument("--user", metavar="ID", help="by this person only")
    audit.add_argument("--limit", type=int, default=50, help="so many entries (default 50)")
    audit.add_argument("--json", action="store_true", help="print JSON")

    reseal = _command(commands, "reseal", "operate", "reseal", "seal kept secrets with the newest of ENCRYPTION_KEYS")
    reseal.add_argument("--json", action="store_true", help="print JSON")

    sweep = _command(commands, "sweep", "sweep", "sweep", "compute what is due for every business, now")
    sweep.add_argument(
        "--processes", type=_processes, metavar="N", help="processes to share it (default: one more than cores)"
    )
    sweep.add_argument("--json", action="store_true", help="print JSON")

    events = _command(commands, "events", "operate", "events", "the inbox of Stripe events")
    events.add_argument("action", choices=["dead", "replay", "stats"], help="list dead ones, requeue them, count all")
    events.add_argument("ids", nargs="*", metavar="EVENT", help="evt_… to replay (default: all)")
    events.add_argument("--json", action="store_true", help="print JSON")

    knowledge = _command(commands, "knowledge", "knowledge", "knowledge", "the knowledge base")
    knowledge.add_argument(
        "action", choices=["ingest", "search", "status"], help="bring it up to date, ask it, count it"
    )
    knowledge.add_argument("query", nargs="?", metavar="QUERY", help="what to search for")
    knowledge.add_argument("--top-k", type=int, default=5, metavar="N", help="passages to find, 1 to 20 (default 5)")
    knowledge.add_argument("--category", help="only documents of this category")
    knowledge.add_argument("--json", action="store_true", help="print JSON")

    _command(commands, "mcp", "mcp", "mcp", "the MCP server over standard input and output (needs MCP_TOKEN)")

    doctor = _command(commands, "doctor", "doctor", "doctor", "check every setting and dependency")
    doctor.add_argument("--json", action="store_true", help="print JSON")
    _command(commands, "openapi", "operate", "openapi", "print the OpenAPI document")


def _port(text: str) -> int:
    if not text.isdigit() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is no port (0 to 65535)")
    return int(text)


def _processes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 64:
        raise argparse.ArgumentTypeError(f"{text} is no number of processes (1 to 64)")
    return int(text)


def _sandbox(arguments: list[str]) -> int:
    try:
        cli = importlib.import_module("vaultra_sandbox.cli")
    except ImportError as error:
        print(f"vaultra: the sandbox needs {error.name}: pip install 'vaultra[all]'.", file=sys.stderr)
        return FAILED
    code: int = cli.main(arguments)
    return code
