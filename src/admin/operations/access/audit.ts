/** What was changed, by whom. @module */
import { optional } from "valibot";
import type { AuditEntry } from "../../access/audit.ts";
import { flag, integer, line } from "../../fields.ts";
import { operation } from "../../operation.ts";

export interface AuditShape {
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  /** Of all that there are, or that were asked for. */
  readonly total: number;
}

const MOST = 1000;
const USUAL = 100;

export const AUDIT_OPERATIONS = {
  "audit.list": operation({
    summary: "Who has changed what, by command line, API and panel",
    scope: "full",
    changes: false,
    input: {
      q: optional(line("part of actor, resource or summary", 100)),
      failed: optional(flag("only what was refused")),
      offset: optional(
        integer("so many are left out", { min: 0, max: 1_000_000 }),
      ),
      limit: optional(integer("so many at most", { min: 1, max: MOST })),
    },
    run({ audit }, { q = "", failed, offset = 0, limit = USUAL }): AuditShape {
      const wanted = q.toLowerCase();
      const found = audit.list().filter((
        { actor, resource, summary, status },
      ) =>
        (failed !== true || status !== "ok") &&
        `${actor} ${resource} ${summary}`.toLowerCase().includes(wanted)
      );
      return {
        entries: found.slice(offset, offset + limit),
        total: found.length,
      };
    },
  }),
} as const;
