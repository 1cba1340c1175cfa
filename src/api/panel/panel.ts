/**
 * The admin panel: one page for all of its paths, and the files that it loads,
 * all below one path, which may be a secret. Where it is not shown, there is
 * nothing of it.
 *
 * @module
 */
import { isLoopback } from "../../base/peer_address.ts";
import type { HttpHandler, HttpPeer } from "../../http/peer.ts";
import { panelFile, panelFiles } from "../assets.ts";
import { PANEL_HEADERS } from "./headers.ts";
import { panelIndex } from "./index_page.ts";
import type { PanelPlace } from "./place.ts";

export interface PanelBackend {
  /** undefined: there is none for this peer. */
  place(peer: HttpPeer): PanelPlace | undefined;
  /** In clear to other machines too. */
  allowsInsecure(): boolean;
}

const READ: readonly string[] = ["GET", "HEAD"];

/** @param next what there is besides */
export function withPanel(
  { place, allowsInsecure }: PanelBackend,
  next: HttpHandler,
): HttpHandler {
  return async (request, exchange) => {
    const found = place(exchange);
    const { pathname } = new URL(request.url);
    if (found === undefined || !isBelow(pathname, found)) {
      return await next(request, exchange);
    }
    const isSafe = exchange.secure || isLoopback(exchange.address);
    if (!isSafe && !allowsInsecure()) {
      return withHeaders(
        Response.json({ error: "HTTPS required" }, { status: 403 }),
      );
    }
    return withHeaders(
      await answer(request, pathname.slice(found.path.length), found),
    );
  };
}

/** What is of the API is not of the panel, wherever it is. */
function isBelow(pathname: string, { path, api }: PanelPlace): boolean {
  const isOf = (top: string) =>
    pathname === top || pathname.startsWith(`${top}/`);
  return isOf(path) && !isOf(api);
}

/** @param rest of the path, empty or with a slash before */
async function answer(
  request: Request,
  rest: string,
  place: PanelPlace,
): Promise<Response> {
  const { method, url } = request;
  if (!READ.includes(method)) {
    return new Response("Method not allowed\n", {
      status: 405,
      headers: {
        "allow": "GET, HEAD",
        "content-type": "text/plain; charset=utf-8",
      },
    });
  }
  if (rest === "") {
    const { search } = new URL(url);
    return new Response(null, {
      status: 308,
      headers: { location: `${place.path}/${search}` },
    });
  }
  if (rest.startsWith("/assets/")) {
    return await panelFile(rest.slice("/assets/".length), request) ??
      new Response("Not found\n", {
        status: 404,
        headers: { "content-type": "text/plain; charset=utf-8" },
      });
  }
  return new Response(panelIndex(place, panelFiles()), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
    },
  });
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(PANEL_HEADERS)) {
    response.headers.set(name, value);
  }
  return response;
}
