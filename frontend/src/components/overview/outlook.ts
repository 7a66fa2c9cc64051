/** The outlook in sentences. */
import type { Outlook } from "../../lib/api";
import { day, money, percent, plural } from "../../lib/format";
import { factorLabel, tierLabel } from "../../lib/words";

/** Where the score goes if the last four weeks repeat. */
export function course({ days, score, crossings, scores }: Outlook): string {
  const crossing = crossings[0];
  if (crossing !== undefined) {
    const because = crossing.moved.map(named).join(", ");
    return `If the last four weeks repeat, you are in the tier ${tierLabel(crossing.tier)} on ${day(crossing.day)}, with ${crossing.score} points. What differs then: ${because}.`;
  }
  const end = scores.at(-1)?.score ?? score;
  return end === score
    ? `If the last four weeks repeat, your score is still ${score} in ${days} days.`
    : `If the last four weeks repeat, your score is ${end} in ${days} days, in the same tier.`;
}

function named(factor: string): string {
  return factorLabel(factor)
    .toLowerCase()
    .replace(/^cap: /, "the cap for ");
}

/** How many chargebacks the month can still take. */
export function absorbed({ threshold, source, absorbable, crossed, probability }: Outlook["limits"][number]): string {
  const line = `${percent(threshold)} (${source})`;
  const chance =
    probability === null ? "" : ` The chance of crossing it in the next 30 days is ${percent(probability)}.`;
  if (crossed) return `This month's chargebacks are above ${line} already.${chance}`;
  return absorbable === 0
    ? `The next chargeback this month crosses ${line}.${chance}`
    : `${plural(absorbable, "more chargeback")} this month ${absorbable === 1 ? "stays" : "stay"} below ${line}.${chance}`;
}

/** What stops counting, and when. */
export function leaving(
  { kind, leaves_on, count, amount, first, last }: Outlook["roll_offs"][number],
  currency: string,
) {
  if (kind !== "chargebacks")
    return `The weak week of ${day(first)} to ${day(last)} stops counting on ${day(leaves_on)}.`;
  const what = `${plural(count, "chargeback")} of ${day(first)} (${money(amount, currency)})`;
  return `${what} ${count === 1 ? "stops" : "stop"} counting on ${day(leaves_on)}.`;
}
