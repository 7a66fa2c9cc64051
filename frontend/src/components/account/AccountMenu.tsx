import { useId, useRef } from "react";
import { type CurrentUser, logout } from "../../lib/api";
import { leave } from "../../lib/api/session";
import { LOGIN, NEW_BUSINESS } from "../../lib/navigation";

const ITEM = "flex min-h-11 w-full items-center rounded px-3 text-left text-sm hover:bg-sunken";

/** What there is to do under the person's initials. The browser's own popover: a menu library would be a third of the page. */
export function AccountMenu({ user }: { user: CurrentUser }) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  return (
    <>
      <button
        ref={button}
        type="button"
        popoverTarget={id}
        className="flex size-11 items-center justify-center rounded-full text-sm font-semibold hover:bg-sunken"
        aria-label={`${initials(user.name)}: account of ${user.name}`}
      >
        <span
          className="flex size-9 items-center justify-center rounded-full bg-accent-soft text-accent"
          aria-hidden="true"
        >
          {initials(user.name)}
        </span>
      </button>
      <div
        id={id}
        popover="auto"
        className="m-0 w-60 rounded-lg border border-line bg-surface p-1.5 text-ink shadow-lg"
        onBeforeToggle={(event) => {
          const box = button.current?.getBoundingClientRect();
          if (box === undefined) return;
          Object.assign(event.currentTarget.style, {
            inset: "auto",
            top: `${box.bottom + 6}px`,
            left: `${Math.max(8, box.right - 240)}px`,
          });
        }}
      >
        <div className="border-b border-line px-3 pb-2.5 pt-1.5 text-sm">
          <p className="truncate font-semibold">{user.name}</p>
          <p className="truncate text-xs text-faint">{user.email}</p>
        </div>
        <div className="pt-1.5">
          <a href="/dashboard/settings" className={ITEM}>
            Settings
          </a>
          <a href={NEW_BUSINESS} className={ITEM}>
            Add a business
          </a>
          <button type="button" className={ITEM} onClick={() => void logout().then(() => leave(LOGIN))}>
            Log out
          </button>
        </div>
      </div>
    </>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  return [words.at(0), words.length > 1 ? words.at(-1) : undefined]
    .map((word) => word?.charAt(0) ?? "")
    .join("")
    .toUpperCase();
}
