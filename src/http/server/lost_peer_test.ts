import assert from "node:assert/strict";
import { serving } from "../../../tests/harness/http_test_server.ts";
import type { Wire } from "../../net/wire.ts";

/** A peer that leaves in the middle of TLS, once it has its answer. */
function leaving(ends: string[]): Wire {
  const request = "GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n";
  const requests = [new TextEncoder().encode(request)];
  const gone = Promise.withResolvers<void>();
  const end = (how: string) => () => {
    ends.push(how);
    gone.resolve();
  };
  return {
    peerAddress: "192.0.2.1",
    secure: true,
    read() {
      const next = requests.shift();
      return next
        ? Promise.resolve(next)
        : Promise.reject(new Deno.errors.UnexpectedEof("no close_notify"));
    },
    release() {},
    write: () => Promise.resolve(),
    closeWrite: () => Promise.resolve(),
    startTls: () => Promise.reject(new TypeError("It is on")),
    close: end("close"),
    abort: end("abort"),
    gone: gone.promise,
  };
}

Deno.test("who has left is let go without force, which would take a while", () =>
  serving(
    { handler: () => new Response("text") },
    async ({ server, bugs }) => {
      const ends: string[] = [];
      await server.serve(leaving(ends));
      assert.equal(ends[0], "close");
      assert.equal(server.connections, 0);
      assert.deepEqual(bugs, []);
    },
  ));
