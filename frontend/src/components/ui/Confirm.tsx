import { type ReactNode, useEffect, useId, useRef } from "react";

interface Props {
  title: string;
  /** What the button that goes ahead says; it names the act, never "OK". */
  act: string;
  busy?: boolean;
  /** Held back until something is chosen or typed. */
  ready?: boolean;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
}

/** A question before something that cannot be taken back. The browser's own dialog; Escape cancels. */
export function Confirm({ title, act, busy = false, ready = true, onConfirm, onCancel, children }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  return (
    <dialog ref={dialog} className="dialog" aria-labelledby={id} onCancel={onCancel}>
      <h2 id={id} className="heading text-lg">
        {title}
      </h2>
      <div className="mt-2 flex flex-col gap-3 text-sm text-soft">{children}</div>
      <div className="mt-6 flex flex-wrap justify-end gap-3">
        <button type="button" className="button button-quiet" disabled={busy} onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button button-danger" disabled={busy || !ready} onClick={onConfirm}>
          {act}
        </button>
      </div>
    </dialog>
  );
}
