import { Toast } from "@base-ui/react/toast";
import { lazy, Suspense } from "react";

// The stack is an eighth of the page's script, and nobody needs it before the page is there.
const ToastStack = lazy(() => import("./ToastStack"));

/** One page, one stack of toasts. */
export const manager = Toast.createToastManager();

let resolve: () => void;
const ready = new Promise<void>((done) => {
  resolve = done;
});
/** Told by the stack: from here on toasts are shown. */
export const listening = () => resolve();

/** Show a toast, also from outside of components; as soon as the stack is there to show it. */
export function notify(toast: Parameters<typeof manager.add>[0]): void {
  void ready.then(() => manager.add(toast));
}

/** Where toasts appear. Each page that uses `notify` has one. */
export function Toasts() {
  return (
    <Suspense fallback={null}>
      <ToastStack />
    </Suspense>
  );
}
