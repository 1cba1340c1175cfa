/** Servers that carry mail between relays that cannot reach each other. @module */
import { optional } from "valibot";
import {
  type Exchanger,
  EXCHANGER_TLS,
  type ExchangerChange,
  LONG_POLL,
  MAX_DOMAINS,
  POLL_INTERVAL,
  PROTOCOLS,
  type Role,
  ROLES,
  WHEN,
} from "../../../federation/exchange/exchanger.ts";
import type { Exchangers } from "../../../federation/exchange/exchangers.ts";
import {
  choice,
  flag,
  integer,
  secretText,
  text,
  texts,
} from "../../fields.ts";
import { invalidField, operation, serverOperation } from "../../operation.ts";

const NAME = text("up to 64 of a-z, 0-9, dots, dashes and underscores");
const TOKEN = "the secret that it knows us by, and we it";

export interface ExchangerShape {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly roles: readonly string[];
  readonly protocol: string;
  readonly domains: readonly string[];
  /** Seconds. */
  readonly poll_interval: number;
  readonly long_poll: number;
  readonly tls: string;
  readonly when: string;
  readonly trust_auth: boolean;
  readonly allow_insecure: boolean;
  readonly has_token: boolean;
  readonly last_poll_at: number | null;
  readonly last_ok_at: number | null;
  readonly last_error: string | null;
  readonly pulled: number;
  readonly pushed: number;
  readonly served: number;
  readonly created_at: number;
  readonly updated_at: number;
}

function shape(one: Exchanger, exchangers: Exchangers): ExchangerShape {
  const status = exchangers.status(one.name);
  return {
    name: one.name,
    url: one.url,
    enabled: one.enabled,
    roles: one.roles,
    protocol: one.protocol,
    domains: one.domains,
    poll_interval: one.pollInterval,
    long_poll: one.longPoll,
    tls: one.tls,
    when: one.when,
    trust_auth: one.trustAuth,
    allow_insecure: one.allowInsecure,
    has_token: one.token !== undefined || one.tokenHash !== undefined,
    last_poll_at: status.lastPollAt ?? null,
    last_ok_at: status.lastOkAt ?? null,
    last_error: status.lastError ?? null,
    pulled: status.pulled,
    pushed: status.pushed,
    served: status.served,
    created_at: one.createdAt,
    updated_at: one.updatedAt,
  };
}

const CHANGE = {
  url: optional(text("https://host, with a port or a path if need be")),
  roles: optional(
    texts(`of ${ROLES.join(", ")}; a new one is to pull`, ROLES.length),
  ),
  protocol: optional(choice("how it is asked", PROTOCOLS)),
  token: optional(secretText(TOKEN)),
  domains: optional(
    texts("domains, *.domain or *: whose mail it carries", MAX_DOMAINS),
  ),
  enabled: optional(flag("whether anything is done with it")),
  poll_interval: optional(integer("seconds between polls", POLL_INTERVAL)),
  long_poll: optional(
    integer("seconds that it may wait for mail before it answers", LONG_POLL),
  ),
  tls: optional(choice("how far its certificate is believed", EXCHANGER_TLS)),
  when: optional(
    choice("fallback: mail is pushed when all direct ways fail for now", WHEN),
  ),
  trust_auth: optional(flag("it vouches for the senders of what it brings")),
  allow_insecure: optional(flag("HTTP in clear, or a private network")),
};

interface ChangeInput {
  readonly url?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly protocol?: ExchangerChange["protocol"];
  readonly token?: string | undefined;
  readonly domains?: readonly string[] | undefined;
  readonly enabled?: boolean | undefined;
  readonly poll_interval?: number | undefined;
  readonly long_poll?: number | undefined;
  readonly tls?: ExchangerChange["tls"];
  readonly when?: ExchangerChange["when"];
  readonly trust_auth?: boolean | undefined;
  readonly allow_insecure?: boolean | undefined;
}

function changeOf(input: ChangeInput): ExchangerChange {
  const { roles, poll_interval, long_poll, trust_auth, allow_insecure } = input;
  return {
    url: input.url,
    roles: roles && rolesIn(roles),
    protocol: input.protocol,
    token: input.token,
    domains: input.domains,
    enabled: input.enabled,
    pollInterval: poll_interval,
    longPoll: long_poll,
    tls: input.tls,
    when: input.when,
    trustAuth: trust_auth,
    allowInsecure: allow_insecure,
  };
}

function rolesIn(written: readonly string[]): Role[] {
  return written.map((one) => {
    const role = ROLES.find((known) => known === one);
    if (role) return role;
    throw invalidField("roles", `must be of ${ROLES.join(", ")}`);
  });
}

export const EXCHANGER_OPERATIONS = {
  "exchangers.list": operation({
    summary: "All exchangers, and what came of them",
    scope: "read",
    changes: false,
    input: {},
    run({ exchange: { exchangers } }) {
      const all = exchangers.list().map((one) => shape(one, exchangers));
      return { exchangers: all, total: all.length };
    },
  }),
  "exchangers.add": operation({
    summary:
      "Name an exchanger or, where it exists, change the fields that are given; one that is to fetch mail gets a token unless it has one",
    scope: "full",
    changes: true,
    input: { name: NAME, ...CHANGE },
    secretOutputs: ["token"],
    async run({ exchange: { exchangers } }, { name, ...input }) {
      const { exchanger, created, token } = await exchangers.put(
        name,
        changeOf(input),
      );
      return {
        ...shape(exchanger, exchangers),
        created,
        token: token ?? null,
      };
    },
  }),
  "exchangers.set": operation({
    summary: "Change the fields that are given",
    scope: "full",
    changes: true,
    input: { name: NAME, ...CHANGE },
    secretOutputs: ["token"],
    async run({ exchange: { exchangers } }, { name, ...input }) {
      const { exchanger, token } = await exchangers.put(
        exchangers.named(name).name,
        changeOf(input),
      );
      return { ...shape(exchanger, exchangers), token: token ?? null };
    },
  }),
  "exchangers.remove": operation({
    summary: "Forget an exchanger; mail goes the usual ways",
    scope: "full",
    changes: true,
    input: { name: NAME },
    async run({ exchange }, { name }) {
      return { deleted: await exchange.removeExchanger(name) };
    },
  }),
  "exchangers.token": operation({
    summary: "Give it another token: a new one is shown once, and never again",
    scope: "full",
    changes: true,
    input: { name: NAME, token: optional(secretText(TOKEN)) },
    secretOutputs: ["token"],
    async run({ exchange: { exchangers } }, input) {
      const { exchanger, token } = await exchangers.setToken(
        input.name,
        input.token,
      );
      return { name: exchanger.name, token: token ?? null };
    },
  }),
  "exchangers.poll": serverOperation({
    summary: "Ask an exchanger for our mail now",
    scope: "full",
    changes: true,
    input: { name: NAME },
    run: (live, { name }) => live.pollExchanger(name),
  }),
} as const;
