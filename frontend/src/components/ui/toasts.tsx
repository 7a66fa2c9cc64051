import { Toast } from "@base-ui/react/toast";

/** For code outside of components too: one page, one stack of toasts. */
export const toasts = Toast.createToastManager();

/** Where toasts appear. Each page that uses `toasts` has one. */
export function Toasts() {
  return (
    <Toast.Provider toastManager={toasts} timeout={7_000}>
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-4 bottom-4 z-50 mx-auto flex max-w-md flex-col gap-2 sm:left-auto sm:right-6 sm:mx-0">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-center justify-between gap-4 rounded-lg bg-ink px-4 py-3 text-sm text-paper shadow-lg"
    >
      <Toast.Title className="font-medium" />
      <Toast.Action className="min-h-9 shrink-0 rounded-md px-2 font-semibold underline underline-offset-4" />
    </Toast.Root>
  ));
}
