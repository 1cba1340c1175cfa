/**
 * The public site: landing page, account creation, autoconfig.
 *
 * @module
 */
import { Hono } from "hono";
import type { LinkFacts } from "../accounts/login_link.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { HttpExchange, HttpHandler } from "../http/peer.ts";
import type { Address } from "../mail/address.ts";
import { STATIC_FILES, staticFile } from "./assets.ts";
import { autoconfigXml, type MailService } from "./autoconfig.ts";
import { securityHeaders } from "./headers.ts";
import { newAccountRoutes } from "./new_account.ts";
import { OneTimePages } from "./one_time_pages.ts";
import { messagePage, signUpPage } from "./pages.ts";
import type { ErrorJson } from "./types.ts";

/** What the site needs of the relay; live, asked at each request. */
export interface SiteBackend {
  /** @param host that the request is for, without port; an unknown one gets the facts of the primary domain. */
  facts(host: string): SiteFacts;
  /** @throws {Refusal} */
  register(request: RegistrationRequest): Promise<NewAccount>;
  /** Counts a page view of this address; seconds to wait when there were too many. */
  pageWait(address: string): number;
}

/** Of one of our domains. */
export interface SiteFacts {
  /** Where new accounts will be. */
  readonly domain: string;
  readonly links: LinkFacts;
  /** `https://host[:port]`, as others reach us. */
  readonly publicUrl: string;
  /** All DNS names and addresses that are us, with brackets for IPv6. */
  readonly hosts: readonly string[];
  readonly registration: "open" | "token" | "closed";
  readonly rules: SignUpRules;
  readonly retention: SiteRetention;
  /** An URI or an address; empty if there is none. */
  readonly adminContact: string;
  readonly autoconfig: boolean;
  readonly services: readonly MailService[];
  readonly hstsSeconds: number;
  /** Where HTTPS is served; undefined: nowhere. */
  readonly httpsPort?: number;
}

/** Of names and passwords that people choose. */
export interface SignUpRules {
  readonly chosenNames: boolean;
  readonly minNameLength: number;
  readonly maxNameLength: number;
  /** In octets. */
  readonly minPasswordLength: number;
}

/** After what time something is deleted; undefined: never. */
export interface SiteRetention {
  readonly messagesSeconds?: number;
  /** Of messages that were read. */
  readonly largeSeconds?: number;
  readonly largeOctets?: number;
  /** After a message was read. */
  readonly seenSeconds?: number;
  /** After the last login. */
  readonly inactiveAccountsSeconds?: number;
  /** After creation, when nobody ever logged in. */
  readonly unusedAccountsSeconds?: number;
}

export interface RegistrationRequest {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly peerAddress: string;
  /** Of ours, where the account will be. */
  readonly domain: string;
}

export interface NewAccount {
  readonly address: Address;
  readonly password: string;
}

export type SiteEnv = { Bindings: HttpExchange };

const AUTOCONFIG_PATHS = [
  "/.well-known/autoconfig/mail/config-v1.1.xml",
  "/mail/config-v1.1.xml",
  "/autoconfig/mail/config-v1.1.xml",
];

export interface SiteParts {
  readonly backend: SiteBackend;
  readonly clock: Clock;
  readonly random: Random;
}

export function site(
  { backend, clock, random }: SiteParts,
): HttpHandler {
  const app = new Hono<SiteEnv>();
  app.onError((error) => {
    throw error; // the server answers and reports it; Hono would print it
  });
  app.use(securityHeaders(backend));
  for (const path of AUTOCONFIG_PATHS) {
    app.get(path, (context) => {
      const { hostname } = new URL(context.req.url);
      const { autoconfig, domain, services } = backend.facts(hostname);
      if (!autoconfig) return context.notFound();
      return context.body(autoconfigXml(domain, services), 200, {
        "content-type": "application/xml; charset=utf-8",
        "cache-control": "public, max-age=3600",
      });
    });
  }
  app.get(
    "/robots.txt",
    (context) => context.text("User-agent: *\nDisallow: /\n"),
  );
  app.get("*", async (context, next) => {
    const wait = backend.pageWait(context.env.address);
    if (wait === 0) return await next();
    return context.text("Too many requests\n", 429, {
      "retry-after": String(wait),
    });
  });
  newAccountRoutes(app, {
    backend,
    pages: new OneTimePages(clock, random),
  });
  app.get(
    "/",
    (context) => signUpPage(context.req.raw, backend, context.env),
  );
  for (const path of Object.keys(STATIC_FILES)) {
    app.get(path, () => staticFile(path));
  }
  allowedMethods(app);
  app.notFound((context) => notFound(context.req.raw));
  return (request, exchange) => app.fetch(request, exchange);
}

/** A known path with another method: 405 with what is allowed (RFC 9110 §15.5.6). */
function allowedMethods(app: Hono<SiteEnv>): void {
  const paths = ["/", "/robots.txt", ...AUTOCONFIG_PATHS];
  for (const path of [...paths, ...Object.keys(STATIC_FILES)]) {
    app.all(
      path,
      (context) =>
        context.text("Method not allowed\n", 405, { allow: "GET, HEAD" }),
    );
  }
}

/** Where only programs ask. */
const JSON_PATHS = /^\/(?:new|webimap|websmtp)\//;

const NO_SUCH_PATH: ErrorJson = {
  error: "not found",
  reason: "Not found",
  code: "not_found",
};

function notFound(request: Request): Response {
  if (JSON_PATHS.test(new URL(request.url).pathname)) {
    return Response.json(NO_SUCH_PATH, { status: 404 });
  }
  const accept = request.headers.get("accept") ?? "";
  if (!accept.includes("text/html")) {
    return new Response("Not found\n", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  }
  return messagePage(404, "Not found", "There is no such page here.");
}
