import argparse
import datetime as dt
import sys

from vaultra_core.errors import InvalidInput
from vaultra_core.use_cases.assess_file import assess_file


def assess(options: argparse.Namespace) -> int:
    """Assess a file and print the report. Exit code 2 with every bad line by number when it cannot be read."""
    try:
        as_of = dt.date.fromisoformat(options.as_of) if options.as_of else None
    except ValueError:
        raise InvalidInput(f"--as-of {options.as_of} is no date: use YYYY-MM-DD.") from None
    wanted = {
        "as_of": as_of,
        "rulebook": options.rulebook,
        "currency": options.currency.lower() if options.currency else None,
        "timezone": options.timezone,
        "with_path": options.path,
        "with_outlook": options.outlook,
    }
    try:
        if options.file == "-":
            report = assess_file(sys.stdin.buffer, **wanted)
        else:
            with open(options.file, "rb") as source:  # noqa: PTH123 - the name is the person's own
                report = assess_file(source, **wanted)
    except OSError as error:
        raise InvalidInput(f"{options.file} cannot be read: {error.strerror}.") from None
    for notice in report.notices:
        print(f"vaultra: {notice}", file=sys.stderr)
    if options.json:
        sys.stdout.buffer.write(report.json() + b"\n")
    else:
        print(report.text())
    return 0
