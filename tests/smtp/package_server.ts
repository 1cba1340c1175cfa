/**
 * `npm:smtp-server` as a server that others wrote: what it makes of what our
 * client says, and of messages, is compared with what ours makes of them.
 *
 * @module
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import type { KeyPair } from "../../src/net/listener.ts";

export interface PackageMessage {
  readonly secure: boolean;
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly octets: Uint8Array;
}

export interface PackageServer {
  readonly port: number;
  readonly messages: readonly PackageMessage[];
  close(): Promise<void>;
}

/** Takes all mail but to `refused@…`, with STARTTLS. */
export async function packageServer(
  { chainPem, keyPem }: KeyPair,
): Promise<PackageServer> {
  const messages: PackageMessage[] = [];
  const server = new SMTPServer({
    cert: chainPem,
    key: keyPem,
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onRcptTo({ address }, _session, done) {
      if (!address.startsWith("refused@")) return done();
      done(Object.assign(new Error("5.1.1 Not here"), { responseCode: 550 }));
    },
    onData(stream, { secure, envelope }, done) {
      const pieces: Uint8Array[] = [];
      stream.on("data", (piece: Uint8Array) => pieces.push(piece));
      stream.on("end", () => {
        messages.push({
          secure,
          reversePath: envelope.mailFrom ? envelope.mailFrom.address : "",
          recipients: envelope.rcptTo.map(({ address }) => address),
          octets: new Uint8Array(Buffer.concat(pieces)),
        });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    port,
    messages,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
