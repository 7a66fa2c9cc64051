"""The sandbox's commands. Exit codes: 0 done, 1 it could not be done, 2 the command or its input is wrong."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from vaultra_sandbox.faults import Faults
from vaultra_sandbox.sandbox import Settings


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parser = _parser()
    arguments = parser.parse_args(argv)
    code: int = arguments.run(arguments, parser)
    return code


def _serve(arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> int:
    from vaultra_sandbox.serve import serve  # noqa: PLC0415 (the server is slow to import, help is not)

    if arguments.webhook_url and not arguments.webhook_secret:
        parser.error("--webhook-url needs --webhook-secret")
    try:
        faults = Faults(
            rate_limit=arguments.rate_limit,
            latency_ms=arguments.latency_ms,
            error_rate=arguments.error_rate,
            truncate_rate=arguments.truncate_rate,
            seed=arguments.seed,
        )
    except ValueError as error:
        parser.error(str(error))
    settings = Settings(
        data=arguments.data,
        client_id=arguments.client_id,
        secret_key=arguments.secret_key,
        webhook_url=arguments.webhook_url,
        webhook_secret=arguments.webhook_secret,
        live=arguments.live,
        speed=arguments.speed,
        faults=faults,
    )
    try:
        return serve(
            settings,
            port=arguments.port,
            ready_file=arguments.ready_file,
            die_with_parent=arguments.die_with_parent,
        )
    except OSError as error:
        print(f"The sandbox cannot listen on port {arguments.port}: {error}", file=sys.stderr)  # noqa: T201
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="vaultra sandbox", description="A server that plays Stripe, with sample businesses.", epilog=__doc__
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the server on 127.0.0.1")
    serve.set_defaults(run=_serve)
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
    faults = serve.add_argument_group("trouble on purpose")
    option = faults.add_argument
    option("--rate-limit", type=float, metavar="RPS", help="answer 429 to more requests a second and account")
    option("--latency-ms", type=float, default=0.0, metavar="MS", help="answer that much later on average")
    option("--error-rate", type=float, default=0.0, metavar="SHARE", help="answer 500 to that share (0 to 1)")
    option("--truncate-rate", type=float, default=0.0, metavar="SHARE", help="break that share of answers off (0 to 1)")
    option("--seed", type=int, default=0, help="makes the trouble repeatable (0)")
    return parser
