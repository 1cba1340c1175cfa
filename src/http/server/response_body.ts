/**
 * The body of a `Response` as it goes out: whole, with a length and perhaps
 * compressed, or as a stream whose end nobody knows yet.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { compressed, varies } from "../compression.ts";
import { conditionalStatus } from "../conditions.ts";
import { EVENT_STREAM_TYPE } from "../event_stream.ts";

export interface Outgoing {
  readonly status: number;
  readonly headers: Headers;
  readonly body:
    | { readonly kind: "none" }
    | { readonly kind: "whole"; readonly octets: Uint8Array }
    /** `first` is sent before what `rest` brings. */
    | {
      readonly kind: "stream";
      readonly first: readonly Uint8Array[];
      readonly rest: ReadableStreamDefaultReader<Uint8Array>;
      readonly sizeOctets?: number;
    };
}

/** What is gathered before an answer is sent in pieces. */
const MAX_GATHERED_OCTETS = 256 * 1024;

/** Applies what the request says about the answer: HEAD, conditions, compression. */
export async function outgoing(
  request: Request,
  response: Response,
): Promise<Outgoing> {
  const { status } = response;
  const headers = new Headers(response.headers);
  const changed = status === 200
    ? conditionalStatus(request, headers)
    : undefined;
  const isHead = request.method === "HEAD";
  if (changed === 304 || isHead && changed === undefined) {
    await describe(request, response, headers);
    if (changed === 304) headers.delete("content-length");
    return { status: changed ?? status, headers, body: { kind: "none" } };
  }
  if (
    changed !== undefined || status === 204 || status === 304 || !response.body
  ) {
    await response.body?.cancel();
    if (status === 304) varies(headers);
    const isEmpty = !isHead && status !== 204 && status !== 304;
    return {
      status: changed ?? status,
      headers,
      body: isEmpty
        ? { kind: "whole", octets: new Uint8Array() }
        : { kind: "none" },
    };
  }
  const reader = response.body.getReader();
  const declared = headers.get("content-length");
  const gathered = isStream(headers)
    ? { parts: [], done: false }
    : await gather(reader);
  if (!gathered.done) {
    return {
      status,
      headers,
      body: {
        kind: "stream",
        first: gathered.parts,
        rest: reader,
        ...(declared === null ? {} : { sizeOctets: Number(declared) }),
      },
    };
  }
  const octets = concat(gathered.parts);
  const body = status === 200
    ? await compressed(request, headers, octets)
    : octets;
  return { status, headers, body: { kind: "whole", octets: body } };
}

/** Sets the fields that would be there with a body (RFC 9110 §9.3.2, §15.4.5), and drops it. */
async function describe(
  request: Request,
  { status, body }: Response,
  headers: Headers,
): Promise<void> {
  if (!body) {
    if (status === 200) varies(headers);
    const hasBody = status !== 204 && status !== 304;
    if (hasBody && !headers.has("content-length")) {
      headers.set("content-length", "0");
    }
    return;
  }
  const reader = body.getReader();
  const gathered = isStream(headers)
    ? { parts: [], done: false }
    : await gather(reader);
  await reader.cancel();
  if (!gathered.done) return;
  const octets = concat(gathered.parts);
  const sent = status === 200
    ? await compressed(request, headers, octets)
    : octets;
  headers.set("content-length", String(sent.length));
}

function isStream(headers: Headers): boolean {
  return headers.get("content-type")?.startsWith(EVENT_STREAM_TYPE) ?? false;
}

async function gather(reader: ReadableStreamDefaultReader<Uint8Array>) {
  const parts: Uint8Array[] = [];
  let sizeOctets = 0;
  while (sizeOctets < MAX_GATHERED_OCTETS) {
    const { value, done } = await reader.read();
    if (done) return { parts, done };
    parts.push(value);
    sizeOctets += value.length;
  }
  return { parts, done: false };
}
