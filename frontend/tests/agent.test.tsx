import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { BUSINESS_ID, business, stripe, user } from "../dev/fixtures";
import { AgentChat } from "../src/components/agent/AgentChat";
import { numbered } from "../src/components/agent/Answer";
import { advance, begin } from "../src/components/agent/turn";
import { DashboardGuard } from "../src/components/DashboardGuard";
import { setToken } from "../src/lib/auth";
import { serverEvents } from "../src/lib/sse";
import { refusal, renderWithQueries, stubApi } from "./api";

const CONVERSATION = "0197a000-0000-7000-8000-0000000000c1";
const HANDLE = "metric:chargeback_ratio:2026-11-21";
const answer = {
  conversation_id: CONVERSATION,
  message_id: "m2",
  response: "Your **chargebacks** stand at 2.3 %. ![x](https://elsewhere.example/x.png) <b>bold</b>",
  tool_calls: [{ name: "get_score", arguments: {}, result_summary: "57 of 100", failed: false }],
  citations: [{ doc_id: "reducing-chargebacks", title: "Reducing chargebacks", snippet: "Answer within a day." }],
  figures: [{ text: "2.3 %", label: "Chargeback ratio", handle: HANDLE }],
  model: "grounded",
  stopped: false,
};
const line = (event: string, data: object) => `event: ${event}\r\ndata: ${JSON.stringify(data)}\r\n\r\n`;
const stream =
  line("start", { conversation_id: CONVERSATION, title: "Chargebacks" }) +
  line("tool", { name: "get_score", doing: "Looking at your score", state: "running" }) +
  line("tool", { name: "get_score", arguments: {}, result_summary: "57 of 100", failed: false, state: "done" }) +
  line("token", { text: "Your **chargebacks** " });
const said = (role: string, content: string, more: object = {}) => ({
  id: role === "user" ? "m1" : "m2",
  role,
  content,
  created_at: new Date().toISOString(),
  tool_calls: [],
  citations: [],
  figures: [],
  model: null,
  stopped: false,
  rating: null,
  comment: null,
  ...more,
});
const question = said("user", "What hurts?");
const given = said("assistant", answer.response, { ...answer, id: "m2" });
const transcript = (messages: object[]) => ({
  body: {
    id: CONVERSATION,
    business_id: BUSINESS_ID,
    title: "Chargebacks",
    created_at: "2026-11-21T00:00:00Z",
    updated_at: "2026-11-21T00:00:00Z",
    messages,
  },
});

function open(overrides: Parameters<typeof stubApi>[0] = {}) {
  const calls = stubApi({
    "GET /auth/me": { body: user },
    [`GET /users/businesses/${BUSINESS_ID}`]: { body: business },
    "GET /integrations/stripe/status": { body: stripe() },
    "GET /agent/conversations": { body: { conversations: [], next_cursor: null } },
    ...overrides,
  });
  renderWithQueries(
    <DashboardGuard>
      <AgentChat />
    </DashboardGuard>,
  );
  return calls;
}

beforeEach(() => {
  setToken("t");
  // As newer browsers do: what scrolls answers with a promise.
  Element.prototype.scrollIntoView = (() => Promise.resolve()) as unknown as Element["scrollIntoView"];
});

describe("a conversation", () => {
  it("shows what is looked at, the answer without foreign pictures, its figures and sources, and keeps its address", async () => {
    const calls = open({
      "POST /agent/chat": { body: stream + line("done", answer) },
      [`GET /agent/conversations/${CONVERSATION}`]: transcript([question, given]),
    });
    await userEvent.click(await screen.findByRole("button", { name: "What's hurting my funding readiness?" }));
    expect(await screen.findByText("chargebacks")).toBeInTheDocument();
    expect(calls.find(({ path }) => path === "/agent/chat")?.headers.get("Accept")).toBe("text/event-stream");
    expect(await screen.findByText(/57 of 100/)).toBeInTheDocument();
    expect(document.querySelector("img, .prose b")).toBeNull();
    await userEvent.click(screen.getByText("Reducing chargebacks"));
    expect(screen.getByText("Answer within a day.")).toBeVisible();
    await userEvent.click(screen.getByText("Where the figures come from"));
    expect(screen.getByRole("button", { name: /2.3 %/ })).toBeInTheDocument();
    await waitFor(() => expect(new URLSearchParams(window.location.search).get("conversation")).toBe(CONVERSATION));
  });

  it("shows an answer once, however long what follows it takes to be fetched", async () => {
    let lists = 0;
    open({
      "POST /agent/chat": { body: stream + line("done", answer) },
      [`GET /agent/conversations/${CONVERSATION}`]: transcript([question, given]),
      "GET /agent/conversations": () =>
        ++lists === 1 ? { body: { conversations: [], next_cursor: null } } : new Promise(() => undefined),
    });
    await userEvent.click(await screen.findByRole("button", { name: "What's hurting my funding readiness?" }));
    expect(await screen.findByText("Was this useful?")).toBeInTheDocument();
    await waitFor(() => expect(lists).toBe(2));
    expect(screen.getAllByText("chargebacks")).toHaveLength(1);
  });

  it("comes back after a reload, and waits for an answer that is still being written", async () => {
    window.history.replaceState(null, "", `/dashboard/agent?conversation=${CONVERSATION}`);
    const states = [transcript([question]), transcript([question, given])];
    open({ [`GET /agent/conversations/${CONVERSATION}`]: () => (states.length > 1 ? states.shift()! : states[0]!) });
    expect(await screen.findByText(/still being written/)).toBeInTheDocument();
    expect(await screen.findByText("chargebacks")).toBeInTheDocument();
  });

  it("gives a conversation another name", async () => {
    const named = (title: string) => ({ id: CONVERSATION, title, created_at: question.created_at });
    let title = "What hurts?";
    const calls = open({
      "GET /agent/conversations": () => ({ body: { conversations: [named(title)], next_cursor: null } }),
      [`PATCH /agent/conversations/${CONVERSATION}`]: () => {
        title = "November";
        return { body: named(title) };
      },
    });
    await userEvent.click(await screen.findByRole("button", { name: "Rename What hurts?" }));
    const name = screen.getByRole("textbox", { name: "New name of What hurts?" });
    await userEvent.clear(name);
    expect(screen.getByRole("button", { name: "Save" })).toBeDisabled();
    await userEvent.type(name, " November {Enter}");
    expect(await screen.findByRole("button", { name: "Rename November" })).toBeInTheDocument();
    expect(calls.find(({ method }) => method === "PATCH")?.body).toEqual({ title: "November" });
  });

  it("lists what was asked before page by page", async () => {
    const asked = (number: number) => ({
      id: CONVERSATION.slice(0, -1) + String(number),
      title: `Question ${number}`,
      created_at: question.created_at,
    });
    open({
      "GET /agent/conversations": ({ query }) => ({
        body:
          query["cursor"] === "older"
            ? { conversations: [asked(2)], next_cursor: null }
            : { conversations: [asked(1)], next_cursor: "older" },
      }),
    });
    expect(await screen.findByRole("button", { name: "Question 1" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Question 2" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(await screen.findByRole("button", { name: "Question 2" })).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Question 1" })).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("looks for the answer at the server when the line is lost in the middle of it", async () => {
    open({
      "POST /agent/chat": { body: stream },
      [`GET /agent/conversations/${CONVERSATION}`]: transcript([question, given]),
    });
    await userEvent.type(await screen.findByLabelText("Your question"), "What hurts?{Enter}");
    expect(await screen.findByText("Reducing chargebacks")).toBeInTheDocument();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says that nothing could be asked, and asks again", async () => {
    let tries = 0;
    open({
      "POST /agent/chat": () => {
        tries += 1;
        return tries === 1
          ? refusal(503, "UNAVAILABLE", "The database does not answer.")
          : { body: stream + line("done", answer) };
      },
      [`GET /agent/conversations/${CONVERSATION}`]: transcript([question, given]),
    });
    await userEvent.type(await screen.findByLabelText("Your question"), "What hurts?{Enter}");
    expect(await screen.findByText("The database does not answer.")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
    expect(await screen.findByText("Reducing chargebacks")).toBeInTheDocument();
  });
});

describe("the sources of an answer", () => {
  const source = (doc_id: string) => ({ doc_id, title: "", snippet: "" });

  it("are named by their numbers, and what is no source stays", () => {
    const text = "Answer early [chargebacks], see [tiers] and [chargebacks]; [not-cited], [1] and [] stay.";
    expect(numbered(text, [source("tiers"), source("chargebacks"), source("tiers")])).toBe(
      "Answer early [2], see [1] and [2]; [not-cited], [1] and [] stay.",
    );
  });
});

describe("the events of an answer", () => {
  it("are the same however the stream is cut", async () => {
    const bytes = new TextEncoder().encode(`: keep alive\r\n\r\n${stream}${line("token", { text: "café" })}`);
    const read = async (size: number) => {
      const found = [];
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
          controller.close();
        },
      });
      for await (const event of serverEvents(body)) found.push(event);
      return found;
    };
    const whole = await read(bytes.length);
    expect(whole.map(({ event }) => event)).toEqual(["start", "tool", "tool", "token", "token"]);
    for (const size of [1, 2, 3, 7]) expect(await read(size)).toEqual(whole);
  });

  it("add up to the answer, and an error keeps what came before it", () => {
    let turn = begin("?", null);
    turn = advance(turn, { event: "tool", data: '{"name":"a","doing":"Looking","state":"running"}' });
    turn = advance(turn, { event: "tool", data: '{"name":"a","result_summary":"nothing","state":"failed"}' });
    turn = advance(turn, { event: "token", data: '{"text":"So far"}' });
    turn = advance(turn, { event: "of tomorrow", data: "{}" });
    turn = advance(turn, { event: "error", data: '{"error":{"message":"The model is gone."}}' });
    expect(turn).toMatchObject({ text: "So far", error: "The model is gone.", answer: null });
    expect(turn.tools).toEqual([{ name: "a", doing: "Looking", state: "failed", summary: "nothing" }]);
  });
});
