/**
 * The browser client: a page at `/app` and what it loads, while mail over HTTP
 * goes in both directions. Otherwise there is nothing here.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { clientFile, clientFiles } from "../assets.ts";
import { CONTENT_SECURITY_POLICY } from "../headers.ts";
import { etagOf } from "../pages/render.ts";
import type { SiteEnv } from "../site_backend.ts";
import { CLIENT_PATH, clientManifest, clientPage } from "./index_page.tsx";

export interface BrowserClientParts {
  /** Whether it is shown at all. */
  isOn(host: string): boolean;
  /** Whether a name is one of ours. */
  isOwn(host: string): boolean;
  /** Whether credentials may travel on this connection. */
  isSafe(peer: SiteEnv["Bindings"]): boolean;
  /** Of the relay, for people. */
  title(host: string): string;
}

const MANIFEST_PATH = `${CLIENT_PATH}/manifest.webmanifest`;
const WORKER_PATH = `${CLIENT_PATH}/worker.js`;
const FILE_PATH = `${CLIENT_PATH}/assets/:file`;
const OWN_PATHS = [CLIENT_PATH, MANIFEST_PATH, WORKER_PATH, FILE_PATH];
/** Where people look for it, too. */
const OTHER_PATHS = ["/webmail", "/mail", `${CLIENT_PATH}/`];

/**
 * Besides all that is of the site: pictures and sounds that were decrypted here,
 * and its WebSocket, which older browsers do not count as of the same origin.
 *
 * @param host with port, of us; undefined: whatever name was asked for, it is not repeated
 */
function policyFor(host: string | undefined): string {
  const socket = host === undefined ? "" : ` wss://${host}`;
  return CONTENT_SECURITY_POLICY
    .replace("img-src 'self' data:", "img-src 'self' data: blob:")
    .replace("connect-src 'self'", `connect-src 'self'${socket}`)
    .concat("; media-src blob:; worker-src 'self'");
}

export function browserClientRoutes(
  app: Hono<SiteEnv>,
  { isOn, isOwn, isSafe, title }: BrowserClientParts,
): void {
  const shown = (
    work: (context: Context<SiteEnv>) => Response | Promise<Response>,
  ) =>
  async (context: Context<SiteEnv>) => {
    const { hostname } = new URL(context.req.url);
    if (!isOn(hostname)) return context.notFound();
    if (!isSafe(context.env)) {
      return context.text("HTTPS required\n", 403);
    }
    const response = await work(context);
    response.headers.set("cross-origin-opener-policy", "same-origin");
    response.headers.set("cross-origin-resource-policy", "same-origin");
    response.headers.set("x-robots-tag", "noindex, nofollow");
    return response;
  };
  app.get(
    CLIENT_PATH,
    shown((context) => {
      const { host, hostname } = new URL(context.req.url);
      const text = clientPage(clientFiles(), title(hostname));
      return new Response(text, {
        headers: {
          "content-type": "text/html; charset=utf-8",
          "cache-control": "no-cache",
          "etag": etagOf(text),
          "content-security-policy": policyFor(
            isOwn(hostname) ? host : undefined,
          ),
          "permissions-policy":
            "camera=(self), microphone=(), geolocation=(), interest-cohort=()",
        },
      });
    }),
  );
  app.get(
    MANIFEST_PATH,
    shown((context) => {
      const { hostname } = new URL(context.req.url);
      const manifest = clientManifest(clientFiles(), title(hostname));
      const text = JSON.stringify(manifest);
      return new Response(text, {
        headers: {
          "content-type": "application/manifest+json",
          "cache-control": "no-cache",
          "etag": etagOf(text),
        },
      });
    }),
  );
  app.get(
    WORKER_PATH,
    shown(async (context) => {
      const worker = await clientFile(clientFiles().worker, context.req.raw);
      if (!worker) return await context.notFound();
      worker.headers.set("cache-control", "no-cache"); // its name stays the same
      worker.headers.set("service-worker-allowed", CLIENT_PATH);
      return worker;
    }),
  );
  app.get(
    FILE_PATH,
    shown((context) =>
      clientFile(context.req.param("file") ?? "", context.req.raw) ??
        context.notFound()
    ),
  );
  for (const path of OTHER_PATHS) {
    app.get(path, shown((context) => context.redirect(CLIENT_PATH, 308)));
  }
  for (const path of [...OWN_PATHS, ...OTHER_PATHS]) {
    app.all(
      path,
      shown((context) =>
        context.text("Method not allowed\n", 405, { allow: "GET, HEAD" })
      ),
    );
  }
}
