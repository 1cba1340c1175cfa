import assert from "node:assert/strict";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { covers, parseCertificate } from "./certificate.ts";
import { writeBundle } from "./certificate_bundle.ts";
import { writeCertificate } from "./certificate_files.ts";
import { CertificateStore } from "./certificate_store.ts";
import { makeSelfSigned } from "./self_signed.ts";

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const made = (names: string[], days = 3650) =>
  makeSelfSigned({ names, nowMs: clock.now(), days });

async function inTemp(work: (directory: string) => Promise<void>) {
  const directory = await Deno.makeTempDir();
  try {
    await work(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("makeSelfSigned() gives an end-entity certificate for names and addresses", async () => {
  const pair = await made(["relay.example", "192.0.2.1", "2001:db8::1"]);
  const certificate = parseCertificate(pair.chainPem, pair.keyPem);
  assert.equal(new X509Certificate(pair.chainPem).ca, false);
  assert.equal(certificate.selfSigned, true);
  assert.equal(certificate.keyType, "ec");
  assert.ok(covers(certificate, "Relay.Example"));
  assert.ok(covers(certificate, "192.0.2.1"));
  assert.ok(!covers(certificate, "other.example"));
});

Deno.test("parseCertificate() refuses a key of another certificate", async () => {
  const [a, b] = [await made(["a.example"]), await made(["b.example"])];
  assert.throws(
    () => parseCertificate(a.chainPem, b.keyPem),
    /does not belong/,
  );
  assert.throws(() => parseCertificate("nothing", a.keyPem), SyntaxError);
  assert.throws(() => parseCertificate(a.chainPem, "nothing"), SyntaxError);
});

const KEPT_AS: Readonly<Record<string, (pem: string) => string>> = {
  "with an empty line at the end": (pem) => `${pem}\n`,
  "without an end of line": (pem) => pem.trimEnd(),
  "with the line ends of Windows": (pem) => pem.replaceAll("\n", "\r\n"),
  "with a byte order mark": (pem) => `\uFEFF${pem}\r\n\r\n`,
  "with words before it": (pem) => `Bag Attributes\n  x: 01\n${pem}`,
};

for (const [how, kept] of Object.entries(KEPT_AS)) {
  Deno.test(`parseCertificate() reads files ${how}`, async () => {
    const { chainPem, keyPem } = await made(["a.example"]);
    const { names, ...read } = parseCertificate(kept(chainPem), kept(keyPem));
    assert.deepEqual(names, ["a.example"]);
    assert.equal(read.chainPem, chainPem);
    const both = kept(keyPem) + kept(chainPem);
    assert.equal(parseCertificate(both, both).keyPem, read.keyPem);
  });
}

Deno.test("open() makes a certificate once and keeps it", () =>
  inTemp(async (directory) => {
    const source = {
      mode: "self_signed",
      directory: join(directory, "tls"),
      names: ["relay.example"],
      days: 3650,
    } as const;
    const first = await CertificateStore.open(source, clock);
    const second = await CertificateStore.open(source, clock);
    assert.equal(first.current.fingerprint, second.current.fingerprint);
    assert.equal(first.isTrusted(first.current), false);
    const { mode } = await Deno.stat(join(directory, "tls", "privkey.pem"));
    assert.equal(mode! & 0o777, 0o600);
    const renamed = await CertificateStore.open(
      { ...source, names: ["other.example"] },
      clock,
    );
    assert.ok(covers(renamed.current, "other.example"));
    assert.equal(renamed.current.keyPem, first.current.keyPem);
  }));

Deno.test("refresh() takes a changed pair and keeps the old one over a broken one", () =>
  inTemp(async (directory) => {
    const paths = await writeCertificate(
      join(directory, "live"),
      await made(["a.example"]),
    );
    const store = await CertificateStore.open({ mode: "file", paths }, clock);
    const seen: string[] = [];
    store.onChange(() => {
      seen.push(store.current.names.join());
    });
    assert.equal(await store.refresh(), false);
    await Deno.writeTextFile(paths.chain, (await made(["b.example"])).chainPem);
    await assert.rejects(store.refresh(), /does not belong/);
    assert.deepEqual(store.current.names, ["a.example"]);
    await writeCertificate(join(directory, "live"), await made(["c.example"]));
    assert.equal(await store.refresh(), true);
    assert.deepEqual(seen, ["c.example"]);
  }));

Deno.test("a file source has a certificate for each of several names", () =>
  inTemp(async (directory) => {
    const names = ["first.example", "second.example", "third.example"];
    const [paths, ...extra] = await Promise.all(
      names.map(async (name) =>
        await writeCertificate(join(directory, name), await made([name]))
      ),
    );
    const source = { mode: "file", paths: paths!, extra } as const;
    const store = await CertificateStore.open(source, clock);
    const served = (name: string) => store.for(name).names;
    for (const name of names) assert.deepEqual(served(name), [name]);
    assert.deepEqual(served("other.example"), ["first.example"]);
    assert.deepEqual(served(""), ["first.example"]);
    await Deno.writeTextFile(extra[1]!.key, "no key");
    await assert.rejects(store.refresh(), {
      name: "SyntaxError",
      message: new RegExp(extra[1]!.key),
    });
    assert.deepEqual(served("third.example"), ["third.example"]);
    await writeCertificate(
      join(directory, "third.example"),
      await made(["fourth.example"]),
    );
    assert.equal(await store.refresh(), true);
    assert.deepEqual(served("fourth.example"), ["fourth.example"]);
    assert.deepEqual(served("third.example"), ["first.example"]);
  }));

Deno.test("open() says which file is missing and where a link points", () =>
  inTemp(async (directory) => {
    const chain = join(directory, "chain.pem");
    await Deno.symlink(join(directory, "gone.pem"), chain);
    await assert.rejects(
      CertificateStore.open(
        { mode: "file", paths: { chain, key: join(directory, "key.pem") } },
        clock,
      ),
      /chain\.pem: it is a link to .*gone\.pem/,
    );
  }));

const DAY_MS = 86_400_000;

Deno.test("a certificate that a wrong clock has made is made anew, with its key", () =>
  inTemp(async (directory) => {
    const source = {
      mode: "self_signed",
      directory: join(directory, "tls"),
      names: ["relay.example"],
      days: 3650,
    } as const;
    for (const wrongMs of [Date.UTC(1970, 0, 2), Date.now() + 1500 * DAY_MS]) {
      const time = { nowMs: wrongMs };
      const clock = { now: () => time.nowMs, monotonic: () => 0 };
      const store = await CertificateStore.open(source, clock);
      const { keyPem } = store.current;
      assert.ok(store.current.notBefore <= wrongMs);
      time.nowMs = Date.now(); // set right while it is served
      assert.equal(await store.refresh(), true);
      assert.ok(store.current.notBefore <= time.nowMs);
      assert.ok(store.current.notAfter > time.nowMs + 3000 * DAY_MS);
      assert.equal(store.current.keyPem, keyPem);
      assert.equal(await store.refresh(), false);
      await Deno.remove(source.directory, { recursive: true });
    }
    const late = { now: () => Date.now() + 1500 * DAY_MS, monotonic: () => 0 };
    await CertificateStore.open(source, late);
    const opened = await CertificateStore.open(source, clock); // or at the next start
    assert.ok(opened.current.notBefore <= Date.now());
  }));

Deno.test("a machine that starts in 1970 keeps the certificate it had", () =>
  inTemp(async (directory) => {
    const source = {
      mode: "self_signed",
      directory: join(directory, "tls"),
      names: ["relay.example"],
      days: 3650,
    } as const;
    const before = await CertificateStore.open(source, clock);
    const early = { now: () => DAY_MS, monotonic: () => 0 };
    const after = await CertificateStore.open(source, early);
    assert.equal(after.current.fingerprint, before.current.fingerprint);
    assert.equal(await after.refresh(), false);
  }));

Deno.test("who asks for a name is served what is for it, and what goes for all else", () =>
  inTemp(async (directory) => {
    const other = (name: string) => join(directory, `${name}.pem`);
    const source = {
      mode: "autocert",
      bundle: other("first"),
      others: [other("second"), other("wildcard"), other("gone")],
      meanwhile: {
        mode: "self_signed",
        directory: join(directory, "tls"),
        names: ["chat.example"],
        days: 3650,
      },
    } as const;
    await writeBundle(other("second"), await made(["second.example"]));
    await writeBundle(
      other("wildcard"),
      await made(["*.chat.example", "second.example", "chat.example"], 10),
    );
    const store = await CertificateStore.open(source, clock);
    const namesFor = (name: string) => store.for(name).names.join();
    assert.equal(namesFor("Second.example"), "second.example");
    assert.equal(
      namesFor("imap.chat.example"),
      "*.chat.example,second.example,chat.example",
    );
    for (const name of ["", "unknown.example", "a.b.chat.example"]) {
      assert.equal(namesFor(name), "chat.example");
    }
    assert.equal(store.all.length, 3);
    assert.equal(store.trustedFor("chat.example"), undefined);
    let changes = 0;
    store.onChange(() => {
      changes++;
    });
    assert.equal(await store.refresh(), false);
    await writeBundle(other("gone"), await made(["gone.example"]));
    assert.equal(await store.refresh(), true);
    assert.equal(namesFor("gone.example"), "gone.example");
    await Deno.writeTextFile(other("second"), "nothing");
    assert.equal(await store.refresh(), true);
    assert.notEqual(namesFor("second.example"), "second.example");
    assert.equal(changes, 2);
  }));

Deno.test("a certificate that has ended gives way to one that has not", () =>
  inTemp(async (directory) => {
    const [first, second] = ["first", "second"].map((name) =>
      join(directory, name)
    ) as [string, string];
    await writeBundle(first, await made(["chat.example", "b.example"]));
    await writeBundle(second, await made(["b.example"], 0));
    const store = await CertificateStore.open({
      mode: "autocert",
      bundle: first,
      others: [second],
      meanwhile: {
        mode: "self_signed",
        directory: join(directory, "tls"),
        names: ["chat.example"],
        days: 3650,
      },
    }, clock);
    assert.equal(store.for("b.example").names.length, 2);
  }));

const LOST: Readonly<
  Record<string, (chain: string, key: string) => Promise<void>>
> = {
  "is gone": (chain) => Deno.remove(chain),
  "is damaged": (chain) => Deno.writeTextFile(chain, "nothing"),
  "is of a key that was written before it, by who was then killed": async (
    chain,
    key,
  ) => {
    const { keyPem } = await made(["relay.example"]);
    await Deno.writeTextFile(key, keyPem);
    assert.ok(await Deno.stat(chain));
  },
};

for (const [what, lose] of Object.entries(LOST)) {
  Deno.test(`open() keeps the key of one of our own that ${what}`, () =>
    inTemp(async (directory) => {
      const source = {
        mode: "self_signed",
        directory: join(directory, "tls"),
        names: ["relay.example"],
        days: 3650,
      } as const;
      await CertificateStore.open(source, clock);
      const [chain, key] = ["fullchain.pem", "privkey.pem"].map((name) =>
        join(directory, "tls", name)
      );
      await lose(chain!, key!);
      const kept = await Deno.readTextFile(key!);
      const { current } = await CertificateStore.open(source, clock);
      assert.equal(current.keyPem, kept);
      const { current: again } = await CertificateStore.open(source, clock);
      assert.equal(again.fingerprint, current.fingerprint);
    }));
}
