/**
 * The body of a `Response` as it goes out: whole, with a length and perhaps
 * compressed, or as a stream whose end nobody knows yet.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import { compressed } from "../compression.ts";
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
  if (
    changed !== undefined || isHead || status === 204 || status === 304 ||
    !response.body
  ) {
    await response.body?.cancel();
    if (changed === 304) headers.delete("content-length");
    const isEmpty = changed !== 304 && !isHead && status !== 204 &&
      status !== 304;
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
  const gathered = headers.get("content-type")?.startsWith(EVENT_STREAM_TYPE)
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
