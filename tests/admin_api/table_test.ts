/**
 * Every operation and every method of every resource, asked by those who may
 * not: each is refused before anything is done, and nothing is recorded.
 */
import assert from "node:assert/strict";
import type { Operation, Scope } from "../../src/admin/operation.ts";
import { OPERATIONS } from "../../src/admin/operation_table.ts";
import { AdminApi } from "../../src/api/admin/admin_api.ts";
import { RESOURCES } from "../../src/api/admin/resources/table.ts";
import { csrfOf } from "../../src/admin/access/secrets.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { HttpExchange } from "../../src/http/peer.ts";
import { call, type Relay, withRelay } from "../admin/relay.ts";

const RANKS: Record<Scope, number> = { read: 0, accounts: 1, full: 2 };
const HALF_DAY_MS = 12 * 3_600_000;
const HOST = "https://relay.example";

interface Row {
  readonly name: string;
  readonly scope: Scope;
  readonly envelope: Readonly<Record<string, unknown>>;
  /** Where it is asked for without an envelope. */
  readonly path?: string;
}

const ROWS: readonly Row[] = [
  ...Object.entries<Operation>(OPERATIONS).map(([method, { scope }]) => ({
    name: method,
    scope,
    envelope: { method, body: {} },
    path: `/api/admin/${method}`,
  })),
  ...RESOURCES.flatMap(({ path, methods }) =>
    Object.entries(methods).map(([method, { scope }]) => ({
      name: `${method} ${path}`,
      scope,
      envelope: {
        method,
        resource: path.replaceAll(/:[a-z_]+/g, "something"),
        body: {},
      },
    }))
  ),
];

function apiOf(relay: Relay): AdminApi {
  return new AdminApi({
    clock: relay.clock,
    timers: relay.clock,
    random: systemRandom,
    version: "1.2.3",
    context: () => relay,
    options: () => ({
      isEnabled: true,
      allowFrom: [],
      isHidden: false,
      sessionSeconds: 7 * 86_400,
      isApart: false,
      allowsInsecure: false,
    }),
    countLogin() {},
    reportFault(error) {
      throw error;
    },
  });
}

/** Each asks from an address of its own. */
let asked = 0;
function exchange(): HttpExchange {
  asked++;
  return {
    address: `10.${asked >> 16 & 255}.${asked >> 8 & 255}.${asked & 255}`,
    secure: true,
    limit() {},
    ending: new AbortController().signal,
  };
}

type Fields = Readonly<Record<string, string>>;

async function inEnvelope(api: AdminApi, { envelope }: Row, headers: Fields) {
  const response = await api.answer(
    new Request(`${HOST}/api/admin`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(envelope),
    }),
    exchange(),
  );
  assert.ok(response);
  assert.equal(response.status, 200);
  return await response.json();
}

async function directly(api: AdminApi, path: string, headers: Fields) {
  const response = await api.answer(
    new Request(HOST + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: "{}",
    }),
    exchange(),
  );
  assert.ok(response);
  return { ...await response.json(), status: response.status };
}

Deno.test("nothing is done for those who may not, whatever they ask for", async () => {
  await withRelay(async (relay) => {
    const api = apiOf(relay);
    const { access, clock } = relay;
    const root = access.tokens.bearer(access.tokens.root());
    assert.ok(root);
    const from = { address: "192.0.2.1", agent: "" };
    const expired = await access.begin(root, from);
    await clock.pass(HALF_DAY_MS);
    const tokens: Partial<Record<Scope, string>> = {};
    for (const scope of ["read", "accounts"] as const) {
      const input = { name: scope, scope };
      const made = await call(relay, "admin_tokens.create", input);
      tokens[scope] = made.token;
    }
    const cookie = await access.begin(root, from);
    const before = { audit: relay.audit.list(), event: relay.events.lastId };
    const session = (value: string) => `__Host-adm=${value}`;
    const cases: [string, Fields, number, string][] = [
      ["no token", {}, 401, "unauthorized"],
      ["a wrong token", { authorization: "Bearer wrong" }, 401, "unauthorized"],
      [
        "another scheme",
        { authorization: "Basic cm9vdDp4" },
        401,
        "unauthorized",
      ],
      [
        "an expired session",
        { cookie: session(expired), "x-csrf-token": csrfOf(expired) },
        401,
        "unauthorized",
      ],
      [
        "a session without CSRF token",
        { cookie: session(cookie) },
        403,
        "csrf",
      ],
      [
        "the CSRF token of another session",
        { cookie: session(cookie), "x-csrf-token": csrfOf(expired) },
        403,
        "csrf",
      ],
      [
        "a page of another site",
        {
          cookie: session(cookie),
          "x-csrf-token": csrfOf(cookie),
          origin: "https://evil.example",
        },
        403,
        "origin",
      ],
      [
        "a page of no site",
        {
          cookie: session(cookie),
          "x-csrf-token": csrfOf(cookie),
          origin: "null",
        },
        403,
        "origin",
      ],
      [
        "the cookie of a connection in clear",
        { cookie: `adm=${cookie}`, "x-csrf-token": csrfOf(cookie) },
        401,
        "unauthorized",
      ],
    ];
    for (const row of ROWS) {
      const refused: typeof cases = [
        ...cases,
        ...(["read", "accounts"] as const).flatMap((
          scope,
        ): typeof cases =>
          RANKS[row.scope] <= RANKS[scope] ? [] : [[
            `the scope ${scope}`,
            { authorization: `Bearer ${tokens[scope]}` },
            403,
            "scope",
          ]]
        ),
      ];
      for (const [who, headers, status, code] of refused) {
        await clock.pass(1000); // all wrong tokens of a minute have a bound too
        const answers = [
          await inEnvelope(api, row, headers),
          ...row.path === undefined
            ? []
            : [await directly(api, row.path, headers)],
        ];
        for (const answer of answers) {
          const shown = `${row.name}, ${who}: ${JSON.stringify(answer)}`;
          assert.equal(answer.status, status, shown);
          assert.equal(answer.code, code, shown);
          assert.ok(!("body" in answer), shown);
          if (status === 401) assert.ok(!("version" in answer), shown);
        }
      }
    }
    assert.ok(ROWS.length > 200);
    assert.deepEqual(
      { audit: relay.audit.list(), event: relay.events.lastId },
      before,
    );
  });
});

Deno.test("a session does what its scope allows, and the token that it began with", async () => {
  await withRelay(async (relay) => {
    const api = apiOf(relay);
    const { access } = relay;
    const { token } = await call(relay, "admin_tokens.create", {
      name: "reader",
      scope: "read",
    });
    const by = access.tokens.bearer(token);
    assert.ok(by);
    const cookie = await access.begin(by, { address: "", agent: "" });
    const headers = {
      cookie: `other=1; __Host-adm=${cookie}; __Host-adm=wrong`,
      "x-csrf-token": csrfOf(cookie),
      origin: HOST,
    };
    const ask = (method: string, body = {}) =>
      inEnvelope(api, {
        name: method,
        scope: "read",
        envelope: { method, body },
      }, headers);
    assert.equal((await ask("settings.list")).status, 200);
    assert.equal((await ask("stealth.rotate")).code, "scope");
  });
});

Deno.test("names that people chose come back as they are, in JSON that is no page", async () => {
  await withRelay(async (relay) => {
    const api = apiOf(relay);
    const authorization = `Bearer ${relay.access.tokens.root()}`;
    const name = `<script>alert(1)</script>"'\u2028&amp;`;
    const response = await api.answer(
      new Request(`${HOST}/api/admin`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json" },
        body: JSON.stringify({
          method: "admin_tokens.create",
          body: { name, scope: "read" },
        }),
      }),
      exchange(),
    );
    assert.ok(response);
    assert.equal(
      response.headers.get("content-type")?.split(";")[0],
      "application/json",
    );
    assert.equal(response.headers.get("x-robots-tag"), "noindex, nofollow");
    assert.equal(
      response.headers.get("cross-origin-resource-policy"),
      "same-origin",
    );
    assert.equal((await response.json()).body.name, name);
  });
});
