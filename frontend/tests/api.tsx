/** A stand-in for the API: answers by "METHOD /path" (below /api/v1), and a record of what was asked. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";

export interface Call {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: Headers;
  body: unknown;
}

type Reply = { status?: number; body: unknown } | Error;

export function stubApi(replies: Record<string, Reply | ((call: Call) => Reply | Promise<Reply>)>): Call[] {
  const calls: Call[] = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    const url = new URL(request.url);
    const call: Call = {
      method: request.method,
      path: url.pathname.replace("/api/v1", ""),
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body:
        request.method === "GET" ? null : await request.text().then((text) => (text === "" ? null : JSON.parse(text))),
    };
    calls.push(call);
    const found = replies[`${call.method} ${call.path}`];
    const reply = typeof found === "function" ? await found(call) : found;
    if (reply === undefined) throw new Error(`The test did not expect ${call.method} ${call.path}.`);
    if (reply instanceof Error) throw reply;
    const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body);
    if (reply.status === 204) return new Response(null, { status: 204 });
    return new Response(text, { status: reply.status ?? 200, headers: { "Content-Type": "application/json" } });
  });
  return calls;
}

export function refusal(status: number, code: string, message = "No.", details: object = {}): Reply {
  return { status, body: { error: { code, message, details, request_id: "req_1" } } };
}

export function renderWithQueries(tree: ReactNode) {
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  return render(<QueryClientProvider client={queryClient}>{tree}</QueryClientProvider>);
}
