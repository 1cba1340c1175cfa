import assert from "node:assert/strict";
import { HttpChallenges, type Solver } from "../../src/tls/acme/solvers.ts";
import { generateKeyPem } from "../../src/tls/acme/keys/certificate_key.ts";
import { Renewer } from "../../src/tls/acme/renewer.ts";
import type {
  AcmeOptions,
  CertificateTrouble,
  Outcome,
} from "../../src/tls/acme/renewer_parts.ts";
import { DIRECTORY_URL, FakeAuthority, Killed } from "./fake_authority.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** One state directory, and the processes that have it one after the other. */
class Bench {
  nowMs = Date.UTC(2026, 5, 1);
  name = "chat.example";
  solvers: readonly Solver[] = [new HttpChallenges()];
  obstacle: string | undefined;
  doubt: string | undefined;
  options: Partial<AcmeOptions> = {};
  trouble: CertificateTrouble | undefined;
  issued = 0;
  keyBefore: string | undefined;
  authority!: FakeAuthority;

  constructor(readonly folder: string) {}

  process(): Renewer {
    return new Renewer({
      name: this.name,
      folder: this.folder,
      accountFolder: this.folder,
      clock: { now: () => this.nowMs, monotonic: () => this.nowMs },
      timers: {
        sleep: (ms) => {
          this.nowMs += ms;
          return Promise.resolve();
        },
      },
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
          ...this.options,
        }),
      obstacle: () => Promise.resolve(this.obstacle),
      doubt: () => Promise.resolve(this.doubt),
      solvers: () => this.solvers,
      transport: () => Promise.resolve(this.authority),
      keyBefore: () => Promise.resolve(this.keyBefore),
      onIssued: () => {
        this.issued++;
        return Promise.resolve();
      },
      onTrouble: (trouble) => this.trouble = trouble,
    });
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }
}

function benchTest(
  name: string,
  work: (bench: Bench, authority: FakeAuthority) => Promise<void>,
): void {
  Deno.test(name, async () => {
    const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
    try {
      const bench = new Bench(folder);
      bench.authority = await FakeAuthority.make(() => bench.nowMs);
      await work(bench, bench.authority);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

function certificateOf(outcome: Outcome) {
  assert.equal(outcome.kind, "issued", JSON.stringify(outcome));
  return outcome.certificate;
}

benchTest(
  "a certificate is ordered once, and renewed with its key when a third is left",
  async (bench, authority) => {
    const renewer = bench.process();
    const first = certificateOf(await renewer.look());
    assert.deepEqual(first.names, ["chat.example"]);
    assert.equal((await renewer.look()).kind, "skipped");
    bench.pass(60 * DAY_MS);
    assert.equal((await bench.process().look()).kind, "skipped");
    bench.pass(DAY_MS);
    const second = certificateOf(await bench.process().look());
    assert.equal(second.keyPem, first.keyPem);
    assert.notEqual(second.fingerprint, first.fingerprint);
    assert.equal(authority.accounts.size, 1, "the account is used again");
    assert.equal(authority.orders[0]?.replaces, undefined);
    assert.match(authority.orders[1]?.replaces ?? "", /^[\w-]+\.[\w-]+$/);
    bench.options = { reuseKey: false };
    const third = certificateOf(await bench.process().order());
    assert.notEqual(third.keyPem, first.keyPem);
    const fourth = certificateOf(await bench.process().order({ newKey: true }));
    assert.notEqual(fourth.keyPem, third.keyPem);
  },
);

benchTest(
  "the account learns where else its owner is written to",
  async (bench, authority) => {
    const said: unknown[] = [];
    for (const email of ["", "ann@chat.example", "bob@chat.example", ""]) {
      bench.options = { account: { email } };
      certificateOf(await bench.process().order());
      said.push(authority.contact?.join());
    }
    assert.deepEqual(said, [
      "",
      "mailto:ann@chat.example",
      "mailto:bob@chat.example",
      "",
    ]);
    assert.equal(authority.accounts.size, 1);
  },
);

benchTest(
  "a key whose file is gone is taken from the certificate, or from what was served before",
  async (bench) => {
    const keyPem = await generateKeyPem("ecdsa-p256");
    bench.keyBefore = keyPem;
    const first = certificateOf(await bench.process().look());
    assert.equal(first.keyPem, keyPem);
    bench.keyBefore = undefined;
    const path = `${bench.folder}/key.pem`;
    await Deno.remove(path);
    const second = certificateOf(await bench.process().order());
    assert.equal(second.keyPem, keyPem);
    assert.equal(await Deno.readTextFile(path), keyPem);
    const third = certificateOf(await bench.process().order({ newKey: true }));
    assert.notEqual(third.keyPem, keyPem);
  },
);

benchTest(
  "what the authority says of a failure is kept as it is",
  async (bench, authority) => {
    authority.verdict = () => "caa";
    await bench.process().look();
    const { state } = await bench.process().status();
    assert.deepEqual(state.lastError?.problem, {
      type: "caa",
      detail: "",
      subproblems: [],
    });
    bench.pass(HOUR_MS);
    authority.refusals.set("/order", {
      status: 429,
      problem: "rateLimited",
      subproblems: [{
        type: "urn:ietf:params:acme:error:rejectedIdentifier",
        detail: "no",
        identifier: { type: "dns", value: "chat.example" },
      }],
    });
    await bench.process().look();
    const { state: later } = await bench.process().status();
    assert.deepEqual(later.lastError?.problem, {
      type: "rateLimited",
      detail: "said rateLimited",
      subproblems: [{
        type: "rejectedIdentifier",
        detail: "no",
        name: "chat.example",
      }],
    });
  },
);

benchTest(
  "nonces that are too old are tried anew, but not forever",
  async (bench, authority) => {
    authority.oldNonces = 3;
    certificateOf(await bench.process().look());
    authority.oldNonces = 4;
    const outcome = await bench.process().order();
    assert.ok(outcome.kind === "failed");
    assert.equal(outcome.trouble.more.problem?.type, "badNonce");
  },
);

benchTest(
  "what an authority forbids is not asked for before its time, by whomever",
  async (bench, authority) => {
    authority.refusals.set("/order", {
      status: 429,
      problem: "rateLimited",
      headers: { "retry-after": "7200" },
    });
    assert.equal((await bench.process().look()).kind, "failed");
    assert.match(bench.trouble?.message ?? "", /rateLimited/);
    authority.refusals.clear();
    const asked = authority.asked.length;
    for (const passed of [0, HOUR_MS]) {
      bench.pass(passed);
      const renewer = bench.process(); // started again and again
      assert.equal((await renewer.look()).kind, "skipped");
      assert.equal((await renewer.order()).kind, "skipped");
    }
    assert.equal(authority.asked.length, asked, "nothing was asked");
    assert.match(bench.trouble?.message ?? "", /rateLimited/, "told anew");
    bench.pass(HOUR_MS + 60_000);
    certificateOf(await bench.process().look());
    assert.equal(bench.trouble, undefined);
  },
);

benchTest(
  "failures are further and further apart, also over restarts",
  async (bench, authority) => {
    authority.verdict = () => "connection";
    const times: number[] = [];
    const start = bench.nowMs;
    while (bench.nowMs < start + 2 * DAY_MS) {
      if ((await bench.process().look()).kind === "failed") {
        times.push(bench.nowMs - start);
      }
      bench.pass(30_000);
    }
    const gaps = times.slice(1).map((ms, i) => (ms - times[i]!) / 60_000);
    const steps = [5, 15, 60, 360, 720, 720, 720];
    assert.equal(gaps.length, steps.length);
    for (const [i, step] of steps.entries()) {
      assert.ok(gaps[i]! >= step && gaps[i]! <= step * 1.2, gaps.join());
    }
    assert.match(bench.trouble?.message ?? "", /chat\.example by http-01/);
    assert.ok((bench.trouble?.nextMs ?? 0) > bench.nowMs);
  },
);

benchTest(
  "no more than three orders are begun by themselves in an hour",
  async (bench, authority) => {
    authority.verdict = () => "connection";
    for (const passed of [0, 6, 18, 6]) {
      bench.pass(passed * 60_000);
      await bench.process().look();
    }
    assert.equal(authority.orders.length, 3);
    await bench.process().order();
    assert.equal(authority.orders.length, 4, "one for somebody who asks");
  },
);

benchTest(
  "a name that leads elsewhere is no trouble, and is ordered when it leads here",
  async (bench, authority) => {
    bench.obstacle = "it leads to 192.0.2.9, not here";
    const renewer = bench.process();
    for (const outcome of [await renewer.look(), await renewer.order()]) {
      assert.deepEqual(outcome, { kind: "skipped", why: bench.obstacle });
    }
    assert.equal((await renewer.status()).obstacle, bench.obstacle);
    assert.equal(authority.orders.length, 0);
    assert.equal(bench.trouble, undefined);
    bench.obstacle = undefined;
    bench.pass(HOUR_MS);
    certificateOf(await renewer.look());
    assert.equal((await renewer.status()).obstacle, undefined);
  },
);

benchTest("another name has another certificate at once", async (bench) => {
  certificateOf(await bench.process().look());
  bench.name = "renamed.example";
  const { names } = certificateOf(await bench.process().look());
  assert.deepEqual(names, ["renamed.example"]);
});

benchTest(
  "an address is ordered with the profile for addresses",
  async (bench, authority) => {
    bench.name = "192.0.2.1";
    const { names } = certificateOf(await bench.process().look());
    assert.deepEqual(names, ["192.0.2.1"]);
    const [order] = authority.orders;
    assert.equal(order?.profile, "shortlived");
    assert.equal(order?.names[0]?.type, "ip");
    authority.profiles = { default: "" };
    const outcome = await bench.process().order();
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.trouble.message, /offers no profile shortlived/);
  },
);

benchTest(
  "the authority's word on renewal counts before the lifetime",
  async (bench, authority) => {
    const start = bench.nowMs;
    authority.window = {
      start: new Date(start + 10 * DAY_MS).toISOString(),
      end: new Date(start + 12 * DAY_MS).toISOString(),
    };
    const renewer = bench.process();
    certificateOf(await renewer.look());
    await renewer.look();
    assert.equal((await renewer.status()).renewalMs, start + 11 * DAY_MS);
    bench.pass(10.9 * DAY_MS);
    assert.equal((await bench.process().look()).kind, "skipped");
    authority.window = { // a certificate that has to go at once
      start: new Date(start).toISOString(),
      end: new Date(start + DAY_MS).toISOString(),
    };
    bench.pass(HOUR_MS);
    certificateOf(await bench.process().look());
    authority.window = { // one that is told to stay for too long
      start: new Date(start + 900 * DAY_MS).toISOString(),
      end: new Date(start + 900 * DAY_MS).toISOString(),
    };
    const { certificate, renewalMs } = await async function () {
      const again = bench.process();
      bench.pass(2 * HOUR_MS);
      await again.look();
      return await again.status();
    }();
    assert.ok(renewalMs! < certificate!.notAfter);
  },
);

benchTest(
  "an authority that is silent is asked again after a minute, and the order goes on",
  async (bench, authority) => {
    authority.isSilent = true;
    assert.equal((await bench.process().look()).kind, "failed");
    authority.isSilent = false;
    assert.equal((await bench.process().look()).kind, "skipped");
    bench.pass(70_000);
    certificateOf(await bench.process().look());
  },
);

benchTest(
  "an authority that never comes to an end is given up",
  async (bench, authority) => {
    authority.verdict = () => "pending";
    const outcome = await bench.process().look();
    assert.ok(outcome.kind === "failed");
    assert.match(outcome.trouble.message, /takes too long/);
  },
);

for (
  const [what, path] of [
    ["before the challenge", /^\/authz/],
    ["at the challenge", /^\/challenge/],
    ["before the end of the order", /^\/finalize/],
    ["before the certificate is fetched", /^\/certificate/],
  ] as const
) {
  benchTest(
    `a process that dies ${what} leaves an order that the next one ends`,
    async (bench, authority) => {
      authority.killAt = path;
      await assert.rejects(bench.process().look(), Killed);
      authority.killAt = undefined;
      certificateOf(await bench.process().look());
      assert.equal(authority.orders.length, 1, "no second order");
      assert.equal(authority.certificates, 1, "no second certificate");
    },
  );

  benchTest(
    `a process that dies ${what} finds that its order is over, and begins another`,
    async (bench, authority) => {
      authority.killAt = path;
      await assert.rejects(bench.process().look(), Killed);
      authority.killAt = undefined;
      authority.forgetOrders();
      certificateOf(await bench.process().look());
      assert.equal(authority.orders.length, 2);
    },
  );
}

benchTest(
  "another authority has another account and gives another certificate",
  async (bench, authority) => {
    certificateOf(await bench.process().look());
    bench.options = { directory: `${DIRECTORY_URL}?other` };
    const asked: string[] = [];
    const before = authority.request.bind(authority);
    authority.request = (request) => {
      asked.push(request.url);
      return before({ ...request, url: request.url.replace("?other", "") });
    };
    certificateOf(await bench.process().look());
    assert.equal(authority.accounts.size, 2);
    assert.equal(authority.orders[1]?.replaces, undefined);
  },
);

benchTest(
  "files that cannot be read are made anew, and nothing waits for them",
  async (bench, authority) => {
    certificateOf(await bench.process().look());
    for (const file of ["certificate.pem", "key.pem", "state.json"]) {
      await Deno.writeTextFile(`${bench.folder}/${file}`, "nothing");
    }
    certificateOf(await bench.process().look());
    assert.equal(authority.certificates, 2);
  },
);

benchTest("everything that is kept is for the owner alone", async (bench) => {
  await bench.process().look();
  for await (const { name } of Deno.readDir(bench.folder)) {
    const { mode } = await Deno.stat(`${bench.folder}/${name}`);
    assert.equal(mode! & 0o777, 0o600, name);
  }
});

benchTest(
  "a certificate of RSA keys and longer curves can be had",
  async (bench) => {
    for (const keyType of ["rsa-2048", "ecdsa-p384", "ecdsa-p256"] as const) {
      bench.options = { keyType };
      const { keyType: found } = certificateOf(await bench.process().order());
      assert.equal(found, keyType.startsWith("rsa") ? "rsa" : "ec");
      bench.pass(HOUR_MS);
    }
  },
);

benchTest(
  "an order that cannot be noted is not made again and again",
  async (bench, authority) => {
    await Deno.mkdir(`${bench.folder}/state.json.new/in_the_way`, {
      recursive: true,
    });
    const renewer = bench.process();
    assert.equal((await renewer.look()).kind, "failed");
    assert.match(bench.trouble?.message ?? "", /state\.json\.new/);
    const { length } = authority.orders;
    for (let minute = 0; minute < 9; minute++) {
      bench.pass(60_000);
      assert.equal((await renewer.look()).kind, "skipped");
    }
    assert.equal(authority.orders.length, length);
    await Deno.remove(`${bench.folder}/state.json.new`, { recursive: true });
    bench.pass(120_000);
    certificateOf(await renewer.look());
    assert.equal(bench.trouble, undefined);
  },
);

benchTest(
  "a state that cannot be read is told of, and orders nothing",
  async (bench, authority) => {
    await Deno.mkdir(`${bench.folder}/state.json`);
    const renewer = bench.process();
    assert.equal((await renewer.look()).kind, "failed");
    assert.match(bench.trouble?.message ?? "", /it is a directory/);
    const { state } = await renewer.status();
    assert.match(state.lastError?.message ?? "", /it is a directory/);
    assert.equal(authority.orders.length, 0);
  },
);

/** One that takes note of whether it was asked, and cannot be looked at. */
class Unreachable implements Solver {
  asked = 0;
  constructor(readonly type: Solver["type"]) {}

  obstacle(): string {
    return `nobody comes by ${this.type}`;
  }

  present(): Promise<never> {
    this.asked++;
    return Promise.reject(new Error("It was asked"));
  }
}

benchTest(
  "a way that leads nowhere is passed over; where none is left nothing is ordered",
  async (bench, authority) => {
    const [http, tls] = [
      new Unreachable("http-01"),
      new Unreachable("tls-alpn-01"),
    ];
    bench.solvers = [tls, new HttpChallenges()];
    certificateOf(await bench.process().look());
    assert.equal(authority.orders.length, 1);
    bench.solvers = [http, tls];
    const outcome = await bench.process().order();
    assert.ok(outcome.kind === "failed");
    assert.match(
      outcome.trouble.message,
      /nobody comes by http-01; .*nobody comes by tls-alpn-01/,
    );
    assert.equal(authority.orders.length, 1);
    assert.equal(http.asked + tls.asked, 0);
  },
);

benchTest(
  "no authority is asked while the DNS leads elsewhere, for an hour at the most",
  async (bench, authority) => {
    bench.doubt = "chat.example leads to 203.0.113.9, this machine has 8.8.8.8";
    let renewer = bench.process();
    for (let looks = 0; looks < 60; looks++) {
      // a start does not begin the hour anew
      if (looks % 20 === 0) renewer = bench.process();
      assert.equal((await renewer.look()).kind, "skipped");
      assert.match(bench.trouble?.message ?? "", /leads to 203\.0\.113\.9/);
      bench.pass(60_000);
    }
    assert.deepEqual(authority.asked, []);
    const { obstacle } = await renewer.status();
    assert.match(obstacle ?? "", /leads to 203\.0\.113\.9/);
    certificateOf(await renewer.look());
    assert.equal(bench.trouble, undefined);
    bench.pass(HOUR_MS);
    assert.equal((await renewer.look()).kind, "skipped", "it is not due");
  },
);

benchTest(
  "it is asked at once when the DNS leads here again, whatever failed before",
  async (bench, authority) => {
    const early = bench.process();
    bench.doubt = "chat.example has no address in the DNS";
    assert.equal((await early.look()).kind, "skipped");
    bench.doubt = undefined;
    bench.pass(60_000);
    certificateOf(await early.look());

    await Deno.remove(early.bundlePath);
    bench.doubt = "chat.example leads to 203.0.113.9, this machine has 8.8.8.8";
    bench.solvers = [];
    const late = bench.process();
    await late.look();
    bench.pass(HOUR_MS);
    assert.equal((await late.look()).kind, "failed");
    bench.solvers = [new HttpChallenges()];
    const orders = authority.orders.length;
    bench.pass(60_000);
    assert.equal((await late.look()).kind, "skipped", "the last one failed");
    bench.doubt = undefined;
    bench.pass(60_000);
    certificateOf(await late.look());
    assert.equal(authority.orders.length, orders + 1);
  },
);
