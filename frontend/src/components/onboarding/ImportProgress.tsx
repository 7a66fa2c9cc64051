import type { ImportProgress as Progress } from "../../lib/api";
import { count, day, plural } from "../../lib/format";

const PHASES: Record<Progress["state"], string> = {
  starting: "Reading the newest 90 days",
  extending: "Computing your score; older history follows",
  complete: "Everything is read; computing your score",
  error: "Stripe could not be read",
};

/** The import as it is: what has been read, of how much where Stripe lets us know, and how far in time. */
export function ImportProgress({ progress }: { progress: Progress }) {
  const percent = Math.min(100, Math.max(0, Math.floor(progress.percent)));
  return (
    <div className="card mt-6">
      <div className="flex items-baseline justify-between gap-4">
        <p className="font-semibold" id="import-phase">
          {PHASES[progress.state]}
        </p>
        <p className="figure text-lg font-semibold">{percent}&nbsp;%</p>
      </div>
      <progress className="import-bar mt-3" value={percent} max="100" aria-labelledby="import-phase" />
      <p className="figure mt-3 text-sm text-soft" aria-live="polite">
        {progress.total === null
          ? `${plural(progress.done, "object")} read so far`
          : `${count(progress.done)} of ${plural(progress.total, "object")} read`}
        {progress.read_back_to && `, back to ${day(progress.read_back_to)}`}
      </p>
      {progress.error && (
        <p role="alert" className="mt-3 rounded-md border border-negative bg-negative-soft px-4 py-2.5 text-sm">
          {progress.error} Vaultra tries again by itself and continues where it stopped.
        </p>
      )}
    </div>
  );
}
