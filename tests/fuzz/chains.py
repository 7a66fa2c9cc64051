"""Requests that build on each other: Schemathesis follows the links between operations, which it finds in the document
by what they give and take (a business that was made is read, changed, given members, deleted), as a state machine.

Every step may be somebody else's: the owner makes what a viewer changes and the stranger asks for.
"""

from typing import TYPE_CHECKING, Any, Final

import hypothesis
from hypothesis import HealthCheck, Phase, Verbosity
from schemathesis.core.transport import Response
from schemathesis.generation.stateful.state_machine import StepInput, StepOutput

from fuzz.cast import ROLES

if TYPE_CHECKING:
    from fuzz.campaign import Asker

CHAINS: Final = 4
STEPS: Final = 8
GOES_ON: Final = 0.6  # how often the next step is the same person's
SETTINGS: Final = hypothesis.settings(
    max_examples=CHAINS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=Verbosity.quiet,
)


def chains(schema: Any, asker: "Asker", seed: int) -> None:
    """Go along some chains, until the tally has enough."""

    class Chain(schema.as_state_machine()):  # type: ignore[misc] # made from the document
        def setup(self) -> None:
            self.role = asker.chance.choice(ROLES)

        def step(self, input: StepInput) -> StepOutput | None:  # noqa: A002 - the name that the base class calls it by
            if asker.tally.enough:
                return None
            if asker.chance.random() > GOES_ON:
                self.role = asker.chance.choice(ROLES)
            answer = asker.ask(input.case, self.role, linked=bool(input.applied_parameters))
            return StepOutput(Response.from_requests(answer, verify=True), input.case)

    hypothesis.seed(seed)(Chain)
    Chain.run(settings=SETTINGS)
