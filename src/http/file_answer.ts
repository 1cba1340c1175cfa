/**
 * A file as an answer: whole, compressed where it is there so, or the part that
 * is asked for (RFC 9110 §14). A part is of the file as it is: whoever goes on
 * with what is half there knows it by that file's entity tag.
 *
 * @module
 */
import { chosenCoding, type Coding } from "./coding.ts";
import { conditionalStatus, isSameFile } from "./conditions.ts";
import { type ByteRange, requestedRange } from "./proto/byte_range.ts";

export interface AnsweredFile {
  readonly sizeOctets: number;
  /** In quotes, and another one for each octet that is another one. */
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The same compressed; each form has an entity tag of its own. */
  readonly coded?: ReadonlyMap<Coding, Uint8Array<ArrayBuffer>>;
  /** Called at most once, and not at all where nothing of it is sent. */
  read(part: ByteRange): BodyInit | Promise<BodyInit>;
}

export async function fileAnswer(
  request: Request,
  file: AnsweredFile,
): Promise<Response> {
  const headers = new Headers({ ...file.headers, "accept-ranges": "bytes" });
  const range = request.method === "GET" ? request.headers.get("range") : null;
  const coding = chosenCoding(
    range === null ? request.headers.get("accept-encoding") : null,
    [...file.coded?.keys() ?? []],
  );
  const coded = coding === "identity" ? undefined : file.coded?.get(coding);
  headers.set("etag", coded ? tagOf(file, coding) : file.etag);
  if (file.coded) headers.append("vary", "accept-encoding");
  const status = conditionalStatus(request, headers);
  if (status !== undefined) return new Response(null, { status, headers });
  if (coded) {
    headers.set("content-encoding", coding);
    headers.set("content-length", String(coded.length));
    return new Response(coded, { headers });
  }
  const whole = { start: 0, end: file.sizeOctets };
  const part = range === null || !mayBeParted(request, file)
    ? "whole"
    : requestedRange(range, file.sizeOctets);
  if (part === "unsatisfiable") return unsatisfiable(file);
  const { start, end } = part === "whole" ? whole : part;
  headers.set("content-length", String(end - start));
  if (part !== "whole") {
    headers.set(
      "content-range",
      `bytes ${start}-${end - 1}/${file.sizeOctets}`,
    );
  }
  return new Response(await file.read({ start, end }), {
    status: part === "whole" ? 200 : 206,
    headers,
  });
}

/** Octets in memory as what `read` gives. */
export function readFrom(
  octets: Uint8Array<ArrayBuffer>,
): AnsweredFile["read"] {
  return ({ start, end }) => octets.subarray(start, end);
}

function tagOf({ etag }: AnsweredFile, coding: string): string {
  return `${etag.slice(0, -1)}-${coding}"`;
}

function mayBeParted({ headers }: Request, { etag }: AnsweredFile): boolean {
  const known = headers.get("if-range");
  return known === null || isSameFile(known, etag);
}

function unsatisfiable({ sizeOctets }: AnsweredFile): Response {
  return new Response("There is nothing in this range\n", {
    status: 416, // RFC 9110 §15.5.17
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "content-range": `bytes */${sizeOctets}`,
      "cache-control": "no-store",
    },
  });
}
