"""Vaultra's rules in another service: Stripe's JSON in, a score and what to do about it out. Needs msgspec alone.

python examples/readiness.py FILE, where FILE holds one Stripe object a line.
"""

import json
import sys
import time
from pathlib import Path

from vaultra_core import assess, fold, observe, outlook, path

objects = [json.loads(line) for line in Path(sys.argv[1]).read_text().splitlines()]
records = [record for each in objects for record in observe(each, int(time.time())).records]

history = fold(records, currency="usd", timezone="America/New_York")
as_of = history.last_day
assessment = assess(history, as_of) if as_of else None
if as_of is None or assessment is None:
    sys.exit("There is no successful charge to judge.")

print(f"{assessment.score} of 100, {assessment.tier.label}")
for line in assessment.contributions:
    print(f"  {line.points:+.2f} {line.reason}")

way, ahead = path(history, as_of), outlook(history, as_of)
if way and way.steps:
    print(f"To {way.target}: " + "; ".join(step.action for step in way.steps))
if ahead:
    print(f"In {ahead.days} days, if nothing changes: {ahead.scores[-1].score}")
