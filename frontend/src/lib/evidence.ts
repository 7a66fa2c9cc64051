/** Which figure is being traced: the way from the one that was asked about down to where the person is now. */
import { atom } from "nanostores";

export const evidenceStore = atom<readonly string[]>([]);

/** Begin with a figure, e.g. `score:lender-2:2026-11-21`. */
export function openEvidence(handle: string): void {
  evidenceStore.set([handle]);
}

/** One step further down, to what the shown figure is made of. */
export function followEvidence(handle: string): void {
  evidenceStore.set([...evidenceStore.get(), handle]);
}

export function backInEvidence(): void {
  evidenceStore.set(evidenceStore.get().slice(0, -1));
}

export function closeEvidence(): void {
  evidenceStore.set([]);
}

/** The handle of a metric of the 30 days up to a day. */
export function metricHandle(name: string, day: string): string {
  return `metric:${name}:${day}`;
}

/** The handle of a score under a rulebook. */
export function scoreHandle(rulebook: string, day: string): string {
  return `score:${rulebook}:${day}`;
}
