/** Versions of the apps, as clients are told of them. */
import assert from "node:assert/strict";
import { ReportedConditions } from "../../src/admin/conditions/reported_conditions.ts";
import { AppVersions } from "../../src/app/push/app_versions.ts";
import { TestTime } from "../harness/test_time.ts";

const GOOD = {
  clients: [{
    clientId: "deltachat",
    sources: [{
      sourceId: "gplay",
      versionInteger: 754,
      versionString: "2.57.0",
      downloadUrl: "https://github.com/deltachat/deltachat-android/x.apk",
    }],
  }],
};

function withUrl(downloadUrl: string): unknown {
  const [client] = GOOD.clients;
  const [source] = client!.sources;
  return {
    clients: [{ ...client, sources: [{ ...source, downloadUrl }] }],
  };
}

Deno.test("clients are told what a key for releases has signed, if it is the project's", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/versions.json`;
  const keys = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const raw = await crypto.subtle.exportKey("raw", keys.publicKey);
  const reported = new ReportedConditions();
  let path = file;
  const versions = new AppVersions({
    reported,
    timers: new TestTime(),
    file: () => path,
    keys: () => [new Uint8Array(raw).toBase64()],
    now: () => Date.now(),
  });
  async function write(value: unknown, signed: unknown = value) {
    const text = JSON.stringify(value, undefined, 2);
    await Deno.writeTextFile(file, text);
    const octets = new TextEncoder().encode(
      JSON.stringify(signed, undefined, 2),
    );
    const signature = await crypto.subtle.sign(
      "Ed25519",
      keys.privateKey,
      octets,
    );
    await Deno.writeTextFile(
      `${file}.sig`,
      `${new Uint8Array(signature).toBase64()}\n`,
    );
    await versions.look();
  }
  await versions.look();
  assert.equal(versions.text, undefined);
  assert.ok(reported.details.has("app_versions"));
  await write(GOOD);
  assert.equal(versions.text, JSON.stringify(GOOD));
  assert.equal(reported.details.size, 0);
  const bad: readonly unknown[] = [
    withUrl("https://evil.example/deltachat/x.apk"),
    withUrl("https://github.com/deltachat/../evil/x.apk"),
    withUrl("http://download.delta.chat/x.apk"),
    withUrl("https://download.delta.chat@evil.example/x.apk"),
    { clients: [] },
    { clients: GOOD.clients, more: 1 },
    [],
  ];
  for (const one of bad) {
    await write(one);
    assert.equal(versions.text, undefined, JSON.stringify(one));
    assert.ok(reported.details.has("app_versions"));
  }
  await write(withUrl("https://download.delta.chat/y.apk"), GOOD);
  assert.equal(versions.text, undefined);
  await write(withUrl("https://download.delta.chat/y.apk"));
  assert.match(versions.text ?? "", /y\.apk/);
  path = "";
  await versions.look();
  assert.equal(versions.text, undefined);
  assert.equal(reported.details.size, 0);
  await Deno.remove(folder, { recursive: true });
});
