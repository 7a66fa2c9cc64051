"""`python -m vaultra_sandbox …`."""

import sys

from vaultra_sandbox.cli import main

sys.exit(main())
