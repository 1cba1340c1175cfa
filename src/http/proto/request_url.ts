/** What a request is for (RFC 9112 §3.2, §3.3). @module */
import type { RequestHead } from "./request_head.ts";

// A host and port, or a bracketed IPv6 address and port (RFC 9110 §7.2).
const HOST = /^(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?$/;
const ABSOLUTE = /^https?:\/\/([^/?#]*)([^#]*)$/i;
const DOTS = /(?<=\/)(?:\.|%2e){1,2}(?=$|\/)/gi;

/** undefined if target or host cannot be of a request to us. */
export function requestUrl(
  { method, target, host }: Pick<RequestHead, "method" | "target" | "host">,
  secure: boolean,
): URL | undefined {
  if (host !== undefined && !HOST.test(host)) return undefined;
  const asked = target.startsWith("/")
    ? [host ?? "localhost", target]
    : target === "*" && method === "OPTIONS"
    ? [host ?? "localhost", "/*"]
    : ABSOLUTE.exec(target)?.slice(1); // whose host counts, RFC 9112 §3.2.2
  const [authority = "", path = ""] = asked ?? [];
  if (!HOST.test(authority)) return undefined;
  const slash = path.startsWith("/") ? "" : "/";
  const url = `${secure ? "https" : "http"}://${authority}${slash}`;
  // URL.parse() would take a backslash for a slash
  return URL.parse(url + asWritten(path).replaceAll("\\", "%5C")) ?? undefined;
}

/** Segments that lead elsewhere lead nowhere: URL.parse() would follow them. */
function asWritten(path: string): string {
  const end = path.search(/[?#]|$/);
  return path.slice(0, end).replace(
    DOTS,
    (dots) => dots.replaceAll(".", "%2e").replaceAll("%", "%25"),
  ) + path.slice(end);
}
