import { type ReactNode, useDeferredValue } from "react";

/**
 * What lies below the first screen. It is drawn right after the rest and in small pieces, so that a slow telephone
 * answers to a touch in between.
 */
export function Later({ children }: { children: ReactNode }) {
  return useDeferredValue(true, false) ? children : null;
}
