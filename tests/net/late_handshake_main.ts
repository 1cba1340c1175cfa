/** What `late_handshake_test.ts` looks at, in a network of its own. Prints what a client was told whose handshake took its time. */
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { NativeListener } from "../../src/net/native_listener.ts";

/** Longer than a replaced socket is kept where nobody comes. */
const LATE_MS = 600;

async function nft(rules: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("nft", {
    args: rules.split(" "),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const pair = await makeSelfSigned({
  names: ["a.example"],
  nowMs: Date.now(),
  days: 2,
});
const listener = new NativeListener({
  address: { hostname: "127.0.0.1", port: 0 },
  keyPairFor: () => pair,
  onFault(error) {
    throw error;
  },
  async onConnection(connection) {
    await connection.write(new TextEncoder().encode("hello"));
    connection.close();
  },
});
const { port } = listener.address;
await nft("add table ip late");
await nft(
  "add chain ip late in { type filter hook input priority 0 ; }",
);
// the last packet of a handshake is lost
await nft(
  `add rule ip late in tcp dport ${port} tcp flags & (syn|ack) == ack drop`,
);
const connection = await Deno.connect({ hostname: "127.0.0.1", port });
const renewed = listener.renew();
await new Promise((resolve) => setTimeout(resolve, LATE_MS));
await nft("delete table ip late");
await renewed;
let said: string;
try {
  const tls = await Deno.startTls(connection, {
    hostname: "a.example",
    caCerts: [pair.chainPem],
  });
  const octets = new Uint8Array(9);
  const count = await tls.read(octets) ?? 0;
  said = new TextDecoder().decode(octets.subarray(0, count));
} catch (error) {
  said = String(error);
}
Deno.stdout.writeSync(new TextEncoder().encode(`${said}\n`));
Deno.exit();
