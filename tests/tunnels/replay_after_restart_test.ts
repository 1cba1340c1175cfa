/** What somebody has recorded of a tunnel, and sends again to a server that was restarted. */
import assert from "node:assert/strict";
import { utf8 } from "../../src/base/octets.ts";
import { systemRandom } from "../../src/base/random.ts";
import { ClientStream } from "../../src/shadowsocks/server/client_stream.ts";
import { MasterKey } from "../../src/shadowsocks/server/keys.ts";
import { Server } from "../harness/server.ts";

const METHOD = "aes-128-gcm";
const PASSWORD = "a password";

/** What comes first on a connection with these octets; undefined: it is refused as sent before. */
async function answerTo(
  server: Server,
  octets: Uint8Array,
): Promise<number | undefined> {
  using connection = await Deno.connect(server.endpoint("shadowsocks"));
  await connection.write(octets);
  const answered = connection.read(new Uint8Array(1024)).catch(() => null);
  const refused = (async () => {
    while (!/replayed 1/.test(await server.command("shadowsocks", "status")));
    return undefined;
  })();
  const first = await Promise.race([answered, refused]);
  return first ?? undefined;
}

Deno.test("a request is not served again by a server that was killed meanwhile", async () => {
  const server = await Server.start({
    config:
      `[shadowsocks]\nenabled = true\ncipher = "${METHOD}"\npassword = "${PASSWORD}"`,
  });
  try {
    const stream = new ClientStream(
      MasterKey.of(METHOD, PASSWORD)!,
      systemRandom,
    );
    const recorded = stream.request({
      host: "localhost",
      port: server.ports.imap,
      first: utf8("a NOOP\r\n"),
      now: 0,
    });
    using connection = await Deno.connect(server.endpoint("shadowsocks"));
    await connection.write(recorded);
    assert.ok(await connection.read(new Uint8Array(1024)));
    await server.end("SIGKILL");
    await server.run();
    assert.equal(await answerTo(server, recorded), undefined);
  } finally {
    await server.dispose();
  }
});
