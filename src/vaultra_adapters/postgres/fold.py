"""The fold of `vaultra_core.domain.fold` in SQL: a business's days from its ledger; no object leaves the server.

The core's fold is the reference; a property test over real PostgreSQL holds the two equal. What each side knows best
stays with it: days begin and end where Python's database of time zones says, and amounts are multiplied and divided as
exact numerics, halves away from zero, as the core does.
"""

from functools import cache
from typing import Final

from sqlalchemy import BigInteger, Text, TextClause, Uuid, bindparam, text

from vaultra_core.domain.activity import CUSTOMERS_KEPT
from vaultra_core.domain.fold import CHARGEBACKS, NEW_CUSTOMER_SECONDS
from vaultra_core.domain.reference_rates import PER_EURO
from vaultra_core.money import THREE_DECIMAL, ZERO_DECIMAL
from vaultra_core.periods import DAY_SECONDS

_FOLD: Final = """
WITH span AS MATERIALIZED (
  SELECT * FROM json_to_recordset(CAST(:spans AS json))
    AS span(day date, starts bigint, ends bigint, arrives_from bigint, arrives_until bigint)
), reference (currency, per_euro) AS (VALUES {reference}
), fact AS (
  SELECT day, CASE status WHEN 'failed' THEN 'failed' ELSE 'sale' END AS kind, currency, amount_minor, id AS charge,
         customer, created, false AS marked, false AS released
    FROM span JOIN stripe_charges ON created >= starts AND created < ends
   WHERE business_id = :business AND (status = 'failed' OR status = 'succeeded' AND captured)
  UNION ALL
  SELECT day, 'refund', currency, amount_minor, charge, NULL, created, false,
         -- Releasing an authorisation that was never captured makes a refund object too, but no money went back. Asked
         -- here and not by a join, which would ask it of all refunds before it takes those of these days.
         (SELECT NOT captured FROM stripe_charges WHERE business_id = :business AND id = refund.charge)
    FROM span JOIN stripe_refunds refund ON created >= starts AND created < ends
   WHERE business_id = :business AND status = 'succeeded'
  UNION ALL
  SELECT day, 'chargeback', currency, amount_minor, charge, NULL, created, status = 'won', false
    FROM span JOIN stripe_disputes ON created >= starts AND created < ends
   WHERE business_id = :business AND status IN ({chargebacks})
  UNION ALL
  SELECT day, 'payout', currency, amount_minor, NULL, NULL, created,
         status = 'paid'
           AND COALESCE((milestones ->> 'paid')::bigint, arrival_date) / {day} <= arrival_date / {day}, false
    FROM span JOIN stripe_payouts ON arrival_date >= arrives_from AND arrival_date < arrives_until
   WHERE business_id = :business AND amount_minor > 0 AND status <> 'canceled'
), priced AS MATERIALIZED (
  -- What one minor unit is worth is a ratio of two numbers, so that the only rounding is the last step.
  SELECT fact.*, rate.exact,
         sign(fact.amount_minor::numeric) * div(2 * abs(fact.amount_minor) * units + per, 2 * per) AS worth
    FROM fact
    -- By key, for those in another currency: a join would read the whole ledger for the sake of a day.
    LEFT JOIN LATERAL (
      SELECT exchange_rate::numeric AS rate
        FROM stripe_charges own JOIN stripe_balance_transactions settling
          ON settling.business_id = :business AND settling.id = own.balance_transaction
       WHERE own.business_id = :business AND own.id = fact.charge AND own.currency = fact.currency
         AND settling.currency = :currency AND fact.currency <> :currency
       LIMIT 1) settled ON true
    LEFT JOIN reference source ON source.currency = fact.currency
    LEFT JOIN reference target ON target.currency = :currency
   CROSS JOIN LATERAL (
     SELECT CASE WHEN fact.currency = ANY ({zero_decimal}) THEN 1
                 WHEN fact.currency = ANY ({three_decimal}) THEN 1000 ELSE 100 END AS minor_units) unit
   CROSS JOIN LATERAL (
     SELECT fact.currency = :currency OR settled.rate IS NOT NULL AS exact,
            CASE WHEN fact.currency = :currency THEN 1
                 WHEN settled.rate IS NOT NULL THEN settled.rate * :minor_units
                 ELSE target.per_euro * :minor_units END AS units,
            CASE WHEN fact.currency = :currency THEN 1
                 WHEN settled.rate IS NOT NULL THEN unit.minor_units
                 ELSE source.per_euro * unit.minor_units END AS per) rate
   WHERE released IS NOT true
), first_sale AS (
  -- One look into the index of sales for each customer. Asking for the next one in order leaves no other index to try.
  SELECT customer, first.created
    FROM (SELECT DISTINCT customer FROM fact WHERE kind = 'sale' AND customer IS NOT NULL) buyer
   CROSS JOIN LATERAL (
     SELECT created FROM stripe_charges sale
      WHERE business_id = :business AND sale.customer >= buyer.customer
        AND sale.customer IS NOT NULL AND status = 'succeeded' AND captured
      ORDER BY sale.customer, created LIMIT 1) first
), buyer_day AS (
  SELECT day, customer, sum(worth) AS amount,
         row_number() OVER (PARTITION BY day ORDER BY sum(worth) DESC, customer COLLATE "C") AS place
    FROM priced WHERE kind = 'sale' AND customer IS NOT NULL AND worth IS NOT NULL
   GROUP BY day, customer
), largest AS (
  SELECT day, json_object_agg(customer, amount::bigint) AS customers
    FROM buyer_day WHERE place <= {kept} GROUP BY day
), folded AS MATERIALIZED (
  SELECT day,
         count(*) FILTER (WHERE kind = 'sale') AS charge_count,
         sum(worth) FILTER (WHERE kind = 'sale') AS gross_minor,
         sum(worth) FILTER (WHERE kind = 'sale' AND NOT exact) AS estimated_minor,
         count(*) FILTER (WHERE kind = 'failed') AS failed_count,
         count(*) FILTER (WHERE kind = 'refund') AS refund_count,
         sum(worth) FILTER (WHERE kind = 'refund') AS refunded_minor,
         count(*) FILTER (WHERE kind = 'chargeback') AS chargeback_count,
         sum(worth) FILTER (WHERE kind = 'chargeback') AS chargeback_minor,
         count(*) FILTER (WHERE kind = 'chargeback' AND marked) AS chargeback_won_count,
         count(*) FILTER (WHERE kind = 'payout') AS payout_due_count,
         sum(worth) FILTER (WHERE kind = 'payout') AS payout_due_minor,
         count(*) FILTER (WHERE kind = 'payout' AND marked) AS payout_ok_count,
         sum(worth) FILTER (WHERE kind = 'payout' AND marked) AS payout_ok_minor,
         sum(worth) FILTER (WHERE kind = 'sale' AND customer IS NOT NULL) AS identified_minor,
         sum(worth) FILTER (WHERE kind = 'sale' AND priced.created - first_sale.created > {new_customer})
           AS returning_minor,
         count(*) FILTER (WHERE kind <> 'failed' AND worth IS NULL) AS unconverted_count
    FROM priced LEFT JOIN first_sale USING (customer)
   GROUP BY day
), quiet AS (
  DELETE FROM daily_activity USING span
   WHERE daily_activity.business_id = :business AND daily_activity.day = span.day
     AND NOT EXISTS (SELECT FROM folded WHERE folded.day = span.day)
)
INSERT INTO daily_activity (business_id, day, {fields}, customers)
SELECT :business, day, {values}, COALESCE(customers, '{{}}')
  FROM folded LEFT JOIN largest USING (day)
 ORDER BY day
ON CONFLICT (business_id, day) DO UPDATE SET {replaced}, customers = excluded.customers
"""
_FIELDS: Final = (
    "charge_count",
    "gross_minor",
    "estimated_minor",
    "failed_count",
    "refund_count",
    "refunded_minor",
    "chargeback_count",
    "chargeback_minor",
    "chargeback_won_count",
    "payout_due_count",
    "payout_due_minor",
    "payout_ok_count",
    "payout_ok_minor",
    "identified_minor",
    "returning_minor",
    "unconverted_count",
)


@cache
def fold_statement() -> TextClause:
    """Sets the days of `spans` (JSON) of one business to what its ledger folds into, in `currency`, which has so many
    `minor_units`."""
    statement = _FOLD.format(
        reference=", ".join(f"('{currency}', {rate}::numeric)" for currency, rate in PER_EURO.items()),
        chargebacks=_listed(CHARGEBACKS),
        zero_decimal=f"ARRAY[{_listed(ZERO_DECIMAL)}]",
        three_decimal=f"ARRAY[{_listed(THREE_DECIMAL)}]",
        day=DAY_SECONDS,
        new_customer=NEW_CUSTOMER_SECONDS,
        kept=CUSTOMERS_KEPT,
        fields=", ".join(_FIELDS),
        values=", ".join(f"COALESCE({field}, 0)" for field in _FIELDS),
        replaced=", ".join(f"{field} = excluded.{field}" for field in _FIELDS),
    )
    return text(statement.replace("::", r"\:\:")).bindparams(
        bindparam("business", type_=Uuid),
        bindparam("spans", type_=Text),
        bindparam("currency", type_=Text),
        bindparam("minor_units", type_=BigInteger),
    )


def _listed(values: frozenset[str]) -> str:
    return ", ".join(f"'{value}'" for value in sorted(values))
