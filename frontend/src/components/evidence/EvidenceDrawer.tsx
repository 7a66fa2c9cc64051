import { useInfiniteQuery } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import type { Evidence } from "../../lib/api";
import { day, money } from "../../lib/format";
import { backInEvidence, closeEvidence, followEvidence } from "../../lib/evidence";
import { evidenceQuery } from "../../lib/queries";
import { humanize } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { ShowMore } from "../ui/ShowMore";
import { Failure, Loading, Skeleton } from "../ui/states";
import { figureOf, nameOf, stripeUrl } from "./figures";

/** What a figure is made of, step by step down to the Stripe objects. The browser's own dialog: it keeps the focus. */
export default function EvidenceDrawer({ handles }: { handles: readonly string[] }) {
  const { business } = useCurrentBusiness();
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const handle = handles.at(-1) ?? "";
  const query = useInfiniteQuery(evidenceQuery(business.id, handle));
  const evidence = query.data?.pages[0];

  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  // Each step down is a new text: reading begins at its title.
  useEffect(() => heading.current?.focus(), [handle, evidence !== undefined]);

  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="evidence-title"
      onClose={closeEvidence}
      onClick={(event) => {
        if (event.target === event.currentTarget) closeEvidence();
      }}
    >
      <div className="flex min-h-full flex-col p-5 sm:p-7">
        <div className="-mx-2 flex items-center justify-between">
          {handles.length > 1 ? (
            <button type="button" className="button-plain" onClick={backInEvidence}>
              <span aria-hidden="true">←</span> Back
            </button>
          ) : (
            <p className="px-2 text-xs text-faint">Where this comes from</p>
          )}
          <button type="button" className="button-plain" onClick={closeEvidence}>
            Close
          </button>
        </div>
        <h2 id="evidence-title" ref={heading} tabIndex={-1} className="heading mt-3 text-xl outline-none">
          {evidence ? nameOf({ handle, label: evidence.title }).title : "Looking it up"}
        </h2>
        {query.isPending ? (
          <Loading label="Looking up where this comes from">
            <Skeleton className="mt-4 h-24" />
            <Skeleton className="mt-4 h-48" />
          </Loading>
        ) : evidence === undefined ? (
          <div className="mt-4">
            {query.error && <Failure error={query.error} retry={() => void query.refetch()} />}
          </div>
        ) : (
          <>
            <Statement evidence={evidence} />
            <Parts evidence={evidence} />
            <Objects objects={query.data?.pages.flatMap((page) => page.objects) ?? []}>
              <ShowMore query={query} />
            </Objects>
          </>
        )}
      </div>
    </dialog>
  );
}

function Statement({ evidence }: { evidence: Evidence }) {
  const { handle, kind, statement, value, currency, formula } = evidence;
  const { when } = nameOf({ handle, label: evidence.title });
  const written = kind === "contribution" || kind === "recommendation" || kind === "score";
  return (
    <>
      <p className="figure mt-1 text-2xl font-semibold">{figureOf(handle, value, currency)}</p>
      {when && <p className="text-sm text-soft">{when}</p>}
      {written && <p className="mt-2 text-soft">{statement}</p>}
      {formula && (
        <p className="mt-3 rounded-md bg-sunken px-3.5 py-2.5 text-sm">
          <span className="font-semibold">How it is computed: </span>
          {formula}
        </p>
      )}
    </>
  );
}

function Parts({ evidence: { parts, currency } }: { evidence: Evidence }) {
  if (parts.length === 0) return null;
  return (
    <section className="mt-6" aria-labelledby="evidence-parts">
      <h3 id="evidence-parts" className="text-sm font-semibold">
        Made of
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {parts.map((part) => {
          const { title, when } = nameOf(part);
          return (
            <li key={part.handle}>
              <button
                type="button"
                className="flex min-h-11 w-full items-center justify-between gap-4 py-2 text-left hover:bg-sunken"
                onClick={() => followEvidence(part.handle)}
              >
                <span>
                  <span className="text-sm font-medium">{title}</span>
                  {when && <span className="block text-xs text-faint">{when}</span>}
                </span>
                <span className="figure flex items-center gap-2 text-sm font-semibold whitespace-nowrap">
                  {figureOf(part.handle, part.value, currency)}
                  <span aria-hidden="true" className="text-faint">
                    ›
                  </span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function Objects({ objects, children }: { objects: Evidence["objects"]; children: ReactNode }) {
  const { business, stripe } = useCurrentBusiness();
  if (objects.length === 0) return null;
  const account = stripe.connected ? stripe.account_id : null;
  return (
    <section className="mt-6" aria-labelledby="evidence-objects">
      <h3 id="evidence-objects" className="text-sm font-semibold">
        At Stripe
      </h3>
      <ul className="mt-1 divide-y divide-line">
        {objects.map((each) => {
          // A sandbox's objects are not in Stripe's dashboard.
          const url =
            account && !business.sample_data
              ? stripeUrl(account, stripe.livemode ?? false, each.object, each.id)
              : null;
          return (
            <li key={each.id} className="grid grid-cols-[1fr_auto] gap-x-4 py-2 text-sm">
              <span className="min-w-0">
                <span className="block text-xs break-all text-faint">
                  {humanize(each.object)}{" "}
                  {url ? (
                    <a href={url} target="_blank" rel="noreferrer">
                      {each.id}
                    </a>
                  ) : (
                    <code>{each.id}</code>
                  )}
                </span>
                {day(each.day)}
              </span>
              <span className="figure text-right">
                <span className="font-semibold">
                  {each.amount === null ? "–" : money(each.amount, each.currency, { exact: true })}
                </span>
                <span className="block text-xs text-faint">{humanize(each.status)}</span>
              </span>
            </li>
          );
        })}
      </ul>
      {children}
    </section>
  );
}
