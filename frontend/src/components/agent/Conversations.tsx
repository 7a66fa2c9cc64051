import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";
import { deleteConversation, renameConversation } from "../../lib/api";
import { conversationQuery, conversationsQuery } from "../../lib/queries";
import { useCurrentBusiness } from "../DashboardGuard";
import { Confirm } from "../ui/Confirm";
import { ShowMore } from "../ui/ShowMore";
import { Failure, Loaded, Skeleton } from "../ui/states";

const LONGEST = 120;

interface Props {
  current: string | null;
  /** null begins a new one. */
  onOpen: (id: string | null) => void;
}

/** What was asked before: to open, to rename, to delete. */
export function Conversations({ current, onOpen }: Props) {
  const { business } = useCurrentBusiness();
  const queries = useQueryClient();
  const conversations = useInfiniteQuery(conversationsQuery(business.id));
  const [doomed, setDoomed] = useState<string | null>(null);
  const [renamed, setRenamed] = useState<string | null>(null);
  const refresh = () => queries.invalidateQueries({ queryKey: conversationsQuery(business.id).queryKey });
  const remove = useMutation({
    mutationFn: (id: string) => deleteConversation(id),
    onSuccess: async (_, id) => {
      setDoomed(null);
      if (id === current) onOpen(null);
      queries.removeQueries(conversationQuery(id));
      await refresh();
    },
  });
  return (
    <nav aria-label="Conversations" className="card min-w-0">
      <div className="flex items-center justify-between gap-3">
        <h2 className="text-sm font-semibold">Conversations</h2>
        <button type="button" className="button-plain" onClick={() => onOpen(null)}>
          New
        </button>
      </div>
      <Loaded query={conversations} placeholder={<Skeleton className="h-24" />}>
        {({ pages }) =>
          pages.every(({ conversations }) => conversations.length === 0) ? (
            <p className="text-sm text-soft">What you ask is kept here.</p>
          ) : (
            <ul className="divide-y divide-line">
              {pages
                .flatMap((page) => page.conversations)
                .map(({ id, title }) =>
                  id === renamed ? (
                    <li key={id} className="py-2">
                      <Rename
                        id={id}
                        title={title}
                        onDone={async () => {
                          await refresh();
                          setRenamed(null);
                        }}
                        onCancel={() => setRenamed(null)}
                      />
                    </li>
                  ) : (
                    <li key={id} className="flex items-center">
                      <button
                        type="button"
                        className="min-h-11 grow truncate text-left text-sm hover:underline aria-[current]:font-semibold"
                        aria-current={id === current ? "true" : undefined}
                        onClick={() => onOpen(id)}
                      >
                        {title}
                      </button>
                      <button
                        type="button"
                        className="button-plain min-w-11"
                        aria-label={`Rename ${title}`}
                        onClick={() => setRenamed(id)}
                      >
                        <span aria-hidden="true">✎</span>
                      </button>
                      <button
                        type="button"
                        className="button-plain min-w-11"
                        aria-label={`Delete ${title}`}
                        onClick={() => setDoomed(id)}
                      >
                        <span aria-hidden="true">×</span>
                      </button>
                    </li>
                  ),
                )}
            </ul>
          )
        }
      </Loaded>
      <ShowMore query={conversations} />
      {doomed !== null && (
        <Confirm
          title="Delete this conversation?"
          act={remove.isPending ? "Deleting…" : "Delete"}
          busy={remove.isPending}
          onCancel={() => setDoomed(null)}
          onConfirm={() => remove.mutate(doomed)}
        >
          <p>Its questions and answers are gone for good.</p>
          {remove.isError && <Failure error={remove.error} />}
        </Confirm>
      )}
    </nav>
  );
}

interface RenameProps {
  id: string;
  title: string;
  onDone: () => Promise<void>;
  onCancel: () => void;
}

function Rename({ id, title, onDone, onCancel }: RenameProps) {
  const [text, setText] = useState(title);
  const rename = useMutation({ mutationFn: () => renameConversation(id, text.trim()), onSuccess: onDone });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (text.trim() === title) onCancel();
    else rename.mutate();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <input
        className="field-input"
        aria-label={`New name of ${title}`}
        autoFocus
        required
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && onCancel()}
      />
      <span className="flex justify-end gap-2">
        <button type="button" className="button button-quiet button-small" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" className="button button-small" disabled={rename.isPending || text.trim() === ""}>
          {rename.isPending ? "Saving…" : "Save"}
        </button>
      </span>
      {rename.isError && <Failure error={rename.error} />}
    </form>
  );
}
