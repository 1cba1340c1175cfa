/** What goes on now, as numbers that a live view makes rates of. @module */
import { serverOperation } from "../../operation.ts";

export const MONITOR_OPERATIONS = {
  "monitor": serverOperation({
    summary:
      "Counters since the start, connections, queue and memory; of two looks, rates can be made",
    scope: "read",
    changes: false,
    input: {},
    async run(live, _, { clock, store }) {
      const { waiting, held, failed } = await store.queue.summary();
      const { attempts } = live.queue();
      return {
        /** In milliseconds; only differences mean something. */
        at_ms: Math.round(clock.monotonic()),
        uptime_seconds: live.uptimeSeconds,
        counters: Object.fromEntries(live.counters()),
        connections: Object.fromEntries(
          live.services().map(({ name, connections }) => [name, connections]),
        ),
        queue: { waiting, held, failed, attempts },
        memory_bytes: Deno.memoryUsage().rss,
      };
    },
  }),
} as const;
