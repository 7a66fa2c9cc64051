import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Readiness } from "../../lib/api";
import { readinessQuery, simulationQuery } from "../../lib/queries";
import { useDebounced } from "../../lib/use-debounced";
import { factorLabel, NOT_ADVICE } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { NoScore } from "../overview/NoScore";
import { Failure, Loading, Skeleton } from "../ui/states";
import { LeverSlider } from "./LeverSlider";
import { leversOf, stillUnknown } from "./levers";
import { PathCard } from "./PathCard";
import { WhatIf } from "./WhatIf";

const SETTLED_MS = 150;

export function SimulatorPage() {
  const { business } = useCurrentBusiness();
  const readiness = useQuery(readinessQuery(business.id));
  return readiness.isPending ? (
    <Loading label="Loading your score">
      <div className="grid gap-6 lg:grid-cols-[1fr_22rem]">
        <Skeleton className="h-screen" />
        <Skeleton className="h-96" />
      </div>
    </Loading>
  ) : readiness.isError ? (
    <Failure error={readiness.error} retry={() => void readiness.refetch()} />
  ) : readiness.data.score === null ? (
    <NoScore {...readiness.data} />
  ) : (
    <Simulator readiness={readiness.data} />
  );
}

function Simulator({ readiness }: { readiness: Readiness }) {
  const { business } = useCurrentBusiness();
  const [changes, setChanges] = useState<Record<string, number>>({});
  const settled = useDebounced(changes, SETTLED_MS);
  const simulation = useQuery(simulationQuery(business.id, settled));
  const unknown = stillUnknown(readiness.contributions);
  const assumed = Object.keys(changes).length > 0;

  const change = (factor: string, value: number | null) =>
    setChanges((before) => {
      const { [factor]: _, ...others } = before;
      return value === null ? others : { ...others, [factor]: value };
    });

  return (
    <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
      {/* First in the document on a narrow screen too: what moves has to be seen while it is moved. */}
      <div className="flex flex-col gap-6 lg:order-last lg:sticky lg:top-6">
        <WhatIf
          readiness={readiness}
          simulation={assumed ? (simulation.data ?? null) : null}
          onReset={() => setChanges({})}
        />
        {simulation.isError && <Failure error={simulation.error} retry={() => void simulation.refetch()} />}
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <PathCard score={readiness.score} onTry={setChanges} />
        <section className="card" aria-labelledby="levers-title">
          <h2 id="levers-title" className="text-sm font-semibold">
            The levers
          </h2>
          <p className="text-xs text-faint">
            Those with the most to gain come first. Length of history needs only time.
          </p>
          <ul className="mt-2 divide-y divide-line">
            {leversOf(readiness.contributions).map((lever) => (
              <LeverSlider
                key={lever.factor}
                lever={lever}
                value={changes[lever.factor] ?? null}
                onChange={(value) => change(lever.factor, value)}
              />
            ))}
          </ul>
          {unknown.length > 0 && (
            <p className="border-t border-line pt-3 text-sm text-soft">
              No slider yet, for want of data: {unknown.map(({ factor }) => factorLabel(factor)).join(", ")}.
            </p>
          )}
          <p className="mt-4 text-xs text-faint">
            Computed by rulebook {readiness.rulebook}. {NOT_ADVICE}
          </p>
        </section>
      </div>
    </div>
  );
}
