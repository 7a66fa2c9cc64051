"""The core works in an environment that has only msgspec and the standard library."""

import subprocess
import sys

PROGRAM = """
import sys, importlib.abc

class OnlyMsgspec(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in sys.stdlib_module_names or top in ("msgspec", "vaultra_core") or top.startswith("_sysconfigdata"):
            return None
        raise ImportError(f"{name} is not there")

sys.meta_path.insert(0, OnlyMsgspec())
import datetime as dt
from vaultra_core import fold, metrics, assess, recommend, simulate, replay, observe
import vaultra_core.views, vaultra_core.use_cases.assess_file

raw = {"object": "charge", "id": "ch_1", "created": 1750000000, "currency": "usd", "livemode": True,
       "amount": 1000, "captured": True, "status": "succeeded"}
history = fold(observe(raw, 0).records, currency="usd", timezone="Europe/Vienna")
as_of = dt.date(2025, 6, 30)
assert metrics(history, as_of).revenue_total_minor == 1000
assert assess(history, as_of).score == simulate(history, as_of, {}).score == replay(history, as_of, as_of)[0].score
assert recommend(history, as_of)
foreign = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names)
print(sorted(name for name in foreign if not name.startswith("_") and name != "sitecustomize"))
"""


def test_the_core_needs_msgspec_alone() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['msgspec', 'vaultra_core']"
