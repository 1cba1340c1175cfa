/** The lines of other relays about certificates, word for word, with a real authority. */
import assert from "node:assert/strict";
import type { Server } from "../harness/server.ts";
import { pebbleTest, run, together, until } from "./relay_with_authority.ts";

const OWN = '[tls]\nmode = "self_signed"';

/** What a line leads to as JSON. */
async function dataOf(server: Server, line: string) {
  const { exit, out, err } = await run(line.split(" "), server);
  assert.equal(exit, 0, `${line}: ${err}`);
  return JSON.parse(out).data;
}

pebbleTest(
  "get and regenerate do one name, and tell the authority whom it may write to",
  () =>
    together({
      tls: OWN,
      server: 'domains = ["other.example"]',
      environment: { POSTERN_SET__mta_sts__mode: "none" },
    }, async ({ server }) => {
      const early = await run(["get", "--domain", "chat.example"], server);
      assert.equal(early.exit, 4);
      assert.match(early.err, /certificate acme/);
      const enabled = await dataOf(
        server,
        "autocert enable --email ann@chat.example --domain chat.example --obtain",
      );
      assert.deepEqual(
        [enabled.enabled, enabled.domain, enabled.acme_email, enabled.obtained],
        [true, "chat.example", "ann@chat.example", true],
      );
      const account = () => accountOf(server);
      const got = await dataOf(
        server,
        "get --domain OTHER.example --email bob@chat.example --force",
      );
      assert.equal(got.domain, "other.example");
      assert.equal(got.action, "issued");
      assert.equal(got.names.length, 1);
      assert.ok(await account());
      const again = await dataOf(server, "get --domain other.example");
      assert.equal(again.action, "skipped");
      const anew = await dataOf(
        server,
        "regenerate --domain other.example --email bob@chat.example --force",
      );
      assert.equal(anew.action, "issued");
      const { out } = await run(["autocert", "status"], server);
      const status = JSON.parse(out).data;
      assert.equal(status.enabled, true);
      assert.ok(status.renew_within_days > 0, out); // a part of its lifetime
      assert.ok(status.renew_within_days < status.days_remaining, out);
      for (
        const [line, reason] of [
          ["get --domain nowhere.example", /chat\.example, other\.example/],
          ["get --email ann@192.0.2.1", /ACME contact needs a DNS domain/],
          ["acme --ip", /clients connect to chat\.example/],
        ] as const
      ) {
        const { exit, err } = await run(line.split(" "), server);
        assert.equal(exit, 4, line);
        assert.match(err, reason);
      }
    }),
);

/** Where the settings say that the authority may write to. */
async function accountOf(server: Server): Promise<boolean> {
  const text = await server.command("settings", "get", "acme_email");
  return text.includes("bob@chat.example");
}

pebbleTest(
  "acme --ip is for a relay that is an address, and says what is served, as self-signed does",
  () =>
    together({
      tls: OWN,
      environment: { POSTERN_SET__server__domain: "[127.0.0.1]" },
    }, async ({ server }) => {
      const acme = await dataOf(server, "acme --ip --email ann@chat.example");
      assert.equal(acme.obtained.action, "issued");
      assert.equal(acme.tls_management, "autocert");
      assert.deepEqual(acme.sans, ["127.0.0.1"]);
      assert.equal(acme.cert_type, "acme-other");
      const own = await dataOf(server, "self-signed");
      assert.equal(own.tls_management, "self_signed");
      assert.equal(own.cert_type, "self-signed");
      assert.equal(own.status, "valid");
      assert.equal(own.spki_sha256, acme.spki_sha256, "clients know the key");
    }),
);

pebbleTest(
  "an authority is chosen and asked while no server runs",
  () =>
    together({ tls: OWN }, async ({ server }) => {
      await server.end("SIGTERM");
      const acme = await dataOf(
        server,
        `acme --email ann@chat.example --http-listen 127.0.0.1:${server.ports.http}`,
      );
      assert.equal(acme.obtained.action, "issued");
      await server.run();
      const status = await until(async () => await dataOf(server, "status"));
      assert.equal(status.cert_type, "acme-other");
    }),
);
