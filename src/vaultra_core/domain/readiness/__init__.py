"""Readiness: rulebooks as data (`rules`, `baseline_1`, `lender_2`), what they measure, and how that becomes a score."""
