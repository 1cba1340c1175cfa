/** Another server for the benchmarks: its key, its signatures, and its connections to `/mxdeliv`. @module */
import { Buffer } from "node:buffer";
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from "node:crypto";
import { DnsTestServer } from "../harness/dns_server.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { Server } from "../harness/server.ts";

export const PEER = "peer.example";

/** The driver has one address, so the limits per address are out of the way. */
const CONFIG = (port: number, auth: string) => `
[federation]
inbound_auth = "${auth}"

[federation.limits]
concurrent_per_ip = 1000
requests_per_minute = 0

[dns]
servers = ["127.0.0.1:${port}"]
`;

export interface ForeignWorld extends AsyncDisposable {
  readonly server: Server;
  /** The message with a signature before it. */
  signed(text: string): string;
}

export async function foreignWorld(
  auth: "strict" | "open",
): Promise<ForeignWorld> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  const p = publicKey.export({ type: "spki", format: "der" });
  const dns = DnsTestServer.start({
    [`one._domainkey.${PEER}`]: {
      TXT: [`v=DKIM1; k=rsa; p=${p.toString("base64")}`],
    },
  });
  const server = await Server.start({ config: CONFIG(dns.server.port, auth) });
  return {
    server,
    signed: (text) => signature(text, privateKey) + text,
    async [Symbol.asyncDispose]() {
      await server.dispose();
      await dns[Symbol.asyncDispose]();
    },
  };
}

export function requestFor(to: string, message: string): string {
  return "POST /mxdeliv HTTP/1.1\r\nHost: chat.example\r\n" +
    `X-Mail-From: zoe@${PEER}\r\nX-Mail-To: ${to}\r\n` +
    `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`;
}

/** @throws {Error} if the answer is another one than that it was taken */
export async function taken(wire: LineConnection): Promise<void> {
  const status = await wire.readLine();
  while (await wire.readLine() !== "");
  const line = await wire.readLine();
  if (!status.startsWith("HTTP/1.1 200 ") || line !== "250 2.0.0 OK") {
    throw new Error(`It was not taken: ${status} ${line}`);
  }
}

/** A signature in simple form over what messages have here, so that ours is not checked by itself. */
function signature(text: string, key: KeyObject): string {
  const bodyAt = text.indexOf("\r\n\r\n") + 4;
  const body = text.slice(bodyAt).replace(/(?:\r\n)*$/, "\r\n");
  const hash = createHash("sha256").update(body).digest("base64");
  const signed = ["From", "Message-ID"].map((name) =>
    `${name.toLowerCase()}:${
      new RegExp(`^${name}: (.*)$`, "m").exec(text)![1]!.trim()
    }\r\n`
  ).join("");
  const field = `v=1; a=rsa-sha256; c=relaxed/simple; d=${PEER}; s=one; ` +
    `h=From:Message-ID; bh=${hash}; b=`;
  const octets = Buffer.from(`${signed}dkim-signature:${field}`);
  return `DKIM-Signature: ${field}${
    sign("sha256", octets, key).toString("base64")
  }\r\n`;
}
