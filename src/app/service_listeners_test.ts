import assert from "node:assert/strict";
import { connect } from "node:tls";
import { reservePorts } from "../../tests/harness/ports.ts";
import type { Sorter } from "../net/connection_sorter.ts";
import { makeSelfSigned } from "../tls/self_signed.ts";
import { ServiceListeners } from "./service_listeners.ts";

const pair = await makeSelfSigned({
  names: ["a.example"],
  nowMs: Date.now(),
  days: 2,
});

/** Listeners of one process, which greet by its name. */
function process(name: string): ServiceListeners {
  return new ServiceListeners({
    choice: {
      keyPairFor: () => pair,
      onlyKeyPair: () => pair,
      httpsAlpn: () => ["http/1.1"],
    },
    handlers: {
      async onNative(_protocol, connection) {
        await connection.write(new TextEncoder().encode(name));
        connection.close();
      },
      onSocket: () => assert.fail("nothing in clear is open"),
      onFault: (_name, error) => assert.fail(String(error)),
    },
  });
}

/** Leads everybody on, as if no authority came. */
const onwards: Sorter = {
  async sort(connection, { hostname, port }) {
    const service = await Deno.connect({ hostname, port });
    void connection.readable.pipeTo(service.writable).catch(() => {});
    void service.readable.pipeTo(connection.writable).catch(() => {});
    return true;
  },
};

/** The process that answers at a port. */
function answering(port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({
    port,
    host: "127.0.0.1",
    ca: pair.chainPem,
    servername: "a.example",
  });
  socket.on("data", (octets) => resolve(String(octets)));
  socket.on("error", reject);
  return promise.finally(() => socket.destroy());
}

async function allAnswer(port: number, name: string): Promise<void> {
  const names = await Promise.all(
    Array.from({ length: 20 }, () => answering(port)),
  );
  assert.deepEqual([...new Set(names)], [name]);
}

Deno.test("ports that are being sorted are given to the next process, and not taken back", async () => {
  const [port] = reservePorts(1);
  const [first, second] = [process("first"), process("second")];
  await first.apply("https", [{ host: "127.0.0.1", port: port! }]);
  await first.sortHttps(onwards);
  await allAnswer(port!, "first");
  await first.settle();
  await second.bindBeside(first.giveAway());
  await allAnswer(port!, "second");
  await first.sortHttps(undefined); // the authority has gone meanwhile
  await allAnswer(port!, "second");
  await first.apply("https", []);
  await allAnswer(port!, "second");
  await second.sortHttps(onwards);
  await allAnswer(port!, "second");
  await second.sortHttps(undefined);
  await allAnswer(port!, "second");
  await second.apply("https", []);
});

Deno.test("ports whose sockets are being replaced are given away when that is over, and replaced again if nobody takes them", async () => {
  const [port] = reservePorts(1);
  const [first, second] = [process("first"), process("second")];
  await first.apply("https", [{ host: "127.0.0.1", port: port! }]);
  const sorting = first.sortHttps(onwards); // two sockets for a while
  await first.settle();
  let seen = 0;
  const counting: Sorter = {
    sort(connection, service) {
      seen++;
      return onwards.sort(connection, service);
    },
  };
  const kept = first.sortHttps(counting); // nothing yet
  await allAnswer(port!, "first");
  assert.equal(seen, 0);
  await first.keep();
  await allAnswer(port!, "first");
  assert.equal(seen, 20);
  await Promise.all([sorting, kept]);
  const again = first.sortHttps(undefined);
  await Promise.resolve(); // it has begun
  await first.settle();
  await second.bindBeside(first.giveAway());
  await allAnswer(port!, "second");
  await again;
  await first.apply("https", []);
  await allAnswer(port!, "second");
  await second.apply("https", []);
});
