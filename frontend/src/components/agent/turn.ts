/** An answer while it is being given: what the server's events make of it. */
import type { AgentAnswer, Citation, ToolCall } from "../../lib/api";
import type { ServerEvent } from "../../lib/sse";

export interface Tool {
  name: string;
  /** What is being done, in words: "Looking at your disputes". */
  doing: string;
  state: "running" | "done" | "failed";
  summary: string | null;
}

export interface Turn {
  question: string;
  conversationId: string | null;
  tools: readonly Tool[];
  text: string;
  citations: readonly Citation[];
  answer: AgentAnswer | null;
  /** In the server's words. */
  error: string | null;
}

export function begin(question: string, conversationId: string | null): Turn {
  return { question, conversationId, tools: [], text: "", citations: [], answer: null, error: null };
}

/** The turn after one more event. Events of kinds that are not known are passed over: the server may be newer. */
export function advance(turn: Turn, { event, data }: ServerEvent): Turn {
  const said = JSON.parse(data) as Record<string, unknown>;
  switch (event) {
    case "start":
      return { ...turn, conversationId: said["conversation_id"] as string };
    case "tool":
      return { ...turn, tools: withTool(turn.tools, said as unknown as ToolEvent) };
    case "token":
      return { ...turn, text: turn.text + String(said["text"]) };
    case "citation":
      return { ...turn, citations: [...turn.citations, said as unknown as Citation] };
    case "done": {
      const answer = said as unknown as AgentAnswer;
      return {
        ...turn,
        answer,
        text: answer.response,
        citations: answer.citations,
        conversationId: answer.conversation_id,
      };
    }
    case "error":
      return { ...turn, error: messageOf(said) };
    default:
      return turn;
  }
}

type ToolEvent = { name: string; doing?: string; state: Tool["state"] } & Partial<Pick<ToolCall, "result_summary">>;

function withTool(tools: readonly Tool[], { name, doing, state, result_summary }: ToolEvent): Tool[] {
  const running = tools.findLastIndex((each) => each.name === name && each.state === "running");
  if (state === "running" || running === -1) {
    return [...tools, { name, doing: doing ?? name, state, summary: result_summary ?? null }];
  }
  return tools.map((each, index) => (index === running ? { ...each, state, summary: result_summary ?? null } : each));
}

function messageOf(said: Record<string, unknown>): string {
  const error = said["error"] as { message?: string } | undefined;
  return error?.message ?? "The answer broke off. Ask again.";
}
