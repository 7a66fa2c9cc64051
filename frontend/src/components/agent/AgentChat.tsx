import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useEffect, useRef, useState } from "react";
import { type AgentMessage, rateAnswer } from "../../lib/api";
import { NOT_ADVICE } from "../../lib/words";
import { useCurrentBusiness } from "../DashboardGuard";
import { Failure, Loading, Skeleton } from "../ui/states";
import { Answer, toolsOf } from "./Answer";
import { Conversations } from "./Conversations";
import { useAgent } from "./use-agent";

const PROMPTS = [
  "What's hurting my funding readiness?",
  "What should I do this week?",
  "How far am I from the next tier?",
  "Why did my score drop last month?",
  "What if my chargebacks fell by half?",
  "What do lenders look at?",
];
const LONGEST = 4_000;

/** Questions in plain language, answered from the business's own figures and a knowledge base. */
export function AgentChat() {
  const { business } = useCurrentBusiness();
  const agent = useAgent(business.id);
  const { transcript, messages, turn, failure, busy, waiting } = agent;
  const end = useRef<HTMLDivElement>(null);
  const lastQuestion = turn?.question ?? messages.findLast(({ role }) => role === "user")?.content;
  const unanswered = !busy && !waiting && messages.at(-1)?.role === "user";
  const said = messages.length + (turn?.text.length ?? 0);
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which React would take for the effect's clean-up.
    void end.current?.scrollIntoView?.({ block: "nearest" });
  }, [said]);

  return (
    <>
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_16rem]">
        <section aria-label="Conversation" className="flex min-w-0 flex-col gap-4">
          {agent.conversationId !== null && transcript.isPending ? (
            <Loading label="Loading the conversation">
              <Skeleton className="h-64" />
            </Loading>
          ) : transcript.isError && turn === null ? (
            <Failure error={transcript.error} retry={() => void transcript.refetch()} />
          ) : (
            <ol className="flex flex-col gap-4" aria-live="polite" aria-relevant="additions">
              {messages.map((message) => (
                <li key={message.id}>
                  {message.role === "user" ? <Question text={message.content} /> : <Given message={message} />}
                </li>
              ))}
              {turn && !(messages.at(-1)?.role === "user" && messages.at(-1)?.content === turn.question) && (
                <li>
                  <Question text={turn.question} />
                </li>
              )}
              {turn && failure === null && (
                <li>
                  <Answer {...turn} figures={turn.answer?.figures ?? []} stopped={false} busy={turn.answer === null} />
                </li>
              )}
            </ol>
          )}
          {waiting && (
            <p role="status" className="text-sm text-soft">
              The answer is still being written. It appears here as soon as it is there.
            </p>
          )}
          {failure && <Failure error={failure} />}
          {(failure || unanswered) && lastQuestion && (
            <p>
              <button
                type="button"
                className="button button-quiet button-small"
                onClick={() => void agent.ask(lastQuestion)}
              >
                Ask again
              </button>
            </p>
          )}
          {messages.length === 0 && turn === null && agent.conversationId === null && (
            <ul className="grid gap-2 sm:grid-cols-2">
              {PROMPTS.map((prompt) => (
                <li key={prompt}>
                  <button
                    type="button"
                    className="card w-full py-3.5! text-left text-sm font-medium hover:border-line-strong"
                    onClick={() => void agent.ask(prompt)}
                  >
                    {prompt}
                  </button>
                </li>
              ))}
            </ul>
          )}
          <div ref={end} />
          <Ask busy={busy || waiting} onAsk={agent.ask} onStop={agent.stop} stoppable={busy} />
          <p className="text-xs text-faint">Every figure in an answer comes from your own data. {NOT_ADVICE}</p>
        </section>
        <Conversations current={agent.conversationId} onOpen={agent.open} />
      </div>
    </>
  );
}

function Question({ text }: { text: string }) {
  return (
    <p className="ml-auto w-fit max-w-prose rounded-lg bg-accent-soft px-4 py-2.5 whitespace-pre-wrap">
      <span className="sr-only">You asked: </span>
      {text}
    </p>
  );
}

function Given({ message }: { message: AgentMessage }) {
  return (
    <>
      <Answer {...message} text={message.content} tools={toolsOf(message)} />
      <Feedback message={message} />
    </>
  );
}

function Feedback({ message }: { message: AgentMessage }) {
  const [rating, setRating] = useState(message.rating);
  const rate = useMutation({
    mutationFn: (chosen: AgentMessage["rating"]) => rateAnswer(message.id, chosen),
    onSuccess: (_, chosen) => setRating(chosen),
  });
  return (
    <p className="mt-1 flex items-center gap-1 text-xs text-faint">
      Was this useful?
      {(["up", "down"] as const).map((each) => (
        <button
          key={each}
          type="button"
          className={`button-plain ${rating === each ? "text-accent! underline" : ""}`}
          aria-pressed={rating === each}
          disabled={rate.isPending}
          onClick={() => rate.mutate(rating === each ? null : each)}
        >
          {each === "up" ? "Yes" : "No"}
        </button>
      ))}
      {rate.isError && <span role="alert">{rate.error.message}</span>}
    </p>
  );
}

interface AskProps {
  busy: boolean;
  stoppable: boolean;
  onAsk: (question: string) => Promise<void>;
  onStop: () => Promise<void>;
}

function Ask({ busy, stoppable, onAsk, onStop }: AskProps) {
  const [text, setText] = useState("");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    const question = text.trim();
    if (question === "" || busy) return;
    setText("");
    void onAsk(question);
  };
  return (
    <form onSubmit={submit} className="flex items-end gap-3">
      <label className="grow">
        <span className="sr-only">Your question</span>
        <textarea
          className="field-input block resize-y"
          rows={2}
          maxLength={LONGEST}
          placeholder="Ask about your score, your figures, or what lenders look at"
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.nativeEvent.isComposing) submit(event);
          }}
        />
      </label>
      {stoppable ? (
        <button type="button" className="button button-quiet" onClick={() => void onStop()}>
          Stop
        </button>
      ) : (
        <button type="submit" className="button" disabled={busy || text.trim() === ""}>
          Ask
        </button>
      )}
    </form>
  );
}
