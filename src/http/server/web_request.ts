/** Requests as handlers get them. @module */
import type { RequestHead } from "../proto/request_head.ts";

/** Of which `Request` takes no body; one that came is skipped. */
export function mayHaveBody(method: string): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** `Headers` that it is given it would sort and convert, for 15 kB of garbage. */
export function requestOf(
  head: RequestHead,
  url: URL,
  init?: RequestInit,
): Request {
  const request = new Request(url, init);
  for (const [name, value] of head.fields) request.headers.append(name, value);
  return request;
}

/** undefined if one of them is none for `Headers`. */
export function headersOf({ fields }: RequestHead): Headers | undefined {
  try {
    const headers = new Headers();
    for (const [name, value] of fields) headers.append(name, value);
    return headers;
  } catch {
    return undefined;
  }
}
