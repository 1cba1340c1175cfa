/** Real-time channels: the iroh relay. @module */
import { serverOperation } from "../../operation.ts";
import { listenerObstacles } from "../listening/obstacles.ts";

export const IROH_OPERATIONS = {
  "iroh.status": serverOperation({
    summary: "The relay for real-time channels: where it is, what it passes on",
    scope: "read",
    changes: false,
    input: {},
    run: (live) => live.iroh(),
  }),
  "iroh.enable": serverOperation({
    summary: "Pass on real-time channels, and tell clients so",
    scope: "full",
    changes: true,
    input: {},
    async run(live, _input, context) {
      await context.settings.set("iroh_enabled", "true");
      return {
        ...live.iroh(),
        obstacles: listenerObstacles(context, ["https", "http", "iroh"]),
      };
    },
  }),
  "iroh.disable": serverOperation({
    summary: "End real-time channels that pass through here",
    scope: "full",
    changes: true,
    input: {},
    async run(live, _input, { settings }) {
      await settings.set("iroh_enabled", "false");
      return live.iroh();
    },
  }),
} as const;
