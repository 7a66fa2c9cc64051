import { Toast } from "@base-ui/react/toast";
import { useEffect } from "react";
import { listening, manager } from "./toasts";

/** The toasts that are up, above the navigation where that lies at the bottom. */
export default function ToastStack() {
  return (
    <Toast.Provider toastManager={manager} timeout={10_000}>
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-4 bottom-22 z-50 mx-auto flex max-w-md flex-col gap-2 sm:left-auto sm:right-6 sm:mx-0 lg:bottom-4">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function List() {
  const { toasts: shown } = Toast.useToastManager();
  useEffect(listening, []);
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="flex items-center justify-between gap-4 rounded-lg bg-ink px-4 py-2 text-sm text-paper shadow-lg"
    >
      <Toast.Title className="py-1 font-medium" />
      <Toast.Action className="min-h-11 shrink-0 rounded-md px-2 font-semibold underline underline-offset-4" />
    </Toast.Root>
  ));
}
