import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { acceptPath, type Path } from "../../lib/api";
import { plural, points } from "../../lib/format";
import { pathQuery } from "../../lib/queries";
import { factorLabel, TIERS, tierLabel } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Failure, Loading, Skeleton } from "../ui/states";

/** The least effort that reaches a tier, to try on the sliders or to take as the plan. */
export function PathCard({ score, onTry }: { score: number; onTry: (changes: Record<string, number>) => void }) {
  const { business } = useCurrentBusiness();
  const above = TIERS.filter((each) => each.from > score);
  const [target, setTarget] = useState<number | null>(null);
  const path = useQuery({ ...pathQuery(business.id, target), enabled: above.length > 0 });
  return (
    <section className="card" aria-labelledby="path-title">
      <div className="flex flex-wrap items-baseline justify-between gap-3">
        <h2 id="path-title" className="text-sm font-semibold">
          The cheapest way up
        </h2>
        {above.length > 1 && (
          <label className="text-sm text-soft">
            to{" "}
            <select
              className="field-input w-auto! py-1!"
              value={target ?? above[0]?.from}
              onChange={(event) => setTarget(Number(event.target.value))}
            >
              {above.map(({ tier, label, from }) => (
                <option key={tier} value={from}>
                  {label} ({from})
                </option>
              ))}
            </select>
          </label>
        )}
      </div>
      {above.length === 0 ? (
        <p className="mt-3 text-soft">You are in the top tier. There is no further one to reach.</p>
      ) : path.isPending ? (
        <Loading label="Looking for the cheapest way">
          <Skeleton className="mt-4 h-48" />
        </Loading>
      ) : path.isError ? (
        <div className="mt-3">
          <Failure error={path.error} retry={() => void path.refetch()} />
        </div>
      ) : (
        <Steps path={path.data} onTry={onTry} />
      )}
    </section>
  );
}

function Steps({ path, onTry }: { path: Path; onTry: (changes: Record<string, number>) => void }) {
  if (!path.reached) {
    return (
      <div className="mt-3 text-sm text-soft">
        <p>
          No steps within reach lead to {path.target} points today; the levers end at{" "}
          <span className="figure font-semibold text-ink">{path.highest}</span>.
        </p>
        {path.obstacles.map((each) => (
          <p key={each} className="mt-2">
            {each}
          </p>
        ))}
      </div>
    );
  }
  return (
    <>
      <p className="mt-1 text-sm text-soft">
        {plural(path.steps.length, "step")} to {path.score_after} points: {tierLabel(path.tier_after)}.
      </p>
      <ol className="mt-2 divide-y divide-line">
        {path.steps.map((step) => (
          <li key={step.factor} className="grid grid-cols-[1fr_auto] gap-x-4 py-3">
            <div>
              <h3 className="text-sm font-semibold">{factorLabel(step.factor)}</h3>
              <p className="text-sm text-soft first-letter:uppercase">{step.action}.</p>
              <p className="mt-0.5 text-xs text-faint">
                {step.band_now} → {step.band_target}
              </p>
            </div>
            <p className="figure text-sm font-semibold text-positive">{points(step.points, { signed: true })}</p>
          </li>
        ))}
      </ol>
      <div className="mt-3 flex flex-wrap gap-3">
        <button
          type="button"
          className="button button-quiet button-small"
          onClick={() => onTry(Object.fromEntries(path.steps.map((step) => [step.factor, step.value_target])))}
        >
          Show on the sliders
        </button>
        <Accept path={path} />
      </div>
    </>
  );
}

function Accept({ path }: { path: Path }) {
  const { business, canWrite } = useCurrentBusiness();
  const queries = useQueryClient();
  const accept = useMutation({
    mutationFn: () => acceptPath(business.id, path.target),
    onSuccess: () => queries.invalidateQueries({ queryKey: [business.id, "recommendations"] }),
  });
  if (!canWrite) return <p className="text-sm text-soft">Making this the plan needs the role admin or owner.</p>;
  return (
    <>
      <button
        type="button"
        className="button button-small"
        disabled={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate()}
      >
        {accept.isPending ? "Accepting…" : accept.isSuccess ? "This is your plan" : "Make this my plan"}
      </button>
      <div className="w-full text-sm" role="status">
        {accept.isError && <Failure error={accept.error} retry={() => accept.mutate()} />}
        {accept.isSuccess && (
          <p>
            {plural(accept.data.recommendations.length, "recommendation")} accepted:{" "}
            {accept.data.recommendations.map(({ title }) => title).join(", ") || "none"}.{" "}
            {accept.data.without.length > 0 &&
              `Not part of it, because you dismissed what it is about: ${accept.data.without.map(factorLabel).join(", ")}. `}
            <a href="/dashboard/recommendations?status=accepted">See the plan</a>
          </p>
        )}
      </div>
    </>
  );
}
