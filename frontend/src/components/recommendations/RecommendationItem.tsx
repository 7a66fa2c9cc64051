import type { Decision, Recommendation } from "../../lib/api";
import { humanize, PRIORITIES, STATUSES } from "../../lib/words";
import { Traced } from "../evidence/Traced";
import { figures } from "./figures";

interface Props {
  recommendation: Recommendation;
  currency: string;
  /** Without it the recommendation can only be read. */
  onDecide?: ((decision: Decision) => void) | undefined;
  busy: boolean;
}

/** One thing to do: why, by how much the score would rise, and the figures it rests on. */
export function RecommendationItem({ recommendation, currency, onDecide, busy }: Props) {
  const { id, handle, title, description, priority, category, status, estimated_impact, metric_refs } = recommendation;
  const refs = figures(metric_refs, currency);
  return (
    <article aria-labelledby={`title-${id}`} className="grid gap-x-8 gap-y-3 py-5 sm:grid-cols-[1fr_auto]">
      <div>
        <div className="flex flex-wrap items-center gap-2 text-xs text-faint">
          <PriorityChip priority={priority} />
          <span>{humanize(category)}</span>
          {status !== "pending" && <span className="chip">{STATUSES[status]}</span>}
        </div>
        <h3 id={`title-${id}`} className="mt-2 font-semibold">
          {title}
        </h3>
        <p className="mt-1 max-w-prose text-sm text-soft">{description}</p>
        {refs.length > 0 && (
          <dl className="mt-3 flex flex-wrap gap-x-6 gap-y-1 text-xs">
            {refs.map(({ label, now, target }) => (
              <div key={label} className="flex flex-wrap gap-x-1.5">
                <dt className="text-faint">{label}</dt>
                <dd className="figure font-semibold">
                  {now}
                  {target && <span className="font-normal text-faint"> (goal {target})</span>}
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
      <div className="flex flex-wrap items-center gap-3 sm:flex-col sm:items-end sm:justify-between">
        <p className="figure grow text-sm font-semibold text-positive sm:grow-0">
          <Traced handle={handle} label="the figures behind this recommendation">
            {estimated_impact}
          </Traced>
        </p>
        {status === "pending" && onDecide && (
          <div className="flex gap-2">
            <button
              type="button"
              className="button button-quiet button-small"
              disabled={busy}
              onClick={() => onDecide("dismissed")}
              aria-describedby={`title-${id}`}
            >
              Dismiss
            </button>
            <button
              type="button"
              className="button button-small"
              disabled={busy}
              onClick={() => onDecide("accepted")}
              aria-describedby={`title-${id}`}
            >
              Accept
            </button>
          </div>
        )}
      </div>
    </article>
  );
}

const MARKS = { high: "▲▲", medium: "▲", low: "△" } as const;

function PriorityChip({ priority }: { priority: Recommendation["priority"] }) {
  const colour = { high: "text-negative", medium: "text-caution", low: "text-soft" }[priority];
  return (
    <span className={`chip ${colour}`}>
      <span aria-hidden="true">{MARKS[priority]}</span>
      {PRIORITIES[priority]} priority
    </span>
  );
}
