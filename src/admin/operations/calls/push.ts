/** Waking phones when mail has come. @module */
import { choice } from "../../fields.ts";
import { serverOperation } from "../../operation.ts";

export const PUSH_OPERATIONS = {
  "push.status": serverOperation({
    summary: "Notifications for phones: their mode, and how they go",
    scope: "read",
    changes: false,
    input: {},
    run: (live) => live.push.status(),
  }),
  "push.test": serverOperation({
    summary: "See whether the service that wakes phones can be reached",
    scope: "full",
    changes: false,
    input: {},
    run: (live) => live.push.test(),
  }),
  "push.set_mode": serverOperation({
    summary: "Wake phones, always or while the service works, or do not",
    scope: "full",
    changes: true,
    input: { mode: choice("When phones are woken", ["auto", "on", "off"]) },
    async run(live, { mode }, { settings }) {
      await settings.set("push_mode", mode);
      return live.push.status();
    },
  }),
} as const;
