/** The two things that a relay can look like: nothing, or an ordinary site. @module */
import { utf8 } from "../../base/octets.ts";
import { STATUS_CODES } from "node:http";
import type { Outgoing } from "../../http/server/response_body.ts";
import type { SiteStealth } from "../site_backend.ts";
import { decoyFile } from "./decoy_files.ts";

/** Looks the same at every path and under every name. */
export interface Front {
  answer(method: string, path: string): Response | Promise<Response>;
  moved(to: string): Response;
  /** To what is no request, or none for a site. */
  fault(status: number): Outgoing;
}

export function frontOf({ mode, decoyDir }: SiteStealth): Front {
  return mode === "decoy" ? new Decoy(decoyDir) : NOTHING;
}

const NOTHING: Front = {
  answer: () => new Response(null, { status: 404 }),
  moved: (location) =>
    new Response(null, { status: 301, headers: { location } }),
  fault: (status) => ({
    status,
    headers: new Headers(),
    body: { kind: "whole", octets: new Uint8Array() },
  }),
};

const ROBOTS = "User-agent: *\nDisallow: /\n";
const INDEX = page("It works!", "<h1>It works!</h1>");
const SENTENCES: Readonly<Record<number, string>> = {
  301: "The document has moved.",
  400: "Your browser sent a request that this server could not understand.",
  404: "The requested URL was not found on this server.",
  405: "The requested method is not allowed for this URL.",
  414: "The requested URL is too long for this server.",
  431: "The request has too many or too large header fields.",
  500: "The server has met an error.",
};

/** Files of the operator; without them, a page as new servers have. */
class Decoy implements Front {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async answer(method: string, path: string): Promise<Response> {
    if (method !== "GET" && method !== "HEAD") {
      return html(405, errorPage(405), { allow: "GET, HEAD" });
    }
    const file = await decoyFile(this.#directory, path);
    if (file) return file;
    if (path === "/robots.txt") {
      return new Response(ROBOTS, {
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
    }
    if (path === "/") return html(200, INDEX);
    const own = await decoyFile(this.#directory, "/404.html");
    if (!own) return html(404, errorPage(404));
    return html(404, await own.text());
  }

  moved(location: string): Response {
    return html(301, errorPage(301), { location });
  }

  fault(status: number): Outgoing {
    const { headers } = html(
      status,
      "",
      status === 405 ? { allow: "GET, HEAD" } : {},
    );
    const octets = utf8(errorPage(status));
    return { status, headers, body: { kind: "whole", octets } };
  }
}

function html(
  status: number,
  text: string,
  fields: Readonly<Record<string, string>> = {},
): Response {
  return new Response(text, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", ...fields },
  });
}

function errorPage(status: number): string {
  const name = STATUS_CODES[status] ?? "Error";
  const sentence = SENTENCES[status] ?? "The request cannot be served.";
  return page(`${status} ${name}`, `<h1>${name}</h1>\n<p>${sentence}</p>`);
}

function page(title: string, body: string): string {
  return `<!DOCTYPE html>
<html><head>
<title>${title}</title>
</head><body>
${body}
</body></html>
`;
}
