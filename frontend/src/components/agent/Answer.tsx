import Markdown from "react-markdown";
import type { AgentMessage, Citation } from "../../lib/api";
import { toolLabel } from "../../lib/words";
import { Traced } from "../evidence/Traced";
import type { Tool } from "./turn";

interface Props {
  text: string;
  tools: readonly Tool[];
  citations: readonly Citation[];
  figures: AgentMessage["figures"];
  stopped: boolean;
  /** While it is being given. */
  busy?: boolean;
}

/** An answer: what was looked at, the text, its figures, and its sources. No HTML and no images come out of a text. */
export function Answer({ text, tools, citations, figures, stopped, busy = false }: Props) {
  return (
    <div className="card min-w-0">
      {tools.length > 0 && (
        <ul className="mb-3 flex flex-col gap-1 text-xs text-faint">
          {tools.map((tool, index) => (
            <li key={index}>
              <span aria-hidden="true">{{ running: "…", done: "✓", failed: "×" }[tool.state]} </span>
              {tool.doing}
              {tool.state === "failed" && " (there was nothing to be had)"}
              {tool.summary && `: ${tool.summary}`}
            </li>
          ))}
        </ul>
      )}
      <div className="prose" aria-busy={busy}>
        <Markdown disallowedElements={["img"]} skipHtml>
          {numbered(text, citations)}
        </Markdown>
        {busy && text === "" && <p className="text-soft">Thinking…</p>}
      </div>
      {stopped && <p className="mt-2 text-xs text-faint">You stopped this answer.</p>}
      {figures.length > 0 && (
        <details className="mt-4 text-sm">
          <summary className="disclosure">Where the figures come from</summary>
          <ul className="mt-2 flex flex-col gap-1.5">
            {figures.map(({ text: figure, label, handle }) => (
              <li key={`${handle} ${figure}`} className="figure">
                <Traced handle={handle} className="font-semibold">
                  {figure}
                </Traced>{" "}
                <span className="text-soft">{label}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {citations.length > 0 && (
        <section className="mt-4 border-t border-line pt-3 text-sm" aria-label="Sources">
          <h4 className="text-xs font-semibold text-faint">Sources</h4>
          {citations.map(({ doc_id, title, snippet }, index) => (
            <details key={`${doc_id} ${index}`}>
              <summary className="py-2.5">
                {index + 1}. <span className="underline underline-offset-4">{title}</span>
              </summary>
              <blockquote className="mt-1 border-l-2 border-line-strong pl-3 text-soft">{snippet}</blockquote>
            </details>
          ))}
        </section>
      )}
    </div>
  );
}

/** The text with the number of the source where it names a document. */
export function numbered(text: string, citations: readonly Citation[]): string {
  return text.replace(/\[([a-z0-9-]+)\]/g, (marker, id: string) => {
    const index = citations.findIndex(({ doc_id }) => doc_id === id);
    return index === -1 ? marker : `[${index + 1}]`;
  });
}

/** The tools of an answer that is complete. */
export function toolsOf(message: Pick<AgentMessage, "tool_calls">): Tool[] {
  return message.tool_calls.map(({ name, result_summary, failed }) => ({
    name,
    doing: toolLabel(name),
    state: failed ? "failed" : "done",
    summary: result_summary,
  }));
}
