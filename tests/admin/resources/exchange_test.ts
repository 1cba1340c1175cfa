/** Federation, endpoints, exchangers and the queue, as scripts and panels of other relays use them. @module */
import assert from "node:assert/strict";
import { queueTo } from "../../store/queue_world.ts";
import { type Relay, withRelay } from "../relay.ts";
import { ask } from "./ask.ts";
import { refused, wrongField } from "./refusals.ts";

function relayTest(name: string, work: (relay: Relay) => Promise<void>): void {
  Deno.test(name, () => withRelay(work));
}

relayTest(
  "federation is switched, and its policy is one of two",
  async (relay) => {
    const path = "/admin/settings/federation";
    const before = (await ask(relay, "GET", path)).body;
    assert.equal(before.policy, "ACCEPT");
    assert.equal(before.max_federation_size, before.federation_size_effective);
    const set = await ask(relay, "POST", path, {
      enabled: false,
      policy: "REJECT",
    });
    assert.equal(set.body.enabled, false);
    assert.equal(set.body.policy, "REJECT");
    await ask(relay, "POST", path, { enabled: true });
    const now = (await ask(relay, "GET", path)).body;
    assert.deepEqual([now.enabled, now.policy], [true, "REJECT"]);
    await wrongField(ask(relay, "POST", path, { policy: "MAYBE" }), "policy");
    await wrongField(ask(relay, "POST", path, { enabled: "yes" }), "enabled");
  },
);

relayTest(
  "rules mean what the policy leaves to mean, and go as often as one likes",
  async (relay) => {
    const path = "/admin/federation/rules";
    const added = await ask(relay, "POST", path, { domain: "Bad.Example" });
    assert.deepEqual(added.body, { domain: "bad.example", total: 1 });
    const { rules, total } = (await ask(relay, "GET", path)).body;
    assert.equal(total, 1);
    assert.equal(rules[0].domain, "bad.example");
    assert.equal(rules[0].action, "block");
    assert.equal(typeof rules[0].created_at, "number");
    for (const _ of ["there", "gone"]) {
      const gone = await ask(relay, "DELETE", path, { domain: "bad.example" });
      assert.deepEqual(gone.body, { domain: "bad.example", remaining: 0 });
    }
    for (const domain of ["", " ", "not a domain", "a..b"]) {
      await wrongField(ask(relay, "POST", path, { domain }), "domain");
    }
    await wrongField(ask(relay, "POST", path), "domain");
  },
);

relayTest("mail to some domains is dismissed", async (relay) => {
  const path = "/admin/federation/silent-dismiss";
  assert.deepEqual((await ask(relay, "GET", path)).body, {
    domains: [],
    total: 0,
  });
  const added = await ask(relay, "POST", path, { domain: "a.com" });
  assert.equal(added.body.total, 1);
  const list = (await ask(relay, "GET", path)).body;
  assert.equal(list.domains[0].domain, "a.com");
  for (const _ of ["there", "gone"]) {
    const gone = await ask(relay, "DELETE", path, { domain: "a.com" });
    assert.equal(gone.body.remaining, 0);
  }
  await wrongField(ask(relay, "POST", path, { domain: "a b" }), "domain");
});

relayTest(
  "endpoints are set over and over, and decide nothing about a domain",
  async (relay) => {
    const path = "/admin/dns";
    const entry = {
      lookup_key: "test-api.example.invalid",
      target_host: "1.2.3.4",
    };
    for (const comment of ["first", "second"]) {
      const set = await ask(relay, "POST", path, { ...entry, comment });
      assert.equal(set.status, 201);
      assert.equal(set.body.target_host, "1.2.3.4");
    }
    const { overrides, total } = (await ask(relay, "GET", path)).body;
    assert.equal(total, 1);
    assert.equal(overrides[0].comment, "second");
    assert.equal(
      (await ask(relay, "GET", "/admin/federation/rules")).body.total,
      0,
    );
    const { lookup_key } = entry;
    for (const _ of ["there", "gone"]) {
      const gone = await ask(relay, "DELETE", path, { lookup_key });
      assert.deepEqual(gone.body, { deleted: lookup_key });
    }
    for (
      const [field, body] of [
        ["target_host", { ...entry, target_host: "not a host" }],
        ["target_host", { lookup_key }],
        ["lookup_key", { ...entry, lookup_key: "a b" }],
      ] as const
    ) await wrongField(ask(relay, "POST", path, body), field);
  },
);

relayTest("exchangers are added, changed and forgotten", async (relay) => {
  const path = "/admin/exchangers";
  const made = await ask(relay, "POST", path, {
    name: "onjast",
    url: "https://exchange.example/mxdeliv",
    poll_interval: 60,
  });
  assert.equal(made.status, 201);
  assert.equal(made.body.name, "onjast");
  const { exchangers, total } = (await ask(relay, "GET", path)).body;
  assert.equal(total, 1);
  const { name, url, enabled, poll_interval, last_poll_at, last_error } =
    exchangers[0];
  assert.deepEqual(
    [name, url, enabled, poll_interval, last_poll_at, last_error],
    ["onjast", "https://exchange.example/mxdeliv", true, 60, null, null],
  );
  const off = await ask(relay, "PUT", path, { name: "onjast", enabled: false });
  assert.deepEqual(off.body, { updated: "onjast" });
  const seen = (await ask(relay, "GET", path)).body.exchangers[0];
  assert.equal(seen.enabled, false);
  const other = { name: "other", enabled: true };
  await refused(ask(relay, "PUT", path, other), "not_found");
  await refused(ask(relay, "DELETE", path, { name: "other" }), "not_found");
  const url_ = "https://exchange.example";
  for (
    const [field, body] of [
      ["url", { name: "a", url: "http://exchange.example" }],
      ["url", { name: "a", url: "https://127.0.0.1" }],
      ["url", { name: "a", url: "javascript:alert(1)" }],
      ["url", { name: "a" }],
      ["name", { name: "a b", url: url_ }],
      ["poll_interval", { name: "a", url: url_, poll_interval: 0 }],
      ["poll_interval", { name: "a", url: url_, poll_interval: 86_401 }],
    ] as const
  ) await wrongField(ask(relay, "POST", path, body), field);
  await wrongField(ask(relay, "PUT", path, { name: "onjast" }), "name");
  const gone = await ask(relay, "DELETE", path, { name: "onjast" });
  assert.deepEqual(gone.body, { deleted: "onjast" });
});

relayTest(
  "the key that signs is made when it is asked for, and not before",
  async (relay) => {
    const before = (await ask(relay, "GET", "/admin/dkim/status")).body;
    assert.equal(before.key_present, false);
    assert.equal(before.dns_checked, false);
    const made = (await ask(relay, "GET", "/admin/dkim")).body;
    assert.equal(made.generated, true);
    assert.equal(made.publishable, true);
    assert.equal(made.domain, "relay.example");
    assert.equal(
      made.dns_fqdn,
      `${made.selector}._domainkey.relay.example`,
    );
    assert.match(made.txt, /^v=DKIM1; k=rsa; p=[A-Za-z0-9+/]+=*/);
    const again = (await ask(relay, "GET", "/admin/dkim")).body;
    assert.equal(again.generated, false);
    assert.equal(again.txt, made.txt);
    const check = (await ask(relay, "GET", "/admin/dkim/check")).body;
    assert.deepEqual([check.checked, check.matched], [true, false]);
    const after = (await ask(relay, "GET", "/admin/dkim/status")).body;
    assert.equal(after.key_present, true);
  },
);

relayTest("peers are listed with what was counted of them", async (relay) => {
  const path = "/admin/federation/servers";
  assert.deepEqual((await ask(relay, "GET", path)).body, {
    servers: [],
    total: 0,
  });
  await wrongField(ask(relay, "GET", path, { limit: 0 }), "limit");
});

relayTest(
  "what waits is shown, held, tried again, and dropped when that is said twice",
  async (relay) => {
    const path = "/admin/outbound";
    await queueTo(relay.store, ["a@far.example", "b@near.example"]);
    const { entries, total } = (await ask(relay, "GET", path)).body;
    assert.equal(total, 2);
    const [first] = entries;
    assert.deepEqual(
      [first.id, first.rcpt_domain, first.attempts, first.last_error],
      ["1/0", "far.example", 0, null],
    );
    assert.equal(first.rcpt_to, undefined);
    const one =
      (await ask(relay, "GET", path, { domain: "near.example" })).body;
    assert.equal(one.entries.length, 1);
    for (const [action, id] of [["hold", "1/0"], ["release", "1/0"]] as const) {
      const done = await ask(relay, "POST", path, { action, id });
      assert.deepEqual(done.body, { action, changed: 1 });
    }
    await ask(relay, "POST", path, { action: "retry", domain: "far.example" });
    const drop = { action: "drop", domain: "far.example" };
    await refused(ask(relay, "POST", path, drop), "confirmation_required");
    assert.equal((await ask(relay, "GET", path)).body.total, 2);
    const gone = await ask(relay, "POST", path, {
      ...drop,
      confirm: "far.example",
    });
    assert.equal(gone.body.changed, 1);
    await ask(relay, "POST", path, {
      action: "drop",
      id: "1/1",
      confirm: "1/1",
    });
    assert.equal((await ask(relay, "GET", path)).body.total, 0);
    await refused(
      ask(relay, "POST", path, { action: "hold", id: "1/1" }),
      "not_found",
    );
    for (
      const [field, body] of [
        ["id", { action: "hold" }],
        ["id", { action: "hold", id: "1/0", domain: "far.example" }],
        ["id", { action: "hold", id: "first" }],
        ["action", { action: "explode", id: "1/0" }],
        ["action", { id: "1/0" }],
      ] as const
    ) await wrongField(ask(relay, "POST", path, body), field);
    await wrongField(ask(relay, "GET", path, { limit: 501 }), "limit");
  },
);
