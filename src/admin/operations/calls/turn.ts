/** Calls: the TURN server. @module */
import { optional } from "valibot";
import { flag } from "../../fields.ts";
import { serverOperation } from "../../operation.ts";
import { listenerObstacles } from "../listening/obstacles.ts";

export const TURN_OPERATIONS = {
  "turn.status": serverOperation({
    summary: "The TURN server: where it is found, and what it relays",
    scope: "read",
    changes: false,
    input: {},
    run: (live) => live.turn.status(),
  }),
  "turn.credentials": serverOperation({
    summary: "Credentials for the TURN server, as clients get them",
    scope: "full",
    changes: false,
    input: {},
    secretOutputs: ["password"],
    run: (live) => live.turn.credentials(),
  }),
  "turn.test": serverOperation({
    summary: "Use the TURN server as two clients in a call would",
    scope: "full",
    changes: false,
    input: {
      relay: optional(
        flag(
          "come in by the address that clients are told, not by this machine's own",
        ),
        false,
      ),
    },
    run: (live, { relay }) => live.turn.test(relay),
  }),
  "turn.enable": serverOperation({
    summary: "Let the TURN server listen where file and settings say",
    scope: "full",
    changes: true,
    input: {},
    async run(live, _input, context) {
      await context.settings.set("turn_enabled", "true");
      return {
        ...await live.turn.status(),
        obstacles: listenerObstacles(context, ["turn", "turn_tls"]),
      };
    },
  }),
  "turn.disable": serverOperation({
    summary: "End calls that are relayed, and the TURN server",
    scope: "full",
    changes: true,
    input: {},
    async run(live, _input, { settings }) {
      await settings.set("turn_enabled", "false");
      return await live.turn.status();
    },
  }),
} as const;
