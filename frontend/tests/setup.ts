import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { businessIdStore } from "../src/lib/auth";

// Nothing here may import the client: setup runs before a test file's mocks.
beforeEach(() => {
  localStorage.clear();
  businessIdStore.set(null);
  window.history.replaceState(null, "", "/");
  window.dispatchEvent(new Event("pageshow"));
});

afterEach(cleanup);

// jsdom has the element but not what opens it.
if (HTMLDialogElement.prototype.showModal === undefined) {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event("close"));
  };
}
