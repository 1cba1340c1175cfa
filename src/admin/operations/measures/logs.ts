/** What the log says. @module */
import { optional } from "valibot";
import { integer } from "../../fields.ts";
import { serverOperation } from "../../operation.ts";

const MAX_LINES = 500;

export const LOG_OPERATIONS = {
  "logs.tail": serverOperation({
    summary:
      "The last lines of the log, as its files have them; none while it is off",
    scope: "full",
    changes: false,
    input: {
      limit: optional(
        integer("lines at most", { min: 1, max: MAX_LINES }),
        200,
      ),
    },
    run(live, { limit }) {
      const { level } = live.log;
      return { active: level !== "off", level, lines: live.logLines(limit) };
    },
  }),
} as const;
