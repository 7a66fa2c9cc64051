/** Put a React tree into an element of a static page. Called from bundled modules, so no inline script is needed. */
// For hot reloading in development (nothing in a build). It has to run before any component is loaded, which is why
// this module is the first import of every island.
import "@vitejs/plugin-react/preamble";
import { QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ErrorBoundary } from "../components/ui/ErrorBoundary";
import { queryClient } from "./queries";

export function mount(id: string, tree: ReactNode): void {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`This page has no element with the id "${id}".`);
  createRoot(element).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <ErrorBoundary>{tree}</ErrorBoundary>
      </QueryClientProvider>
    </StrictMode>,
  );
}
