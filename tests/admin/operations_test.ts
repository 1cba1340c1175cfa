/** Wrong input of every operation: one refusal, which names the field. @module */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { AdminContext } from "../../src/admin/context.ts";
import { noteOf } from "../../src/admin/fields.ts";
import type { Operation } from "../../src/admin/operation.ts";
import {
  callOperation,
  type OperationName,
  OPERATIONS,
} from "../../src/admin/operation_table.ts";
import { Refusal } from "../../src/base/refusal.ts";
import { withRelay } from "./relay.ts";

const TABLE = Object.entries<Operation>(OPERATIONS);

/** Nothing may be looked at before the input is known to be right. */
const UNTOUCHABLE = new Proxy({} as AdminContext, {
  get(_, name) {
    throw new TypeError(`${String(name)} was used`);
  },
});

/** By the kind of a field: what it takes, and what it does not take. */
const SAMPLES: readonly {
  readonly kind: RegExp;
  readonly right: unknown;
  readonly wrong: readonly unknown[];
}[] = [
  {
    kind: /^text/,
    right: "ann.chats",
    wrong: [1, true, null, [], {}, ["ann.chats"], "x".repeat(10_001)],
  },
  {
    kind: /^text of up to/,
    right: "ann.chats",
    wrong: ["a\nb", "a\0b", "a\x7f", "x".repeat(501)],
  },
  {
    kind: /^true or false/,
    right: true,
    wrong: ["no", "true", "", 0, 1, null, [], {}],
  },
  {
    kind: /^whole number/,
    right: 1,
    wrong: ["1", "", -1, 1.5, 2 ** 53, 1e300, true, null, [], {}],
  },
  {
    kind: /^one of/,
    right: undefined,
    wrong: ["bogus", "", "toString", 0, true, null, [], {}],
  },
  {
    kind: /^duration/,
    right: "20d",
    wrong: ["soon", "", "0", "-1d", "9".repeat(10_001), "101y", 5, null, {}],
  },
  {
    kind: /^RFC 3339/,
    right: null,
    wrong: [true, [], {}, "x".repeat(501)],
  },
  {
    kind: /^queue entry/,
    right: "12/0",
    wrong: ["", "a", "12/", "/1", "-1", "1/2/3", "1".repeat(16), 12, null, {}],
  },
  {
    kind: /^object of texts/,
    right: { registration_open: "true" },
    wrong: ["{}", 1, true, null, { a: 1 }, { a: ["x"] }],
  },
  {
    kind: /^list/,
    right: [],
    wrong: ["[]", 1, true, null, {}],
  },
];

function samplesOf(kind: string) {
  const found = SAMPLES.filter((sample) => sample.kind.test(kind));
  assert.ok(found.length > 0, `no samples of "${kind}"`);
  return found;
}

/** A right value; of a choice, the first. */
function rightOf(kind: string): unknown {
  return samplesOf(kind)[0]?.right ??
    (kind.startsWith("one of") ? kind.slice(7).split(",")[0] : null);
}

/** Where not all fields go together. */
const NEVER_TOGETHER: Partial<Record<string, readonly string[]>> = {
  "accounts.import": ["file", "relay_directory"],
  "queue.retry": ["dest", "all"],
  "queue.hold": ["dest", "all"],
  "queue.release": ["dest", "all"],
};

function inputOf(name: string, { input }: Operation): Record<string, unknown> {
  const left = NEVER_TOGETHER[name] ?? [];
  return Object.fromEntries(
    Object.entries(input.entries).filter(([field]) => !left.includes(field))
      .map(([field, schema]) => [field, rightOf(noteOf(schema).kind)]),
  );
}

async function refusalOf(name: string, input: unknown): Promise<Refusal> {
  try {
    await callOperation(UNTOUCHABLE, name, input);
  } catch (error) {
    if (error instanceof Refusal) return error;
    const shown = JSON.stringify(input)?.slice(0, 100);
    assert.fail(`${name} ${shown}: ${error}`);
  }
  assert.fail(`${name} took ${JSON.stringify(input)}`);
}

async function assertRefused(
  name: string,
  input: unknown,
  field: string | undefined,
): Promise<void> {
  const refusal = await refusalOf(name, input);
  const shown = `${name} ${JSON.stringify(input)?.slice(0, 200)}`;
  assert.equal(refusal.code, "invalid_value", shown);
  assert.equal(refusal.detail.field, field, shown);
  if (field !== undefined) assert.ok(refusal.message.startsWith(`${field}: `));
}

for (const [name, operation] of TABLE) {
  const right = inputOf(name, operation);
  const fields = Object.entries(operation.input.entries);

  Deno.test(`${name} refuses wrong types by the name of the field`, async () => {
    for (const [field, schema] of fields) {
      for (const { wrong } of samplesOf(noteOf(schema).kind)) {
        for (const value of wrong) {
          await assertRefused(name, { ...right, [field]: value }, field);
        }
      }
    }
  });

  Deno.test(`${name} refuses unknown and missing fields`, async () => {
    for (const more of ["nonsense", "toString", "__proto__", "", "0"]) {
      const input = Object.defineProperty({ ...right }, more, {
        value: "x",
        enumerable: true,
      });
      await assertRefused(name, input, more);
    }
    for (const [field, schema] of fields) {
      if (schema.type === "optional") continue;
      const { [field]: _, ...rest } = right;
      await assertRefused(name, rest, field);
    }
  });

  Deno.test(`${name} refuses what is no object`, async () => {
    for (const input of [undefined, null, 1, "x", true, [], [right]]) {
      await assertRefused(name, input, undefined);
    }
  });

  Deno.test(`${name} takes right input`, async () => {
    // it goes as far as the relay, or as what says that no server runs
    await assert.rejects(
      callOperation(UNTOUCHABLE, name, right),
      { name: "TypeError", message: /was used$/ },
    );
  });
}

Deno.test("callOperation() knows no operation by the names of objects", async () => {
  for (
    const name of ["toString", "__proto__", "", "accounts", "x".repeat(1e5)]
  ) {
    const { code, message } = await refusalOf(name, {});
    assert.equal(code, "not_found");
    assert.ok(message.length < 100);
  }
});

Deno.test("operations mark every secret", () => {
  const marked = TABLE.flatMap(([name, { input, secretOutputs }]) => [
    ...Object.entries(input.entries)
      .filter(([, field]) => noteOf(field).secret)
      .map(([field]) => `${name} ${field}`),
    ...secretOutputs.map((field) => `${name} → ${field}`),
  ]);
  assert.deepEqual(marked.sort(), [
    "accounts.create password",
    "accounts.create_random password",
    "accounts.create_random → dclogin",
    "accounts.create_random → password",
    "accounts.export → users",
    "accounts.import users",
    "accounts.reset_password → dclogin",
    "accounts.reset_password → password",
    "accounts.set_password password",
    "admin.login → code",
    "admin.login → url",
    "admin.rotate → token",
    "admin.token → token",
    "admin_tokens.create → token",
    "admin_web.install → code",
    "admin_web.install → url",
    "dkim.import key",
    "exchangers.add token",
    "exchangers.add → token",
    "exchangers.set token",
    "exchangers.set → token",
    "exchangers.token token",
    "exchangers.token → token",
    "federation.import exchangers",
    "federation.import → tokens",
    "http_proxy.credentials → password",
    "http_proxy.credentials → username",
    "http_proxy.url → url",
    "registration_tokens.create token",
    "registration_tokens.create → invite_url",
    "registration_tokens.create → token",
    "registration_tokens.delete token",
    "registration_tokens.delete → token",
    "registration_tokens.list → tokens",
    "registration_tokens.status token",
    "registration_tokens.status → invite_url",
    "registration_tokens.status → token",
    "settings.change values",
    "settings.reveal → value",
    "settings.set value",
    "shadowsocks.url → url",
    "stealth.url → url",
    "turn.credentials → password",
  ]);
});

Deno.test("a refusal never shows a secret that has the wrong form", async () => {
  const password = ["s3cret"];
  for (const name of ["accounts.create", "accounts.set_password"]) {
    const input = { username: "ann.chats", password };
    assert.doesNotMatch((await refusalOf(name, input)).message, /s3cret/);
  }
});

/** Values of the right type that mean nothing. */
const MEANINGLESS: readonly [OperationName, object, string][] = [
  ...["a b", "@", "ann@", "x".repeat(1000), "\ud800", "a\0b"].flatMap((
    username,
  ): [OperationName, object, string][] => [
    ["accounts.info", { username }, "username"],
    ["accounts.create", { username, password: "long enough" }, "username"],
    ["accounts.set_password", { username, password: "x" }, "username"],
    ["accounts.set_pinned", { username, pinned: true }, "username"],
    ["accounts.delete", { username }, "username"],
    ["accounts.ban", { username }, "username"],
    ["accounts.purge", { username }, "username"],
    ["quota.get", { username }, "username"],
    ["quota.set", { username, max_bytes: 1 }, "username"],
    ["quota.reset", { username }, "username"],
    ["blocklist.add", { username }, "username"],
    ["blocklist.remove", { username }, "username"],
  ]),
  ["blocklist.add", { username: "a*b@relay.example" }, "username"],
  ["accounts.delete_all", { confirm: "other.example" }, "confirm"],
  ["accounts.import", {}, "file"],
  ["accounts.import", { file: "/x", users: [] }, "file"],
  ["registration_tokens.create", { token: "a b" }, "token"],
  ["registration_tokens.create", { token: "" }, "token"],
  ["registration_tokens.create", { max_uses: 0 }, "max_uses"],
  ["registration_tokens.create", { expires_in: "soon" }, "expires_in"],
  ["registration_tokens.create", { expires_in: "7" }, "expires_in"],
  ["registration_tokens.create", { expires_at: "soon" }, "expires_at"],
  ["registration_tokens.create", { expires_at: -1 }, "expires_at"],
  ["endpoint_cache.set", {
    lookup_key: "relay.example",
    target_host: "x.example",
  }, "lookup_key"],
  ["endpoint_cache.set", {
    lookup_key: "a.example",
    target_host: "ftp://x.example",
  }, "target_host"],
  ["endpoint_cache.set", {
    lookup_key: "a.example",
    target_host: "https://x.example",
    http: true,
  }, "http"],
  ["endpoint_cache.get", { lookup_key: "a b" }, "lookup_key"],
  ["endpoint_cache.test", { domain: "*" }, "domain"],
  ["exchangers.add", { name: "a b", url: "https://hub.example" }, "name"],
  ["exchangers.add", { name: "hub", url: "http://hub.example" }, "url"],
  ["exchangers.add", { name: "hub", url: "https://10.0.0.1" }, "url"],
  ["exchangers.add", { name: "hub" }, "url"],
  ["exchangers.add", { name: "hub", url: "https://a", roles: ["x"] }, "roles"],
  ["exchangers.add", { name: "hub", url: "https://a", roles: [] }, "roles"],
  ["exchangers.add", {
    name: "hub",
    url: "https://hub.example",
    domains: ["relay.example"],
  }, "domains"],
  ["exchangers.add", {
    name: "hub",
    url: "https://hub.example",
    token: "short",
  }, "token"],
  ["settings.set", { name: "max_message_size", value: "much" }, "value"],
  ["settings.set", { name: "password_length", value: "1" }, "value"],
  // 10 days are meant, and mail of 10 seconds would be deleted
  ["settings.set", { name: "message_retention", value: "10" }, "value"],
  ["settings.set", { name: "read_message_retention", value: "10" }, "value"],
  [
    "settings.change",
    { values: { message_retention: "10" } },
    "message_retention",
  ],
  ["settings.set", { name: "default_quota", value: "5" }, "value"],
  ["settings.change", { values: { default_quota: "5" } }, "default_quota"],
  ["tasks.run", { task: "prune-unread-older", retention: "10" }, "retention"],
  ...["queue.retry", "queue.hold", "queue.release"].flatMap((
    name,
  ): [OperationName, object, string][] => [
    [name as OperationName, {}, "id"],
    [name as OperationName, { id: "1/0", all: true }, "id"],
    [name as OperationName, { dest: "a b" }, "dest"],
  ]),
  ["queue.purge", { dest: "" }, "dest"],
  ["queue.list", { dest: "[1.2.3]" }, "dest"],
  ...["", "relay.example", "*.[192.0.2.1]", "a b", "x".repeat(300)].flatMap((
    domain,
  ): [OperationName, object, string][] => [
    ["federation.set_rule", { domain }, "domain"],
    ["federation.set_channels", { domain, smtp: "off" }, "domain"],
    ["federation.remove_rule", { domain }, "domain"],
    ["federation.dismiss", { domain }, "domain"],
    ["federation.undismiss", { domain }, "domain"],
  ]),
  ["federation.set_channels", { domain: "far.example" }, "http"],
  ["tasks.run", { task: "prune-unread-older" }, "retention"],
  ...["", "a b", "-a", "a.b", "x".repeat(64)].map((
    selector,
  ): [OperationName, object, string] => [
    "dkim.import",
    { selector, key: "" },
    "selector",
  ]),
  ["dkim.import", { selector: "one", key: "nothing" }, "key"],
];

Deno.test("operations name the field whose value means nothing", () =>
  withRelay(async (relay) => {
    for (const [name, input, field] of MEANINGLESS) {
      const shown = `${name} ${JSON.stringify(input).slice(0, 100)}`;
      await assert.rejects(callOperation(relay, name, input), (error) => {
        assert.ok(error instanceof Refusal, `${shown}: ${error}`);
        assert.equal(error.code, "invalid_value", shown);
        assert.equal(error.detail.field, field, shown);
        return true;
      });
    }
    assert.equal(await relay.store.accounts.countAbout(), 0);
    assert.deepEqual(await relay.store.accounts.listTokens(), []);
    assert.deepEqual(await relay.store.accounts.listBlocked(), []);
  }));

Deno.test("operations that change nothing leave the database alone", () =>
  withRelay(async (relay) => {
    const username = "ann.chats";
    const kept = await relay.accounts.create({
      address: relay.domains.parse(`${username}@relay.example`),
      origin: "cli",
    });
    const token = "a-token";
    await callOperation(relay, "registration_tokens.create", { token });
    const given: Record<string, unknown> = {
      username: kept.address,
      token,
      name: "max_message_size",
    };
    const database = new DatabaseSync(relay.store.place, { readOnly: true });
    const version = () =>
      database.prepare("PRAGMA data_version").get()?.data_version;
    const before = version();
    let done = 0;
    for (const [name, operation] of TABLE) {
      if (operation.changes || operation.needsServer) continue;
      const input = Object.fromEntries(
        Object.entries(inputOf(name, operation))
          .map(([field, value]) => [field, given[field] ?? value]),
      );
      try {
        await callOperation(relay, name, input);
        done++;
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
      }
      assert.equal(version(), before, name);
    }
    database.close();
    assert.ok(done > 12, `${done} were done`);
  }));

Deno.test("operations of scope read change nothing", () => {
  for (const [name, { scope, changes }] of TABLE) {
    if (scope === "read") assert.equal(changes, false, name);
  }
});

Deno.test("operations on the server are refused while none runs", () =>
  withRelay(async (relay) => {
    const names = TABLE.filter(([, { needsServer }]) => needsServer);
    assert.ok(names.length > 5);
    for (const [name, operation] of names) {
      await assert.rejects(
        callOperation(relay, name, inputOf(name, operation)),
        {
          name: "Refusal",
          code: "not_running",
        },
      );
    }
  }));

Deno.test("accounts are made by the surface that asks, whatever it says", () =>
  withRelay(async (relay) => {
    const username = "ann.chats@relay.example";
    const password = "long enough";
    for (const origin of ["cli", "admin"] as const) {
      const asked = { ...relay, origin };
      await callOperation(asked, "accounts.create", { username, password });
      const made = await relay.store.accounts.find(
        relay.domains.parse(username),
      );
      assert.equal(made?.origin, origin);
      await callOperation(asked, "accounts.delete", { username, block: false });
    }
  }));
