/** Work that goes on by itself once it was begun. @module */
import { optional } from "valibot";
import { integer, line } from "../../fields.ts";
import { operation } from "../../operation.ts";

const ID = line("of jobs.list");
const LOOK_MS = 50;

export const JOB_OPERATIONS = {
  "jobs.list": operation({
    summary: "What goes on, and what went on lately",
    scope: "read",
    changes: false,
    input: {},
    run: ({ jobs }) => ({ jobs: jobs.list() }),
  }),
  /** Refuses with `not_found`. */
  "jobs.show": operation({
    summary: "How far one is",
    scope: "read",
    changes: false,
    input: {
      id: ID,
      wait: optional(
        integer("seconds to wait for its end", { min: 0, max: 50 }),
        0,
      ),
    },
    async run({ jobs, timers }, { id, wait }) {
      for (let left = wait * 1000; left > 0; left -= LOOK_MS) {
        if (jobs.get(id).state !== "running") break;
        await timers.sleep(LOOK_MS);
      }
      return jobs.get(id);
    },
  }),
  /** Refuses with `not_found`. */
  "jobs.cancel": operation({
    summary: "End one early; what it has done stays done",
    scope: "full",
    changes: true,
    input: { id: ID },
    run: ({ jobs }, { id }) => jobs.cancel(id),
  }),
} as const;
