/** The server as a process, and what it does by itself: reload, restart, tasks, sessions. @module */
import { optional } from "valibot";
import { Refusal } from "../../../base/refusal.ts";
import { choice, duration, flag, line, text } from "../../../admin/fields.ts";
import type { Resource } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const RELOAD_SCOPES = ["full", "http", "http_routes", "routes"] as const;

/** The whole file is read whatever the scope: what has not changed is left alone. */
const reload: Resource = {
  path: "/admin/reload",
  methods: {
    POST: action({
      scope: "full",
      changes: true,
      body: {
        scope: optional(choice("what to read again", RELOAD_SCOPES)),
        wait: optional(flag("answer when it is done, as is always so here")),
      },
      async run({ context }) {
        const report = await perform(context, "reload", { scope: "all" });
        if (report.invalid !== undefined) {
          throw new Refusal("invalid_value", { explanation: report.invalid });
        }
        return {
          status: "reloaded",
          message: messageOf(report.changed, report.restart),
          changed: report.changed,
          restart: report.restart,
          errors: report.errors,
        };
      },
    }),
  },
};

function messageOf(
  changed: readonly string[],
  restart: readonly string[],
): string {
  const now = changed.length === 0
    ? "nothing has changed"
    : `in force now: ${changed.join(", ")}`;
  return restart.length === 0
    ? now
    : `${now}; after a restart: ${restart.join(", ")}`;
}

const restart: Resource = {
  path: "/admin/restart",
  methods: {
    POST: action({
      scope: "full",
      changes: true,
      body: {},
      async run({ context }) {
        await perform(context, "restart", {});
        return { status: "restarting" };
      },
    }),
  },
};

const tasks: Resource = {
  path: "/admin/tasks",
  methods: {
    GET: shows(({ context }) => perform(context, "tasks.list", {})),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        task: line("a name or alias"),
        retention: optional(duration("in place of the age in the settings")),
        dry_run: optional(flag("only count")),
        confirmed: optional(flag("however much it deletes")),
      },
      run({ context, body }) {
        const { retention, ...rest } = body;
        return perform(context, "tasks.run", {
          ...given(rest),
          task: body.task,
          ...(retention === undefined ? {} : { retention: `${retention}s` }),
        });
      },
    }),
  },
};

const sessions: Resource = {
  path: "/admin/sessions",
  methods: {
    GET: shows(({ context }) => perform(context, "sessions.list", {})),
    DELETE: action({
      scope: "accounts",
      changes: true,
      body: { username: text("whose sessions end") },
      run: ({ context, body }) => perform(context, "sessions.kill", body),
    }),
  },
};

export const PROCESS_RESOURCES: readonly Resource[] = [
  reload,
  restart,
  tasks,
  sessions,
];
