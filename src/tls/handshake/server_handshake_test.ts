import assert from "node:assert/strict";
import {
  clientHello,
  type HelloWishes,
  inRecords,
} from "../../../tests/certificates/client_hello.ts";
import { concat } from "../../base/octets.ts";
import { makeSelfSigned } from "../self_signed.ts";
import { ClientHelloReceiver } from "./client_hello.ts";
import {
  HandshakeFailure,
  type HandshakeStream,
  serveHandshake,
} from "./server_handshake.ts";

const pair = await makeSelfSigned({
  names: ["a.example"],
  nowMs: Date.now(),
  days: 2,
});
const identity = {
  certificate: Uint8Array.fromBase64(
    pair.chainPem.replaceAll(/-----[^-]+-----|\s/g, ""),
  ),
  keyPem: pair.keyPem,
  protocol: "acme-tls/1",
};

/** One that gives these octets, then ends, and keeps what is written. */
function recorded(...octets: readonly Uint8Array[]) {
  const left = [...octets];
  const written: Uint8Array[] = [];
  const stream: HandshakeStream = {
    read: () => Promise.resolve(left.shift()),
    write: (one) => {
      written.push(one);
      return Promise.resolve();
    },
  };
  return { stream, written };
}

async function serve(stream: HandshakeStream): Promise<void> {
  const receiver = new ClientHelloReceiver();
  for (;;) {
    const octets = await stream.read();
    assert.ok(octets);
    const received = receiver.push(octets);
    if (received) return await serveHandshake(received, identity, stream);
  }
}

/** Serves one connection; gives its port and what became of it. */
function once(): { port: number; done: Promise<void> } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const done = listener.accept().then(async (conn) => {
    listener.close();
    const buffer = new Uint8Array(4096);
    try {
      await serve({
        async read() {
          const count = await conn.read(buffer);
          return count === null ? undefined : buffer.slice(0, count);
        },
        async write(octets) {
          await conn.write(octets);
        },
      });
    } finally {
      conn.close();
    }
  });
  return { port, done };
}

Deno.test("serveHandshake completes one with the TLS of the runtime", async () => {
  const { port, done } = once();
  const conn = await Deno.connectTls({
    hostname: "127.0.0.1",
    port,
    caCerts: [pair.chainPem],
    alpnProtocols: ["acme-tls/1"],
    unsafelyDisableHostnameVerification: true,
  });
  const { alpnProtocol } = await conn.handshake();
  assert.equal(alpnProtocol, "acme-tls/1");
  assert.equal(await conn.read(new Uint8Array(9)), null, "it says goodbye");
  await done;
  conn.close();
});

const openssl = await new Deno.Command("openssl", { args: ["version"] })
  .output().then(({ success }) => success, () => false);

for (
  const [what, groups] of [
    ["X25519", "X25519"],
    ["P-256", "P-256"],
    ["a share that nobody wanted, then another", "P-384:P-256"],
    ["the same for X25519", "P-521:X25519"],
  ] as const
) {
  Deno.test({
    name: `serveHandshake agrees with OpenSSL by ${what}`,
    ignore: !openssl,
    async fn() {
      const { port, done } = once();
      const { stdout } = await new Deno.Command("openssl", {
        args: [
          "s_client",
          ...["-connect", `127.0.0.1:${port}`],
          ...["-servername", "a.example", "-alpn", "acme-tls/1"],
          ...["-groups", groups],
        ],
        stdin: "null",
        stderr: "null",
      }).output();
      const text = new TextDecoder().decode(stdout);
      assert.match(text, /ALPN protocol: acme-tls\/1/);
      assert.match(text, /TLSv1\.3, Cipher is TLS_AES_128_GCM_SHA256/);
      await done;
    },
  });
}

const ALERT = 21;

for (
  const [what, wishes, alert] of [
    ["TLS 1.2", { versions: [0x0303] }, 70],
    ["no cipher that is known", { ciphers: [0x1302] }, 40],
    ["no signature that is known", { signatures: [0x0804] }, 40],
    ["no group that is known", { groups: [0x18], shares: [] }, 40],
    ["a key that is none", {
      shares: [{ group: 0x17, key: new Uint8Array(65) }],
    }, 47],
    ["a key of no order", {
      shares: [{ group: 0x1d, key: new Uint8Array(32) }],
    }, 47],
  ] as readonly (readonly [string, HelloWishes, number])[]
) {
  Deno.test(`serveHandshake tells who offers ${what}`, async () => {
    const { stream, written } = recorded(inRecords(clientHello(wishes)));
    await assert.rejects(serve(stream), HandshakeFailure);
    assert.deepEqual(
      concat(written),
      Uint8Array.of(ALERT, 3, 3, 0, 2, 2, alert),
    );
  });
}

const finished = (octets: number) =>
  concat([Uint8Array.of(23, 3, 3, 0, octets), new Uint8Array(octets)]);

for (
  const [what, answer, alert] of [
    ["is sealed by another key", finished(53), 20],
    ["is in clear", Uint8Array.of(22, 3, 3, 0, 1, 20), 10],
    ["is too short", finished(3), 20],
    ["is too long", Uint8Array.of(23, 3, 3, 0xff, 0xff), 50],
    [
      "is nothing, again and again",
      concat(
        Array.from({ length: 30 }, () => Uint8Array.of(20, 3, 3, 0, 1, 1)),
      ),
      10,
    ],
    ["ends the connection", Uint8Array.of(21, 3, 3, 0, 2, 2, 48), undefined],
    ["never comes", new Uint8Array(), undefined],
  ] as const
) {
  Deno.test(`serveHandshake ends when what follows ${what}`, async () => {
    const { stream, written } = recorded(inRecords(clientHello()), answer);
    await assert.rejects(serve(stream), HandshakeFailure);
    const last = written.at(-1);
    assert.equal(last?.[0] === ALERT ? last[6] : undefined, alert);
  });
}
