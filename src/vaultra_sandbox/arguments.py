"""What the sandbox's commands can be told."""

import argparse
from pathlib import Path


def parser() -> argparse.ArgumentParser:
    """The parser of `vaultra sandbox`; `command` of its result names the command."""
    top = argparse.ArgumentParser(
        prog="vaultra sandbox",
        description="A server that plays Stripe, with sample businesses.",
        epilog="Exit codes: 0 done, 1 it could not be done, 2 the command or its input is wrong.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _serve(commands.add_parser("serve", help="run the server on 127.0.0.1"))

    accounts = commands.add_parser("accounts", help="list the accounts")
    _where(accounts)
    accounts.add_argument("--json", action="store_true", help="for scripts")

    tick = commands.add_parser(
        "tick",
        help="let the sample businesses live on",
        description="Let the sample businesses catch up with the real time and, with --days, live that many days "
        "more at once. What happens is dated now, never later, so that readers see it as news of today.",
    )
    _where(tick)
    tick.add_argument("--days", type=_days, default=0.0, metavar="N", help="0 (the default) to 366")
    tick.add_argument("--account", metavar="NAME", help="only this business")

    load = commands.add_parser(
        "load",
        help="make an account of a file",
        description="Make an account of a file of Stripe objects (JSON Lines) or of CSV with "
        "date,amount[,currency][,customer], the files that 'vaultra assess' takes; '-' reads standard input. What "
        "the account held before is replaced. Works while a server runs on the same FILE.",
    )
    load.add_argument("file", metavar="FILE")
    load.add_argument("--account", required=True, metavar="NAME", help="the account's name on the consent page")
    load.add_argument(
        "--shift-to-today",
        action="store_true",
        help="move all dates by whole days, so that the last day in the file becomes yesterday (UTC)",
    )
    load.add_argument("--currency", type=str.lower, default="usd", metavar="CUR", help="of rows that name none (usd)")
    _where(load)

    test = commands.add_parser(
        "load-test",
        help="make an account of any size",
        description="Make an account with many charges, with balance transactions, refunds, disputes and payouts.",
    )
    test.add_argument("--data", type=Path, required=True, metavar="FILE", help="the sandbox's SQLite file")
    test.add_argument("--account", required=True, metavar="NAME")
    test.add_argument("--charges", type=int, required=True, metavar="N")
    test.add_argument("--days", type=int, default=730, help="how far back they go (730)")
    test.add_argument("--seed", type=int, default=0, help="the same seed makes the same amounts (0)")
    return top


def _where(command: argparse.ArgumentParser) -> None:
    place = command.add_mutually_exclusive_group(required=True)
    place.add_argument("--data", type=Path, metavar="FILE", help="the sandbox's SQLite file")
    place.add_argument("--server", metavar="URL", help="a running sandbox")


def _days(text: str) -> float:
    days = float(text)
    if not 0 <= days <= 366:
        raise argparse.ArgumentTypeError("must be between 0 and 366")
    return days


def _serve(serve: argparse.ArgumentParser) -> None:
    option = serve.add_argument
    option("--data", type=Path, required=True, metavar="FILE", help="the SQLite file that holds everything")
    option("--port", type=int, default=0, help="0 (the default) takes a free one")
    option("--client-id", default="ca_sandbox", metavar="CA", help="the platform's OAuth client id (%(default)s)")
    option("--secret-key", default="sk_test_sandbox", metavar="SK", help="the platform's secret key (%(default)s)")
    option("--webhook-url", metavar="URL", help="where events of connected accounts go; remembered in FILE")
    option("--webhook-secret", metavar="WHSEC", help="signs them")
    option("--ready-file", type=Path, metavar="FILE", help="written with the server's URL once it listens")
    option("--die-with-parent", action="store_true", help="end when the process that started this one ends (Linux)")
    option("--live", action="store_true", help="let the sample businesses live on while the server runs")
    option("--speed", type=float, default=1.0, metavar="N", help="with --live: N times as busy as in life (1)")
    option = serve.add_argument_group("trouble on purpose").add_argument
    option("--rate-limit", type=float, metavar="RPS", help="answer 429 to more requests a second and account")
    option("--latency-ms", type=float, default=0.0, metavar="MS", help="answer that much later on average")
    option("--error-rate", type=float, default=0.0, metavar="SHARE", help="answer 500 to that share (0 to 1)")
    option("--truncate-rate", type=float, default=0.0, metavar="SHARE", help="break that share of answers off (0 to 1)")
    option("--seed", type=int, default=0, help="makes the trouble repeatable (0)")
