/** B12: mail of another server over `/mxdeliv`, signed with RSA-2048, its key known. @module */
import { Buffer } from "node:buffer";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { DnsTestServer } from "../harness/dns_server.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { encryptedPayload, messageText } from "../harness/message.ts";
import { Server } from "../harness/server.ts";
import { costOf, type Row } from "./measure.ts";
import { signedUp } from "./people.ts";

const PEER = "peer.example";
const MESSAGES = 6000;
/** Until the key is known and the code compiled. */
const WARM_UP = 300;
const CONNECTIONS = 32;
const READERS = 16;
/** Gives messages of about 4 kB. */
const PAYLOAD_OCTETS = 2_300;

/** The driver has one address, so the limits per address are out of the way. */
const CONFIG = (port: number) => `
[federation]
inbound_auth = "strict"

[federation.limits]
concurrent_per_ip = 1000
requests_per_minute = 0

[dns]
servers = ["127.0.0.1:${port}"]
`;

export async function measureInbound(): Promise<Row[]> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", {
    modulusLength: 2048,
  });
  const p = publicKey.export({ type: "spki", format: "der" });
  await using dns = DnsTestServer.start({
    [`one._domainkey.${PEER}`]: {
      TXT: [`v=DKIM1; k=rsa; p=${p.toString("base64")}`],
    },
  });
  const server = await Server.start({ config: CONFIG(dns.server.port) });
  try {
    const readers = await signedUp({ server, certificate: "" }, READERS);
    const payload = await encryptedPayload(PAYLOAD_OCTETS);
    const requests = Array.from({ length: MESSAGES + WARM_UP }, (_, n) => {
      const text = messageText({ from: `zoe@${PEER}`, id: `in${n}`, payload });
      const header = `${signature(text, privateKey)}${text}`;
      return requestFor(readers[n % READERS]!.address, header);
    });
    await deliver(server, requests.splice(-WARM_UP));
    const { seconds, serverCpuSeconds } = await costOf(
      server.pid,
      () => deliver(server, requests),
    );
    const benchmark = "B12, mail of other servers";
    return [
      {
        benchmark,
        measure: "stored, DKIM verified",
        value: MESSAGES / seconds,
        unit: "1/s",
        required: "≥ 300",
      },
      {
        benchmark,
        measure: "CPU of the server for each",
        value: serverCpuSeconds / MESSAGES * 1000,
        unit: "ms",
      },
    ];
  } finally {
    await server.dispose();
  }
}

function requestFor(to: string, message: string): string {
  return "POST /mxdeliv HTTP/1.1\r\nHost: chat.example\r\n" +
    `X-Mail-From: zoe@${PEER}\r\nX-Mail-To: ${to}\r\n` +
    `Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`;
}

/** Each connection sends its next one when the one before is stored. @throws {Error} if one is not */
async function deliver(
  { ports }: Server,
  requests: readonly string[],
): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    if (next >= requests.length) return;
    const wire = await LineConnection.open(ports.http);
    while (next < requests.length) {
      await wire.write(requests[next++]!);
      await stored(wire);
    }
    wire.close();
  }));
}

async function stored(wire: LineConnection): Promise<void> {
  const status = await wire.readLine();
  while (await wire.readLine() !== "");
  const line = await wire.readLine();
  if (!status.startsWith("HTTP/1.1 200 ") || line !== "250 2.0.0 OK") {
    throw new Error(`It was not stored: ${status} ${line}`);
  }
}

/** A signature in simple form over what messages have here, so that ours is not checked by itself. */
function signature(text: string, key: Parameters<typeof sign>[2]): string {
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
