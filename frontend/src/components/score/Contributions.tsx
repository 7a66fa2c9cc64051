import type { Contribution } from "../../lib/api";
import { points } from "../../lib/format";
import { Traced } from "../evidence/Traced";
import { factorLabel } from "../../lib/words";

/** What makes up the score: every factor with its points and its reason, the most to gain first; then what caps it. */
export function Contributions({ contributions, raw }: { contributions: readonly Contribution[]; raw: number }) {
  const factors = contributions.filter((each) => each.max_points > 0).toSorted((a, b) => toGain(b) - toGain(a));
  const adjustments = contributions.filter((each) => each.max_points <= 0);
  return (
    <>
      <ul className="divide-y divide-line">
        {factors.map((each) => (
          <Factor key={each.factor} {...each} />
        ))}
        {adjustments.map((each) => (
          <Adjustment key={each.factor} {...each} />
        ))}
      </ul>
      <p className="figure flex justify-between border-t-2 border-line-strong pt-3 font-semibold">
        <span>Total</span>
        <span>{points(raw)} of 100</span>
      </p>
    </>
  );
}

function toGain({ points: got, max_points }: Contribution): number {
  return max_points - got;
}

function Factor({ handle, factor, points: got, max_points, reason }: Contribution) {
  const share = Math.min(1, Math.max(0, got / max_points));
  return (
    <li className="grid gap-x-6 gap-y-1.5 py-3.5 sm:grid-cols-[15rem_1fr]">
      <div>
        <div className="flex items-baseline justify-between gap-3">
          <h3 className="text-sm font-semibold">{factorLabel(factor)}</h3>
          <p className="figure text-sm whitespace-nowrap">
            <Traced
              handle={handle}
              label={`what these points for ${factorLabel(factor)} come from`}
              className="font-semibold"
            >
              {points(got)}
            </Traced>
            <span className="text-faint"> of {points(max_points)}</span>
          </p>
        </div>
        <svg
          viewBox="0 0 100 6"
          preserveAspectRatio="none"
          className="mt-2 h-1.5 w-full rounded-full"
          aria-hidden="true"
        >
          <rect width="100" height="6" fill="var(--line)" />
          <rect width={share * 100} height="6" fill={share < 0.5 ? "var(--caution)" : "var(--accent)"} />
        </svg>
      </div>
      <p className="text-sm text-soft">{reason}</p>
    </li>
  );
}

/** A cap takes points away; in the first rulebook there are also points to start from. */
function Adjustment({ handle, factor, points: got, reason }: Contribution) {
  const negative = got < 0;
  return (
    <li
      className={`-mx-3 grid gap-x-6 gap-y-1.5 rounded-md px-3 py-3.5 sm:grid-cols-[15rem_1fr] ${negative ? "bg-negative-soft" : ""}`}
    >
      <div className="flex items-baseline justify-between gap-3">
        <h3 className="text-sm font-semibold">{factorLabel(factor)}</h3>
        <p className={`figure text-sm font-semibold whitespace-nowrap ${negative ? "text-negative" : ""}`}>
          <Traced handle={handle}>{points(got, { signed: true })}</Traced>
        </p>
      </div>
      <p className="text-sm text-soft">{reason}</p>
    </li>
  );
}
