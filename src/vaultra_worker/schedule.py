"""Every schedule, in one list. A tick is a wake-up like any other: what is due stands in the database."""

from typing import Final

from vaultra_core.ports.runtime import Job

SCHEDULE: Final[dict[Job, str]] = {
    Job.STRIPE_SYNC: "*/15 * * * *",
    Job.SETTLE_DOUBTS: "*/15 * * * *",
    Job.CERTIFY: "20 * * * *",
    Job.COMPUTE_METRICS: "0 * * * *",
    Job.COMPUTE_READINESS: "5 * * * *",
    Job.GENERATE_RECOMMENDATIONS: "10 4 * * *",
}
