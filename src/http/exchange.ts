/**
 * Between `node:http` messages and the `Request` and `Response` of the web.
 *
 * @module
 */
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

// A host and port, or a bracketed IPv6 address and port (RFC 9110 §7.2).
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;

/** undefined if method, target or host cannot be a request to us. */
export function toRequest(
  incoming: IncomingMessage,
  secure: boolean,
): Request | undefined {
  const { method = "GET", url = "/", headers } = incoming;
  const host = headers.host ?? "localhost";
  if (!url.startsWith("/") || !HOST.test(host)) return undefined;
  const bodyless = method === "GET" || method === "HEAD";
  try {
    return new Request(`${secure ? "https" : "http"}://${host}${url}`, {
      method,
      headers: headersOf(incoming),
      body: bodyless
        ? null
        : Readable.toWeb(incoming) as ReadableStream<Uint8Array<ArrayBuffer>>,
    });
  } catch {
    return undefined; // e.g. TRACE, which fetch forbids
  }
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers();
  for (let at = 0; at + 1 < incoming.rawHeaders.length; at += 2) {
    const [name, value] = incoming.rawHeaders.slice(at, at + 2);
    headers.append(name!, value!);
  }
  return headers;
}

/** Writes the response with the back-pressure of the socket, and ends the connection. */
export async function sendResponse(
  response: Response,
  outgoing: ServerResponse,
): Promise<void> {
  outgoing.statusCode = response.status;
  for (const [name, value] of response.headers) {
    outgoing.appendHeader(name, value);
  }
  outgoing.setHeader("connection", "close");
  for await (const piece of response.body ?? []) {
    if (!outgoing.write(piece)) {
      await Promise.race([once(outgoing, "drain"), once(outgoing, "close")]);
    }
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}
