/** A whole server and an authority as real ones are. */
import assert from "node:assert/strict";
import { connect } from "node:tls";
import { freePorts, Server, type ServerOptions } from "../harness/server.ts";
import { HAS_PEBBLE, Pebble, type PebbleOptions } from "./pebble.ts";

const AUTOCERT = '[tls]\nmode = "autocert"';
const LIMIT_MS = 60_000;

interface Together {
  readonly pebble: Pebble;
  readonly server: Server;
}

async function together(
  { acme = "", pebble: pebbleOptions = {}, ...more }: Partial<ServerOptions> & {
    readonly acme?: string;
    readonly pebble?: Partial<PebbleOptions>;
  },
  work: (both: Together) => Promise<void>,
): Promise<void> {
  const ports = freePorts();
  const pebble = await Pebble.start({ httpPort: ports.http, ...pebbleOptions });
  try {
    const server = await Server.start({
      ...more,
      ports,
      tls: AUTOCERT,
      config: pebble.config(acme),
    });
    try {
      await work({ pebble, server });
    } finally {
      await server.dispose();
    }
  } finally {
    await pebble.dispose();
  }
}

/** What a client without SNI sees that knows only this root; undefined: it trusts nothing there. */
function namesSeen(
  port: number,
  ca: string,
): Promise<{ names: string; serial: string } | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      port,
      host: "127.0.0.1",
      ca,
      checkServerIdentity: () => undefined,
    }, () => {
      const { subjectaltname = "", serialNumber } = socket.getPeerCertificate();
      resolve({ names: subjectaltname, serial: serialNumber });
      socket.destroy();
    });
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNREFUSED") reject(error);
      resolve(undefined);
    });
  });
}

async function until<T>(
  ask: () => Promise<T | undefined>,
): Promise<T> {
  const deadline = performance.now() + LIMIT_MS;
  while (true) {
    const found = await ask();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error("It does not come");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const pebbleTest = (name: string, fn: () => Promise<void>) =>
  Deno.test({ name, ignore: !HAS_PEBBLE, fn });

pebbleTest(
  "a server gets a certificate by itself, for all its names, on all its ports",
  () =>
    together({
      server: 'domains = ["other.example"]',
      acme: 'extra_names = ["www.chat.example"]',
    }, async ({ pebble, server }) => {
      const root = await pebble.rootPem();
      const found = await until(() => namesSeen(server.ports.https, root));
      assert.deepEqual(found.names.split(", ").sort(), [
        "DNS:chat.example",
        "DNS:mta-sts.chat.example",
        "DNS:mta-sts.other.example",
        "DNS:other.example",
        "DNS:www.chat.example",
      ]);
      for (const port of [server.ports.imapTls, server.ports.submissionTls]) {
        assert.deepEqual(await namesSeen(port, root), found);
      }
      for (const file of ["certificate.pem", "key.pem", "state.json"]) {
        const { mode } = await Deno.stat(`${server.stateDir}/acme/${file}`);
        assert.equal(mode! & 0o777, 0o600);
      }
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
