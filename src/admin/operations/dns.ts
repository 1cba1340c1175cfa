/** What others have to find of us in the DNS, and whether they do. @module */
import { operation } from "../operation.ts";
import { recordShape } from "./record_shape.ts";

export const DNS_OPERATIONS = {
  "dns.records": operation({
    summary: "Every record to publish; makes keys that are missing",
    scope: "full",
    changes: true,
    input: {},
    async run({ names }) {
      const records = await names.records();
      return { records: records.map(recordShape) };
    },
  }),
  "dns.check": operation({
    summary:
      "Ask the DNS for every record, and the hosts that mail is brought to for /mxdeliv",
    scope: "full",
    changes: true,
    input: {},
    async run({ names, dkim }) {
      const { records, hosts } = await names.check();
      await dkim.watch.check();
      const shown = records.map(({ record, state, problem, found }) => ({
        ...recordShape(record),
        state,
        problem: problem ?? null,
        found,
      }));
      return {
        records: shown,
        hosts: hosts.map(({ host, problem }) => ({
          host,
          state: problem === undefined ? "ok" as const : "wrong" as const,
          problem: problem ?? null,
        })),
        ok: hosts.every(({ problem }) => problem === undefined) &&
          shown.every(({ need, state }) =>
            need === "optional" || state === "ok"
          ),
      };
    },
  }),
} as const;
