import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { businessIdStore } from "../src/lib/auth";

// How long something may take to appear is no matter of these tests, and machines that run them are busy.
configure({ asyncUtilTimeout: 20_000 });

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
