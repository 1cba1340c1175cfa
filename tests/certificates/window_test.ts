/** Processes come and go while an authority is expected at port 443. */
import assert from "node:assert/strict";
import { ImapClient } from "../harness/imap_client.ts";
import type { Server } from "../harness/server.ts";
import { clientHello, inRecords } from "./client_hello.ts";
import {
  namesSeen,
  pebbleTest,
  statusOf,
  together,
  until,
} from "./relay_with_authority.ts";

const BY_ALPN = 'challenges = ["tls-alpn-01"]';
/** A ServerHello, and an alert behind it. */
const NO_CERTIFICATE_OCTETS = 300;

/** There is time to come between. */
const SLOW_LOOK = {
  httpPort: 9,
  environment: {
    PEBBLE_VA_NOSLEEP: "",
    PEBBLE_VA_SLEEPTIME: "5",
    PEBBLE_AUTHZREUSE: "0",
  },
};

/** Resolves when the authority would be answered. */
function lookedFor(port: number): Promise<true> {
  return until(async () => {
    const conn = await Deno.connect({ hostname: "127.0.0.1", port });
    try {
      await conn.write(inRecords(clientHello()));
      const count = await conn.read(new Uint8Array(4096)) ?? 0;
      return count > NO_CERTIFICATE_OCTETS || undefined;
    } catch (error) {
      if (error instanceof Deno.errors.ConnectionReset) return undefined;
      throw error;
    } finally {
      conn.close();
    }
  });
}

/** They come to port 443 again and again. */
function visitors(port: number, roots: readonly string[]) {
  let isOver = false;
  let visits = 0;
  const troubles: string[] = [];
  async function visit(): Promise<void> {
    while (!isOver) {
      try {
        const client = await ImapClient.connect({
          async connect() {
            const tcp = await Deno.connect({ hostname: "127.0.0.1", port });
            return await Deno.startTls(tcp, {
              hostname: "chat.example",
              caCerts: [...roots],
              alpnProtocols: ["imap"],
            });
          },
        }, "");
        await client.expectOk("LOGOUT");
        client.wire.close();
        visits++;
      } catch (error) {
        troubles.push(String(error));
      }
    }
  }
  const all = Promise.all(Array.from({ length: 6 }, visit));
  return async () => {
    isOver = true;
    await all;
    return { visits, troubles };
  };
}

async function end(pid: number): Promise<void> {
  try {
    for (Deno.kill(pid, "SIGTERM");; Deno.kill(pid, "SIGCONT")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch {
    // it has ended
  }
}

async function ordersOf({ stateDir }: Server): Promise<number> {
  const state = await Deno.readTextFile(`${stateDir}/acme/state.json`);
  return JSON.parse(state).ordersMs.length;
}

pebbleTest(
  "a restart while an authority is expected refuses nobody, and the certificate comes",
  () =>
    together(
      {
        acme: BY_ALPN,
        pebble: SLOW_LOOK,
        environment: { POSTERN_SET__imap__max_connections_per_ip: "5000" },
      },
      async ({ pebble, server }) => {
        const { https } = server.ports;
        const root = await pebble.rootPem();
        const leave = visitors(https, [root, await server.certificate()]);
        await lookedFor(https);
        const { data } = JSON.parse(await server.command("restart", "--json"));
        try {
          await until(() => namesSeen(https, root));
          const { visits, troubles } = await leave();
          assert.deepEqual(troubles, [], `of ${visits}\n${server.output}`);
          assert.ok(visits > 50, `${visits} visits`);
          const { authority } = await statusOf(server);
          assert.equal(authority?.failures, 0);
          assert.equal(authority?.last_error, null);
          assert.ok(await ordersOf(server) <= 2);
        } finally {
          await end(data.pid);
        }
      },
    ),
);

for (const signal of ["SIGKILL", "SIGTERM"] as const) {
  pebbleTest(
    `a server that ends by ${signal} while an authority is expected has its certificate when it is back`,
    () =>
      together(
        { acme: BY_ALPN, pebble: SLOW_LOOK },
        async ({ pebble, server }) => {
          const { https } = server.ports;
          await lookedFor(https);
          await server.end(signal);
          await server.run();
          const root = await pebble.rootPem();
          await until(() => namesSeen(https, root));
          const { authority } = await statusOf(server);
          assert.equal(authority?.failures, 0);
          assert.equal(authority?.last_error, null);
        },
      ),
  );
}
