/**
 * The built pages with a made-up API behind them, under the security policy that the real server sends: for looking at
 * pages and states without the backend. `npm run build && npm run mock`, then sign in with any password as
 * `owner@`, `viewer@`, `two@`, `capped@`, `fresh@` (nothing yet), `importing@`, `young@` (no score), `down@example.com`.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { extname, join, normalize } from "node:path";
import * as explain from "./explain.ts";
import * as fixtures from "./fixtures.ts";

const DIST = join(import.meta.dirname, "../dist");
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
  ".txt": "text/plain",
};

const decided = new Map<string, "accepted" | "dismissed">();
const created = new Map<string, typeof fixtures.business>();
let connectedAt: number | null = null;

class Refusal extends Error {
  readonly status: number;
  readonly body: object;

  constructor(status: number, code: string, message: string, details: object = {}) {
    super(message);
    this.status = status;
    this.body = { error: { code, message, details, request_id: "mock" } };
  }
}

async function answer(request: IncomingMessage, url: URL): Promise<[number, unknown]> {
  const path = url.pathname.replace("/api/v1", "");
  const body = request.method === "GET" ? null : await json(request);
  if (path === "/auth/signup" || path === "/auth/login") {
    if (body.password === "wrong-password")
      throw new Refusal(401, "UNAUTHORIZED", "The e-mail address or the password is wrong.");
    if (path === "/auth/signup" && body.email === "owner@example.com")
      throw new Refusal(409, "CONFLICT", "This e-mail address is taken.", { field: "email" });
    return [path === "/auth/signup" ? 201 : 200, { user: fixtures.user, token: String(body.email).split("@")[0] }];
  }
  const who = request.headers.authorization?.replace("Bearer ", "");
  if (!who || who === "expired") throw new Refusal(401, "UNAUTHORIZED", "Sign in again.");
  if (who === "down")
    throw new Refusal(503, "UNAVAILABLE", "The database does not answer.", { dependency: "database" });
  const newcomer = who !== "owner" && !["viewer", "two", "capped", "importing", "young"].includes(who);
  const importing = who === "importing" || newcomer;

  if (path === "/auth/me") {
    const businesses = newcomer
      ? [...created.values()].map(({ id, name }) => ({ id, name, role: "owner" }))
      : fixtures.user.businesses.map((each) => ({ ...each, role: who === "viewer" ? "viewer" : "owner" }));
    if (who === "two") businesses.push({ id: fixtures.OTHER_ID, name: "Lantern Books and Prints", role: "viewer" });
    return [200, { ...fixtures.user, businesses }];
  }
  if (path === "/users/businesses") {
    const made = { ...fixtures.business, ...body, id: fixtures.BUSINESS_ID };
    created.set(made.id, made);
    return [201, made];
  }
  if (path.startsWith("/users/businesses/")) {
    const id = path.split("/")[3] ?? "";
    if (id !== fixtures.BUSINESS_ID && id !== fixtures.OTHER_ID)
      throw new Refusal(403, "FORBIDDEN", "You are not a member of this business.");
    return [200, { ...fixtures.business, ...(newcomer ? created.get(id) : {}), ...body, id }];
  }
  if (path === "/integrations/stripe/connect") {
    connectedAt = Date.now();
    return [200, { authorize_url: `/onboarding/stripe-connect?business_id=${fixtures.BUSINESS_ID}` }];
  }
  const elapsed = connectedAt === null ? 0 : (Date.now() - connectedAt) / 1000;
  if (path === "/integrations/stripe/status") {
    if (!importing) return [200, fixtures.stripe()];
    if (who === "importing") return [200, fixtures.stripe("starting", 1287)];
    if (connectedAt === null) return [200, { connected: false }];
    return [
      200,
      fixtures.stripe(
        elapsed < 4 ? "starting" : elapsed < 10 ? "extending" : "complete",
        Math.min(3120, Math.round(elapsed * 312)),
      ),
    ];
  }
  if (who === "young")
    throw new Refusal(404, "NOT_FOUND", "A score needs a first charge. There is none yet.", {
      reason: "insufficient_history",
      missing: "a first successful charge on a day that is over",
    });
  if (importing && elapsed < 5)
    throw new Refusal(404, "NOT_FOUND", "The newest 90 days are still being read.", { reason: "importing" });
  switch (path) {
    case "/metrics":
      return [200, fixtures.latest];
    case "/metrics/history": {
      const { start_date, end_date } = Object.fromEntries(url.searchParams);
      return [
        200,
        {
          metrics: fixtures.metrics.filter(
            (each) => each.period_end >= (start_date ?? "") && each.period_end <= (end_date ?? "9"),
          ),
        },
      ];
    }
    case "/readiness":
      return [200, who === "capped" ? fixtures.capped : fixtures.readiness];
    case "/readiness/history":
      return [200, { scores: fixtures.scores.slice(0, Number(url.searchParams.get("limit") ?? 30)) }];
    case "/readiness/path":
      return [200, explain.path];
    case "/readiness/change":
      return [200, explain.scoreChange];
    case "/readiness/outlook":
      return [200, explain.outlook];
    case "/recommendations": {
      const wanted = ["status", "priority"] as const;
      const all = fixtures.recommendations.map((each) => ({ ...each, status: decided.get(each.id) ?? each.status }));
      const matching = all.filter((each) =>
        wanted.every((name) => !url.searchParams.has(name) || url.searchParams.get(name) === each[name]),
      );
      return [200, { recommendations: matching }];
    }
  }
  const found = fixtures.recommendations.find((each) => path === `/recommendations/${each.id}`);
  if (found === undefined) throw new Refusal(404, "NOT_FOUND", "There is no such thing.");
  if (decided.has(found.id)) throw new Refusal(409, "CONFLICT", "This recommendation is decided already.");
  decided.set(found.id, body.status);
  return [200, { ...found, status: body.status }];
}

async function json(request: IncomingMessage) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text === "" ? {} : JSON.parse(text);
}

async function page(url: URL, response: ServerResponse) {
  const path = normalize(decodeURIComponent(url.pathname)).replace(/\/$/, "");
  for (const [file, status] of [
    [path, 200],
    [`${path}/index.html`, 200],
    ["/404.html", 404],
  ] as const) {
    const content = extname(file) === "" ? null : await readFile(join(DIST, file)).catch(() => null);
    if (content === null) continue;
    response.writeHead(status, {
      "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
      "Content-Security-Policy": POLICY,
    });
    response.end(content);
    return;
  }
}

const port = Number(process.env["PORT"] ?? 4400);
createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (!url.pathname.startsWith("/api/")) return page(url, response);
  const [status, body] = await answer(request, url).catch((error: unknown): [number, unknown] => {
    if (!(error instanceof Refusal)) throw error;
    return [error.status, error.body];
  });
  response.writeHead(status, { "Content-Type": "application/json" });
  return response.end(JSON.stringify(body));
}).listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}`));
