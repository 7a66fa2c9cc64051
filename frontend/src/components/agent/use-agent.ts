import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { type AgentMessage, askAgent, stopAgent } from "../../lib/api";
import { ApiError } from "../../lib/api/errors";
import { conversationQuery, conversationsQuery } from "../../lib/queries";
import { useUrlState } from "../../lib/use-url-state";
import { advance, begin, type Turn } from "./turn";

const NAME = "conversation";
const LOOK_EVERY_MS = 1_500;
const UNANSWERED_FOR_MS = 120_000;

/**
 * The conversation of this page: what was said, the answer under way, and what can be done. Its id is in the address, so
 * that a reload comes back to it. The server goes on answering when nobody listens; whoever lost the line looks again.
 */
export function useAgent(businessId: string) {
  const queries = useQueryClient();
  const [url, change] = useUrlState();
  const conversationId = url.get(NAME);
  const [turn, setTurn] = useState<Turn | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const listening = useRef<AbortController | null>(null);

  const transcript = useQuery({
    ...conversationQuery(conversationId ?? ""),
    enabled: conversationId !== null,
    refetchInterval: ({ state }) => (turn === null && awaits(state.data?.messages ?? []) ? LOOK_EVERY_MS : false),
  });
  const messages = conversationId === null ? [] : (transcript.data?.messages ?? []);

  const ask = useCallback(
    async (question: string) => {
      const hearing = new AbortController();
      listening.current = hearing;
      let now = begin(question, conversationId);
      setFailure(null);
      setTurn(now);
      try {
        for await (const event of askAgent(businessId, question, conversationId, hearing.signal)) {
          now = advance(now, event);
          setTurn(now);
          if (event.event === "start" && now.conversationId !== conversationId) change({ [NAME]: now.conversationId });
        }
        if (now.error !== null) setFailure(new ApiError("UNAVAILABLE", now.error));
        else if (now.answer === null) throw new ApiError("UNREACHABLE", "The connection broke off.");
      } catch (error) {
        if (hearing.signal.aborted) return;
        // With a conversation the answer goes on at the server, and is looked for there.
        if (now.conversationId === null)
          setFailure(error instanceof Error ? error : new Error("The answer broke off."));
      }
      if (now.conversationId !== null) {
        await queries.invalidateQueries(conversationQuery(now.conversationId));
        await queries.invalidateQueries({ queryKey: conversationsQuery(businessId).queryKey });
      }
      // What was asked stays on the page when nothing of it has arrived.
      setTurn((current) => (current?.question === question && now.conversationId === null ? current : null));
      listening.current = null;
    },
    [businessId, conversationId, change, queries],
  );

  useEffect(() => () => listening.current?.abort(), []);

  const open = (id: string | null) => {
    listening.current?.abort();
    listening.current = null;
    setTurn(null);
    setFailure(null);
    change({ [NAME]: id });
  };
  const stop = async () => {
    if (turn?.conversationId) await stopAgent(turn.conversationId);
    else open(null);
  };
  const busy = turn !== null && failure === null;
  // An answer that is in the transcript already is not shown a second time while the rest is fetched.
  const kept = messages.some(({ id }) => id === turn?.answer?.message_id);
  return {
    conversationId,
    transcript,
    messages,
    turn: kept ? null : turn,
    failure,
    busy,
    waiting: turn === null && awaits(messages),
    ask,
    open,
    stop,
  };
}

/** Whether the last question is so fresh that its answer may still be on its way. */
function awaits(messages: readonly AgentMessage[]): boolean {
  const last = messages.at(-1);
  return last?.role === "user" && Date.now() - Date.parse(last.created_at) < UNANSWERED_FOR_MS;
}
