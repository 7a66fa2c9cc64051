import type { Step } from "./checklist";

export function Checklist({ steps }: { steps: readonly Step[] }) {
  const done = steps.filter((each) => each.done).length;
  if (done === steps.length) return null;
  return (
    <section className="card" aria-labelledby="checklist-title">
      <div className="flex items-baseline justify-between gap-3">
        <h2 id="checklist-title" className="text-sm font-semibold">
          Getting set up
        </h2>
        <p className="figure text-xs text-faint">
          {done} of {steps.length} done
        </p>
      </div>
      <ul className="mt-3 grid gap-x-8 gap-y-2 text-sm sm:grid-cols-2 lg:grid-cols-3">
        {steps.map((step) => (
          <li key={step.label} className="flex items-center gap-2.5">
            <svg
              viewBox="0 0 20 20"
              width="20"
              height="20"
              className={step.done ? "text-positive" : "text-line-strong"}
              aria-hidden="true"
            >
              <circle
                cx="10"
                cy="10"
                r="8.5"
                fill={step.done ? "currentColor" : "none"}
                stroke="currentColor"
                strokeWidth="1.5"
              />
              {step.done && (
                <path
                  d="M6 10.5l2.7 2.7L14 7.6"
                  fill="none"
                  stroke="var(--surface)"
                  strokeWidth="2"
                  strokeLinecap="round"
                />
              )}
            </svg>
            <span className={step.done ? "text-faint" : "font-medium"}>
              {!step.done && step.href ? <a href={step.href}>{step.label}</a> : step.label}
            </span>
            <span className="sr-only">{step.done ? "(done)" : "(to do)"}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
