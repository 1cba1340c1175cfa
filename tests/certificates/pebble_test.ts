/** A whole server and an authority as real ones are. */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import type { Server } from "../harness/server.ts";
import {
  namesSeen,
  pebbleTest,
  run,
  statusOf,
  together,
  until,
} from "./relay_with_authority.ts";

const BEGIN = "-----BEGIN CERTIFICATE-----";

pebbleTest(
  "a server gets certificates by itself, one for each of its names, on all its ports",
  () =>
    together({
      server: 'domains = ["other.example"]',
      acme: 'extra_names = ["www.chat.example"]',
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const { https, imapTls, submissionTls } = server.ports;
      const names = [
        "chat.example",
        "other.example",
        "mta-sts.chat.example",
        "mta-sts.other.example",
        "www.chat.example",
      ];
      for (const name of names) {
        const found = await until(async () => {
          const seen = await namesSeen(https, root, name);
          return seen?.names === `DNS:${name}` ? seen : undefined;
        });
        for (const port of [imapTls, submissionTls]) {
          assert.deepEqual(await namesSeen(port, root, name), found);
        }
      }
      for (const name of ["", "unknown.example"]) {
        const found = await namesSeen(https, root, name);
        assert.equal(found?.names, "DNS:chat.example");
      }
      for (const folder of ["", "/names/other.example"]) {
        for (const file of ["certificate.pem", "key.pem", "state.json"]) {
          const path = `${server.stateDir}/acme${folder}/${file}`;
          const { mode } = await Deno.stat(path);
          assert.equal(mode! & 0o777, 0o600);
        }
      }
      const { names: shown } = await statusOf(server);
      assert.deepEqual(shown.map(({ name }) => name), names);
      assert.ok(shown.every(({ covered }) => covered));
    }),
);

pebbleTest(
  "a name that fails keeps no other from its certificate, and says so",
  () =>
    together({
      server: 'domains = ["bad.example", "other.example"]',
      environment: { POSTERN_SET__mta_sts__mode: "none" },
      pebble: { refused: ["bad.example"] },
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const { https } = server.ports;
      await until(async () => {
        const seen = await namesSeen(https, root, "other.example");
        return seen?.names === "DNS:other.example" || undefined;
      });
      const bad = await namesSeen(https, root, "bad.example");
      assert.equal(bad?.names, "DNS:chat.example", "the one there is");
      const { names } = await statusOf(server);
      const [chat, failed, other] = names;
      assert.deepEqual(
        [chat?.covered, failed?.covered, other?.covered],
        [true, false, true],
      );
      assert.match(failed?.problem ?? "", /rejectedIdentifier/);
      assert.ok((failed?.next_attempt ?? 0) > 0);
      await until(() => told(server, 1));
    }),
);

pebbleTest(
  "a server that is an address gets a certificate for it",
  () =>
    together({
      environment: { POSTERN_SET__server__domain: "[127.0.0.1]" },
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const found = await until(() => namesSeen(server.ports.https, root));
      assert.equal(found.names, "IP Address:127.0.0.1");
    }),
);

/** Whether it has said so often that it was given no certificate. */
function told(server: Server, times: number): Promise<true | undefined> {
  const parts = server.output.split("degraded part=certificate_not_issued");
  return Promise.resolve(parts.length > times ? true : undefined);
}

pebbleTest(
  "a renewal keeps the key and drops no session",
  () =>
    together({}, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const before = await until(() => namesSeen(server.ports.imapTls, root));
      const client = await ImapClient.connect(server.ports.imapTls, root);
      await client.login("ann.chats@chat.example", "a password of hers");
      await client.expectOk("SELECT INBOX");
      await client.idle();
      const key = await Deno.readTextFile(`${server.stateDir}/acme/key.pem`);
      const { spki_sha256, ...shown } = await statusOf(server);
      assert.deepEqual(shown.authority?.challenges, ["http-01", "tls-alpn-01"]);
      const skipped = await run(["get"], server);
      assert.equal(JSON.parse(skipped.out).data.action, "skipped");
      const { exit, out } = await run(["regenerate"], server);
      assert.equal(exit, 0);
      assert.equal(JSON.parse(out).data.action, "issued");
      await until(async () => {
        const seen = await namesSeen(server.ports.imapTls, root);
        return seen?.serial === before.serial ? undefined : seen;
      });
      assert.equal(
        await Deno.readTextFile(`${server.stateDir}/acme/key.pem`),
        key,
      );
      await client.done();
      await client.expectOk("NOOP");
      client.wire.close();
      const after = await statusOf(server);
      assert.match(spki_sha256 ?? "", /^[0-9a-f]{64}$/);
      assert.equal(after.spki_sha256, spki_sha256);
      const { authority, names } = after;
      assert.equal(authority?.last_error, null);
      assert.ok((authority?.next_renewal ?? 0) > Date.now() / 1000);
      assert.ok(names.every(({ covered }) => covered));
    }),
);

pebbleTest("a program publishes what shows a wildcard to be ours", async () => {
  const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
  const hook = `${folder}/hook`;
  const log = `${folder}/log`;
  try {
    await together({
      acme: `challenges = ["dns-01"]
dns_hook = "${hook}"
extra_names = ["*.chat.example"]`,
      before: async (pebble) => {
        const url = pebble.dnsManagementUrl;
        await Deno.writeTextFile(
          hook,
          `#!/bin/sh
echo "$1 $2" >>${log}
what=clear-txt
[ "$1" = present ] && what=set-txt
exec curl -sf -d "{\\"host\\":\\"$2.\\",\\"value\\":\\"$3\\"}" ${url}/$what
`,
          { mode: 0o700 },
        );
      },
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const wildcard = await until(async () => {
        const seen = await namesSeen(
          server.ports.https,
          root,
          "imap.chat.example",
        );
        return seen?.names === "DNS:*.chat.example" ? seen : undefined;
      });
      assert.ok(wildcard);
      const own = await namesSeen(server.ports.https, root, "chat.example");
      assert.equal(own?.names, "DNS:chat.example");
      const lines = (await Deno.readTextFile(log)).trim().split("\n").sort();
      const name = "_acme-challenge.chat.example";
      const two = (what: string) => [`${what} ${name}`, `${what} ${name}`];
      assert.deepEqual(lines, [...two("cleanup"), ...two("present")]);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

pebbleTest(
  "what fails is told and tried later, also after a restart, and mail goes on",
  () =>
    together({
      before: (pebble) => pebble.dns("set-default-ipv4", { ip: "127.0.0.77" }), // where nobody is
    }, async ({ server }) => {
      const first = await until(async () => {
        const status = await statusOf(server);
        return status.authority?.last_error ? status : undefined;
      });
      assert.equal(first.cert_type, "self-signed");
      assert.match(
        first.authority?.last_error ?? "",
        /chat\.example by http-01/,
      );
      await until(() => told(server, 1));
      const client = await ImapClient.connect(
        server.ports.imapTls,
        await server.certificate(),
      );
      await client.login("ann.chats@chat.example", "a password of hers");
      client.wire.close();
      await server.end("SIGKILL");
      await server.run();
      const second = await statusOf(server);
      assert.equal(second.authority?.failures, first.authority?.failures);
      assert.equal(
        second.authority?.next_attempt,
        first.authority?.next_attempt,
      );
      await until(() => told(server, 2));
      const { exit, err } = await run(["get"], server);
      assert.equal(exit, 9);
      assert.match(err, /port 80 of that address/);
    }),
);

pebbleTest(
  "a server that is killed while it waits for the authority ends the order when it is back",
  () =>
    together({
      pebble: {
        environment: { PEBBLE_VA_NOSLEEP: "", PEBBLE_VA_SLEEPTIME: "4" },
      },
    }, async ({ pebble, server }) => {
      await until(async () => {
        const state = await Deno.readTextFile(
          `${server.stateDir}/acme/state.json`,
        ).catch(() => "{}");
        return JSON.parse(state).pending as unknown;
      });
      await server.end("SIGKILL");
      await server.run();
      const root = await pebble.rootPem();
      const { names } = await until(() => namesSeen(server.ports.https, root));
      assert.ok(names.includes("DNS:chat.example"));
      const { authority } = await statusOf(server);
      assert.equal(authority?.failures, 0);
    }),
);

pebbleTest(
  "a certificate can be had before the server has ever run",
  () =>
    together({
      before: (pebble) => pebble.dns("set-default-ipv4", { ip: "127.0.0.77" }),
    }, async ({ pebble, server }) => {
      await server.end("SIGKILL");
      await Deno.mkdir(`${server.stateDir}/acme`, { recursive: true });
      await Deno.remove(`${server.stateDir}/acme`, { recursive: true });
      await pebble.dns("set-default-ipv4", { ip: "127.0.0.1" });
      const { exit, out, err } = await run([
        "get",
        "--http-listen",
        `127.0.0.1:${server.ports.http}`,
      ], server);
      assert.equal(exit, 0, err);
      assert.equal(JSON.parse(out).data.action, "issued");
      await server.run();
      const root = await pebble.rootPem();
      assert.ok(await namesSeen(server.ports.https, root), "from the start");
    }),
);

pebbleTest(
  "where the certificate comes from is changed while the server runs",
  () =>
    together({
      tls: '[tls]\nmode = "self_signed"',
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      assert.equal((await statusOf(server)).cert_type, "self-signed");
      const acme = await run(["acme", "--email", "a@chat.example"], server);
      assert.equal(acme.exit, 0, acme.err);
      assert.equal(JSON.parse(acme.out).data.obtained.action, "issued");
      assert.ok(await namesSeen(server.ports.https, root));
      await server.end("SIGTERM");
      await server.run();
      assert.ok(
        await namesSeen(server.ports.https, root),
        "after a restart too",
      );
      const own = await run(["self-signed"], server);
      assert.equal(own.exit, 0, own.err);
      assert.equal(await namesSeen(server.ports.https, root), undefined);
      const bundle = `${server.stateDir}/acme/certificate.pem`;
      const [chain, key] = [
        `${server.stateDir}/c.pem`,
        `${server.stateDir}/k.pem`,
      ];
      const text = await Deno.readTextFile(bundle);
      await Deno.writeTextFile(chain, text.slice(text.indexOf(BEGIN)));
      const bad = await run(
        ["file", chain, `${server.stateDir}/none.pem`],
        server,
      );
      assert.equal(bad.exit, 4);
      assert.match(bad.err, /none\.pem/);
      assert.equal(await namesSeen(server.ports.https, root), undefined);
      await Deno.copyFile(`${server.stateDir}/acme/key.pem`, key);
      const files = await run(["file", chain, key], server);
      assert.equal(files.exit, 0, files.err);
      assert.ok(await namesSeen(server.ports.https, root));
      const { exit } = await run(["get"], server);
      assert.equal(exit, 4, "not from an authority");
    }),
);

pebbleTest(
  "the authority's word makes the server renew by itself",
  () =>
    together({}, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const before = await until(() => namesSeen(server.ports.https, root));
      const bundle = await Deno.readTextFile(
        `${server.stateDir}/acme/certificate.pem`,
      );
      const day = 86_400_000;
      await pebble.suggestRenewal(bundle.slice(bundle.indexOf(BEGIN)), {
        start: new Date(Date.now() - 2 * day),
        end: new Date(Date.now() - day),
      });
      await server.end("SIGKILL");
      const path = `${server.stateDir}/acme/state.json`;
      const state = JSON.parse(await Deno.readTextFile(path));
      await Deno.writeTextFile(
        path,
        JSON.stringify({ ...state, askAgainMs: 0 }),
      );
      await server.run();
      await until(async () => {
        const now = await namesSeen(server.ports.https, root);
        return now && now.serial !== before.serial ? now : undefined;
      });
    }),
);

pebbleTest(
  "an authority that has customers is told which one this is",
  async () => {
    const folder = await Deno.makeTempDir({ prefix: "postern-test-" });
    const key =
      "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    try {
      await Deno.writeTextFile(`${folder}/hmac`, `${key}\n`);
      await together({
        pebble: { customers: { "customer-1": key } },
        acme: `eab_kid = "customer-1"\neab_hmac_file = "${folder}/hmac"`,
      }, async ({ pebble, server }) => {
        const root = await pebble.rootPem();
        await until(() => namesSeen(server.ports.https, root));
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
