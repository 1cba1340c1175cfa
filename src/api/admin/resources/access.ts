/** Who may use the API, what was changed by whom, and what was measured. @module */
import { optional } from "valibot";
import {
  choice,
  duration,
  flag,
  integer,
  line,
  texts,
} from "../../../admin/fields.ts";
import { type Resource, ResourceAnswer } from "../resource.ts";
import { action, given, perform, shows } from "./action.ts";

const SCOPES = ["full", "read", "accounts"] as const;

const tokens: Resource = {
  path: "/admin/tokens",
  methods: {
    GET: shows(
      ({ context }) => perform(context, "admin_tokens.list", {}),
      "full",
    ),
    POST: action({
      scope: "full",
      changes: true,
      body: {
        name: line("what it is for", 100),
        scope: choice("what it may do", SCOPES),
        expires_in: optional(duration("until it ends")),
      },
      async run({ context, body: { name, scope, expires_in } }) {
        const made = await perform(context, "admin_tokens.create", {
          name,
          scope,
          ...(expires_in === undefined ? {} : { expires_in: `${expires_in}s` }),
        });
        return new ResourceAnswer(201, made);
      },
    }),
    DELETE: action({
      scope: "full",
      changes: true,
      body: { id: line("of the token", 40) },
      async run({ context, body }) {
        const { removed } = await perform(context, "admin_tokens.remove", body);
        return { deleted: removed };
      },
    }),
  },
};

const rotate: Resource = {
  path: "/admin/tokens/rotate",
  methods: {
    POST: action({
      scope: "full",
      changes: true,
      body: {},
      run: ({ context }) => perform(context, "admin.rotate", {}),
    }),
  },
};

const audit: Resource = {
  path: "/admin/audit",
  methods: {
    GET: action({
      scope: "full",
      changes: false,
      body: {
        q: optional(line("part of actor, resource or summary", 100)),
        failed: optional(flag("only what was refused")),
        offset: optional(integer("leave out", { min: 0, max: 1_000_000 })),
        limit: optional(integer("at most", { min: 1, max: 500 })),
      },
      run: ({ context, body }) => perform(context, "audit.list", given(body)),
    }),
  },
};

const SERIES_AT_MOST = 60;
const LATEST = 253_402_300_799; // the year 9999

const metrics: Resource = {
  path: "/admin/metrics",
  methods: {
    GET: action({
      scope: "read",
      changes: false,
      body: {
        keys: optional(texts("names of series", SERIES_AT_MOST)),
        from: optional(
          integer("seconds since 1970 UTC", { min: 0, max: LATEST }),
        ),
        to: optional(
          integer("seconds since 1970 UTC", { min: 1, max: LATEST }),
        ),
        step: optional(
          integer("seconds of one value", { min: 1, max: 366 * 86_400 }),
        ),
      },
      async run({ context, body }) {
        const { keys, ...rest } = body;
        return await perform(context, "metrics.history", {
          ...given(rest),
          ...(keys === undefined ? {} : { keys: [...keys] }),
        });
      },
    }),
  },
};

const logs: Resource = {
  path: "/admin/logs",
  methods: {
    GET: action({
      scope: "full",
      changes: false,
      body: { limit: optional(integer("lines", { min: 1, max: 1000 })) },
      run: ({ context, body }) => perform(context, "logs.tail", given(body)),
    }),
  },
};

export const ACCESS_RESOURCES: readonly Resource[] = [
  logs,
  tokens,
  rotate,
  audit,
  metrics,
];
