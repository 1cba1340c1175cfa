import assert from "node:assert/strict";
import { join } from "node:path";
import { X509Certificate } from "node:crypto";
import { covers, parseCertificate } from "./certificate.ts";
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
    assert.equal(first.publiclyTrusted, false);
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
    store.onChange((certificate) => {
      seen.push(certificate.names.join());
    });
    assert.equal(await store.refresh(), false);
    await Deno.writeTextFile(paths.chain, (await made(["b.example"])).chainPem);
    await assert.rejects(store.refresh(), /does not belong/);
    assert.deepEqual(store.current.names, ["a.example"]);
    await writeCertificate(join(directory, "live"), await made(["c.example"]));
    assert.equal(await store.refresh(), true);
    assert.deepEqual(seen, ["c.example"]);
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
