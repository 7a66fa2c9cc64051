import { TIERS } from "../../lib/words";

/** How to read a score, for whoever sees one for the first time. */
export function WhatItMeans() {
  return (
    <details className="text-sm">
      <summary className="disclosure">What this score means</summary>
      <p className="text-soft">
        It says how ready your business looks to a lender, from your Stripe history alone: ten factors add up to 100
        points, and serious weaknesses hold the total down. It is no lender&rsquo;s decision.
      </p>
      <dl className="figure mt-2">
        {TIERS.map(({ tier, label, from, to }) => (
          <div key={tier} className="flex justify-between border-t border-line py-1.5">
            <dt className={`font-semibold tier-${tier}`}>{label}</dt>
            <dd className="text-soft">
              {from}–{to}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-2 text-soft">
        Confidence says how much history stands behind it. With little, the score is capped until there is more.
      </p>
    </details>
  );
}
