import assert from "node:assert/strict";
import { makeSelfSigned } from "../tls/self_signed.ts";
import { withoutDelay } from "./no_delay.ts";

const ROUNDS = 9;

Deno.test("withoutDelay() lets a greeting leave with the handshake's last octets", async () => {
  const { chainPem, keyPem } = await makeSelfSigned({
    names: ["a.example"],
    nowMs: Date.now(),
    days: 30,
  });
  const listener = withoutDelay(() =>
    Deno.listenTls({
      hostname: "127.0.0.1",
      port: 0,
      cert: chainPem,
      key: keyPem,
    })
  );
  const { port } = listener.addr as Deno.NetAddr;
  const waitedMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const accepted = listener.accept().then(async (server) => {
      await server.write(new TextEncoder().encode("* OK\r\n"));
      return server;
    });
    const plain = await Deno.connect({ hostname: "127.0.0.1", port });
    plain.setNoDelay(true);
    const client = await Deno.startTls(plain, {
      hostname: "a.example",
      caCerts: [chainPem],
    });
    await client.handshake();
    const started = performance.now();
    await client.read(new Uint8Array(16));
    waitedMs.push(performance.now() - started);
    client.close();
    (await accepted).close();
  }
  listener.close();
  const [fastest = Infinity] = waitedMs.toSorted((one, other) => one - other);
  assert.ok(fastest < 30, `${fastest} ms; a delayed acknowledgement takes 40`);
});
