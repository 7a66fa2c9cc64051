import { Component, type ReactNode } from "react";

/** A fault of ours must not leave an empty page. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <div role="alert" className="card">
        <p className="font-semibold">This part of the page broke.</p>
        <p className="mt-1 text-soft">Your data is safe. Reloading the page usually helps.</p>
        <button type="button" className="button mt-4" onClick={() => window.location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}
