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
  /** The reasons only when they are asked for: for a place where the list is one thing of many. */
  brief: boolean;
}

/** One thing to do: why, by how much the score would rise, and the figures it rests on. */
export function RecommendationItem({ recommendation, currency, onDecide, busy, brief }: Props) {
  const { id, handle, title, description, priority, category, status, estimated_impact, metric_refs } = recommendation;
  const { measured, by } = figures(metric_refs, currency);
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
        {measured.length > 0 && (
          <dl className="mt-1.5 flex flex-wrap gap-x-6 gap-y-1 text-sm">
            {measured.map(({ label, now, target }) => (
              <div key={label} className="flex flex-wrap gap-x-1.5">
                <dt className="text-faint">{label}</dt>
                <dd className="figure font-semibold">
                  {target === now ? `hold at ${now}` : now}
                  {target !== null && target !== now && (
                    <>
                      <span aria-hidden="true"> → </span>
                      <span className="sr-only"> now, to reach </span>
                      <span className="text-positive">{target}</span>
                    </>
                  )}
                </dd>
              </div>
            ))}
            {by !== null && (
              <div className="flex flex-wrap gap-x-1.5">
                <dt className="text-faint">By</dt>
                <dd className="figure font-semibold">{by}</dd>
              </div>
            )}
          </dl>
        )}
        {brief ? (
          <details className="max-w-prose text-sm">
            <summary className="disclosure">Why, and what helps</summary>
            <p className="text-soft">{description}</p>
          </details>
        ) : (
          <p className="mt-2 max-w-prose text-sm text-soft">{description}</p>
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
