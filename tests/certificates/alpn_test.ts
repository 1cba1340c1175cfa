/** Names are shown to be ours at the port of HTTPS (RFC 8737), to a real authority. */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import type { Place } from "../harness/line_connection.ts";
import type { Server } from "../harness/server.ts";
import { clientHello, inRecords } from "./client_hello.ts";
import {
  namesSeen,
  pebbleTest,
  run,
  statusOf,
  together,
  until,
} from "./relay_with_authority.ts";

const BY_ALPN = 'challenges = ["tls-alpn-01"]';
/** Nobody is where the authority looks over HTTP. */
const NO_HTTP = { httpPort: 9 };

pebbleTest(
  "a server gets certificates for its names without port 80",
  () =>
    together({
      server: 'domains = ["other.example"]',
      acme: BY_ALPN,
      pebble: NO_HTTP,
      environment: { POSTERN_SET__mta_sts__mode: "none" },
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      for (const name of ["chat.example", "other.example"]) {
        await until(async () => {
          const seen = await namesSeen(server.ports.https, root, name);
          return seen?.names === `DNS:${name}` || undefined;
        });
      }
      const { authority, names } = await statusOf(server);
      assert.equal(authority?.last_error, null);
      assert.ok(names.every(({ covered }) => covered));
    }),
);

pebbleTest("so does a server that is an address", () =>
  together({
    acme: BY_ALPN,
    pebble: NO_HTTP,
    environment: { POSTERN_SET__server__domain: "[127.0.0.1]" },
  }, async ({ pebble, server }) => {
    const root = await pebble.rootPem();
    const found = await until(() => namesSeen(server.ports.https, root));
    assert.equal(found.names, "IP Address:127.0.0.1");
  }));

pebbleTest(
  "port 443 is used where nothing answers at port 80",
  () =>
    together({ pebble: NO_HTTP }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      await until(() => namesSeen(server.ports.https, root));
      const { authority } = await statusOf(server);
      assert.equal(authority?.failures, 0, "in the same attempt");
    }),
);

/** Of a server that no authority is asked for yet. */
const OWN = '[tls]\nmode = "self_signed"';

pebbleTest(
  "port 443 is used at once where nothing listens at port 80",
  () =>
    together({ tls: OWN, pebble: NO_HTTP }, async ({ server }) => {
      await server.command("settings", "set", "http_enabled", "false");
      const { exit, out, err } = await run(["acme"], server);
      assert.equal(exit, 0, err);
      assert.equal(JSON.parse(out).data.obtained.action, "issued");
      assert.equal(await ordersOf(server), 1);
    }),
);

pebbleTest(
  "a server that listens nowhere says so, and orders nothing",
  () =>
    together({ tls: OWN }, async ({ server }) => {
      await server.command("settings", "set", "http_enabled", "false");
      await server.command("settings", "set", "https_enabled", "false");
      await run(["acme"], server);
      const { authority } = await statusOf(server);
      assert.match(
        authority?.last_error ?? "",
        /listen\.http\).*listen\.https\)/,
      );
      assert.equal(await ordersOf(server), 0);
      await server.command("settings", "set", "https_enabled", "true");
      const { exit, err } = await run(["get"], server);
      assert.equal(exit, 0, err);
    }),
);

/** How many it has made in the last hour. */
async function ordersOf({ stateDir }: Server): Promise<number> {
  const state = await Deno.readTextFile(`${stateDir}/acme/state.json`);
  return JSON.parse(state).ordersMs.length;
}

pebbleTest(
  "a certificate can be had by port 443 while no server runs",
  () =>
    together({
      acme: BY_ALPN,
      pebble: NO_HTTP,
      before: (pebble) => pebble.dns("set-default-ipv4", { ip: "127.0.0.77" }),
    }, async ({ pebble, server }) => {
      await server.end("SIGKILL");
      await Deno.mkdir(`${server.stateDir}/acme`, { recursive: true });
      await Deno.remove(`${server.stateDir}/acme`, { recursive: true });
      await pebble.dns("set-default-ipv4", { ip: "127.0.0.1" });
      const { exit, out, err } = await run(["get"], server);
      assert.equal(exit, 0, err);
      assert.equal(JSON.parse(out).data.action, "issued");
      await server.run();
      const root = await pebble.rootPem();
      assert.ok(await namesSeen(server.ports.https, root), "from the start");
    }),
);

/** There is time to come between. */
const SLOW_LOOK = {
  ...NO_HTTP,
  environment: {
    PEBBLE_VA_NOSLEEP: "",
    PEBBLE_VA_SLEEPTIME: "5",
    PEBBLE_AUTHZREUSE: "0",
  },
};

type Answer = "certificate" | "refusal" | "nothing";

/** What comes in answer to these octets. */
async function answerTo(
  port: number,
  pieces: readonly Uint8Array[],
): Promise<Answer> {
  const conn = await Deno.connect({ hostname: "127.0.0.1", port });
  try {
    try {
      for (const piece of pieces) {
        await conn.write(piece);
        if (pieces.length > 1) await new Promise((go) => setTimeout(go, 5));
      }
    } catch (error) { // it has been answered before it was all said
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
    const buffer = new Uint8Array(4096);
    const count = await conn.read(buffer);
    if (count === null) return "nothing";
    return count > NO_CERTIFICATE_OCTETS ? "certificate" : "refusal";
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionReset) return "nothing";
    throw error;
  } finally {
    conn.close();
  }
}

/** A ServerHello, and an alert behind it. */
const NO_CERTIFICATE_OCTETS = 300;

/** Resolves when the authority would be answered. */
function lookedFor(port: number): Promise<true> {
  return until(async () =>
    await answerTo(port, [inRecords(clientHello())]) === "certificate" ||
    undefined
  );
}

/** They come again and again; known at the end is how often, and what failed. */
class Visitors {
  #asked = 0;
  readonly #faults: string[] = [];
  #isOver = false;
  readonly #all: Promise<unknown>;

  constructor(readonly port: number, readonly root: string) {
    this.#all = Promise.all(Array.from({ length: 8 }, () => this.#visit()));
  }

  async end(): Promise<{ asked: number; faults: readonly string[] }> {
    this.#isOver = true;
    await this.#all;
    return { asked: this.#asked, faults: this.#faults };
  }

  async #visit(): Promise<void> {
    while (!this.#isOver) {
      try {
        await this.#once();
        this.#asked++;
      } catch (error) {
        this.#faults.push(String(error));
      }
    }
  }

  async #once(): Promise<void> {
    const client = await ImapClient.connect(byAlpn(this.port), this.root);
    try {
      await client.expectOk("LOGOUT");
    } finally {
      client.wire.close();
    }
  }
}

/** Where IMAP is spoken to who asks for it. */
function byAlpn(port: number): Place {
  return {
    async connect(root = "") {
      const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
      return await Deno.startTls(tcp, {
        hostname: "chat.example",
        caCerts: [root],
        alpnProtocols: ["imap"],
      });
    },
  };
}

async function idler(port: number, root: string): Promise<ImapClient> {
  const client = await ImapClient.connect(byAlpn(port), root);
  await client.login("ann.chats@chat.example", "a password of hers");
  await client.expectOk("SELECT INBOX");
  await client.idle();
  return client;
}

pebbleTest(
  "a renewal by port 443 refuses and drops nobody",
  () =>
    together(
      { acme: BY_ALPN, pebble: SLOW_LOOK },
      async ({ pebble, server }) => {
        const { https, imapTls } = server.ports;
        const root = await pebble.rootPem();
        const before = await until(() => namesSeen(https, root));
        const clients = [await idler(https, root), await idler(imapTls, root)];
        const visitors = new Visitors(https, root);
        const renewal = run(["regenerate"], server);
        await lookedFor(https);
        clients.push(await idler(https, root));
        const { exit, err } = await renewal;
        assert.equal(exit, 0, err);
        const after = await until(async () => {
          const seen = await namesSeen(https, root);
          return seen?.serial === before.serial ? undefined : seen;
        });
        assert.ok(after);
        const { asked, faults } = await visitors.end();
        assert.deepEqual(faults, []);
        assert.ok(asked > 100, `${asked} visits`);
        assert.equal(
          await answerTo(https, [inRecords(clientHello())]),
          "refusal",
          "nobody is looked for any more",
        );
        for (const client of clients) {
          await client.done();
          await client.expectOk("NOOP");
          client.wire.close();
        }
      },
    ),
);

pebbleTest(
  "what comes while an authority looks is answered as ever",
  () =>
    together(
      { acme: BY_ALPN, pebble: SLOW_LOOK },
      async ({ pebble, server }) => {
        const { https } = server.ports;
        await lookedFor(https);
        const ours = clientHello();
        const rows: readonly (readonly [
          string,
          Answer,
          readonly Uint8Array[],
        ])[] = [
          [
            "the authority, octet by octet",
            "certificate",
            [
              ...inRecords(ours),
            ].map((octet) => Uint8Array.of(octet)),
          ],
          ["the authority, in many records", "certificate", [
            inRecords(ours, 9),
          ]],
          ["no name", "refusal", [inRecords(clientHello({ serverName: "" }))]],
          ["another name", "refusal", [
            inRecords(clientHello({ serverName: "other.example" })),
          ]],
          ["two protocols", "refusal", [
            inRecords(clientHello({ protocols: ["acme-tls/1", "h2"] })),
          ]],
          ["one that it could not speak", "refusal", [
            inRecords(clientHello({ versions: [0x0303] })),
          ]],
          ["a huge one", "refusal", [
            inRecords(clientHello({ padding: 60_000 })),
          ]],
          ["no TLS", "refusal", [
            new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"),
          ]],
          ["an empty record", "refusal", [Uint8Array.of(22, 3, 1, 0, 0)]],
        ];
        for (const [what, type, pieces] of rows) {
          assert.equal(await answerTo(https, pieces), type, what);
        }
        // who says nothing, or half of it, is in nobody's way
        const silent = await Promise.all(
          Array.from(
            { length: 60 },
            () => Deno.connect({ hostname: "127.0.0.1", port: https }),
          ),
        );
        for (const conn of silent.slice(30)) {
          await conn.write(
            ours.subarray(0, 9),
          );
        }
        const root = await pebble.rootPem();
        await until(() => namesSeen(https, root));
        for (const conn of silent) conn.close();
      },
    ),
);
