/**
 * Takes whatever comes to `/mxdeliv`, over HTTPS, and counts it. Each line to its
 * stdin is answered by how much has come. It speaks no more of HTTP than that
 * needs: what it takes from the machine, the relay that is measured does not have.
 *
 * @module
 */
import { readLines } from "./lines.ts";

const [certificate = "", key = ""] = Deno.args;
const ANSWER = new TextEncoder().encode(
  "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n250 OK",
);
const HEAD_OCTETS = 16 * 1024;
const decoder = new TextDecoder("latin1");
let count = 0;

/** Requests, one after the other, until the peer has no more. */
async function serve(connection: Deno.TlsConn): Promise<void> {
  const buffer = new Uint8Array(256 * 1024);
  let filled = 0;
  for (;;) {
    const octets = await connection.read(buffer.subarray(filled));
    if (octets === null) break;
    filled += octets;
    for (
      let size = requestOctets(buffer.subarray(0, filled));
      size <= filled;
    ) {
      buffer.copyWithin(0, size, filled);
      filled -= size;
      count++;
      await connection.write(ANSWER);
      size = requestOctets(buffer.subarray(0, filled));
    }
  }
  connection.close();
}

/** Of the first one; infinite while its head is not whole. */
function requestOctets(octets: Uint8Array): number {
  const text = decoder.decode(octets.subarray(0, HEAD_OCTETS));
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return Infinity;
  const length = /^content-length: *(\d+)/im.exec(text.slice(0, end))?.[1];
  return end + 4 + Number(length ?? 0);
}

async function accept(): Promise<void> {
  const listener = Deno.listenTls({
    port: 443,
    cert: await Deno.readTextFile(certificate),
    key: await Deno.readTextFile(key),
  });
  for await (const connection of listener) {
    serve(connection).catch(() => {}); // the relay ends it when it ends
  }
}

void accept();
for await (const _line of readLines(Deno.stdin.readable)) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${count}\n`));
}
Deno.exit(0);
