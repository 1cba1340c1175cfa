import assert from "node:assert/strict";
import type { CertificateTrouble } from "../../src/tls/acme/renewer_parts.ts";
import {
  bundleOf,
  Renewers,
  type RenewersParts,
} from "../../src/tls/acme/renewers.ts";
import { HttpChallenges } from "../../src/tls/acme/solvers.ts";
import { readBundle } from "../../src/tls/certificate_bundle.ts";
import { DIRECTORY_URL, FakeAuthority } from "./fake_authority.ts";

interface Told {
  trouble: CertificateTrouble | undefined;
  issued: number;
}

async function withRenewers(
  { names, obstacle = () => undefined }: {
    readonly names: string[];
    readonly obstacle?: (name: string) => string | undefined;
  },
  work: (
    renewers: Renewers,
    authority: FakeAuthority,
    told: Told & { readonly folder: string },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
  const told = { trouble: undefined, issued: 0, folder } as
    & Told
    & { readonly folder: string };
  const nowMs = Date.UTC(2026, 5, 1);
  const authority = await FakeAuthority.make(() => nowMs);
  const parts: RenewersParts = {
    folder,
    names: () => names,
    obstacle: (name) => Promise.resolve(obstacle(name)),
    clock: { now: () => nowMs, monotonic: () => nowMs },
    timers: { sleep: () => Promise.resolve() },
    random: () => 0.5,
    options: () =>
      Promise.resolve({
        directory: DIRECTORY_URL,
        account: { email: "" },
        profile: "auto",
        preferredChain: "",
        keyType: "ecdsa-p256",
        reuseKey: true,
        renewFraction: 0.33,
      }),
    solvers: () => [new HttpChallenges()],
    transport: () => Promise.resolve(authority),
    onIssued() {
      told.issued++;
      return Promise.resolve();
    },
    onTrouble: (trouble) => told.trouble = trouble,
  };
  const renewers = new Renewers(parts);
  try {
    await work(renewers, authority, told);
  } finally {
    await renewers.close();
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("each name has a certificate of its own, and all have one account", () =>
  withRenewers(
    { names: ["chat.example", "other.example", "mta-sts.chat.example"] },
    async (renewers, authority, told) => {
      const outcomes = await renewers.look();
      assert.ok(outcomes.every(({ what }) => what.kind === "issued"));
      assert.equal(authority.accounts.size, 1);
      assert.equal(told.issued, 3);
      const first = await readBundle(bundleOf(told.folder));
      assert.deepEqual(first?.names, ["chat.example"]);
      const other = await readBundle(bundleOf(told.folder, "other.example"));
      assert.deepEqual(other?.names, ["other.example"]);
      assert.notEqual(first.keyPem, other.keyPem);
    },
  ));

Deno.test("lastIssuedMs() is of the youngest, and asks nobody whether a name is used", () => {
  let asked = 0;
  const obstacle = () => {
    asked++;
    return "it leads elsewhere";
  };
  return withRenewers(
    { names: ["chat.example", "other.example"], obstacle },
    async (renewers, _authority, { folder }) => {
      assert.equal(await renewers.lastIssuedMs(), undefined);
      assert.equal(asked, 0);
      await renewers.look();
      const first = await readBundle(bundleOf(folder));
      assert.equal(await renewers.lastIssuedMs(), first?.notBefore);
      assert.equal(asked, 1); // of the second one, by look()
    },
  );
});

Deno.test("a name that fails keeps none of the others from theirs", () =>
  withRenewers(
    { names: ["chat.example", "bad.example", "third.example"] },
    async (renewers, authority, told) => {
      authority.verdict = (name) =>
        name === "bad.example" ? "unauthorized" : undefined;
      const kinds = (await renewers.look()).map(({ what }) => what.kind);
      assert.deepEqual(kinds, ["issued", "failed", "issued"]);
      assert.match(told.trouble?.message ?? "", /^bad\.example by http-01/);
      const status = await renewers.status();
      assert.deepEqual(
        status.map(({ name, what }) => [name, what.state.failures]),
        [["chat.example", 0], ["bad.example", 1], ["third.example", 0]],
      );
      authority.verdict = () => undefined;
      const later = await renewers.order({ onlyIfDue: true });
      assert.deepEqual(
        later.map(({ what }) => what.kind),
        ["skipped", "issued", "skipped"],
      );
      assert.equal(told.trouble, undefined);
    },
  ));

Deno.test("the name that clients connect to fails, and the others have theirs", () =>
  withRenewers(
    { names: ["bad.example", "other.example"] },
    async (renewers, authority) => {
      authority.verdict = (name) =>
        name === "bad.example" ? "connection" : undefined;
      const kinds = (await renewers.look()).map(({ what }) => what.kind);
      assert.deepEqual(kinds, ["failed", "issued"]);
    },
  ));

Deno.test("a name that leads elsewhere is not asked for, but the first always is", () =>
  withRenewers({
    names: ["chat.example", "other.example"],
    obstacle: () => "it leads elsewhere",
  }, async (renewers, authority, told) => {
    const kinds = (await renewers.look()).map(({ what }) => what.kind);
    assert.deepEqual(kinds, ["issued", "skipped"]);
    assert.equal(authority.orders.length, 1);
    assert.equal(told.trouble, undefined);
    const [, other] = await renewers.status();
    assert.equal(other?.what.obstacle, "it leads elsewhere");
  }));

Deno.test("trouble is forgotten with the name that had it", () => {
  const names = ["chat.example", "bad.example"];
  return withRenewers({ names }, async (renewers, authority, told) => {
    authority.verdict = (name) =>
      name === "bad.example" ? "connection" : undefined;
    await renewers.look();
    assert.ok(told.trouble);
    names.pop();
    await renewers.look();
    assert.equal(told.trouble, undefined);
  });
});
