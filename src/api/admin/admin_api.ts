/**
 * The admin API: one path for envelopes, below it the session of the panel and
 * what happens as it happens. Where it is may change between two requests.
 *
 * @module
 */
import type { Credential } from "../../admin/access/admin_access.ts";
import type { AdminContext } from "../../admin/context.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { isLoopback } from "../../base/peer_address.ts";
import type { Random } from "../../base/random.ts";
import type { HttpExchange, HttpPeer } from "../../http/peer.ts";
import { isForwarded } from "../../http/trusted_proxies.ts";
import { Networks } from "../../net/networks.ts";
import {
  type Asking,
  authenticate,
  type AuthenticationParts,
} from "./authentication.ts";
import { BackupDownloads } from "./backup_downloads.ts";
import { corsFields, preflight } from "./cors.ts";
import { NO_SUCH_PATH } from "../refusals.ts";
import { openApi } from "./description/open_api.ts";
import { operationAt, readDirect } from "./direct.ts";
import { dispatch, nameOf, type Outcome } from "./dispatch.ts";
import {
  ApiFault,
  type Envelope,
  failure,
  faultOf,
  plainFailure,
  readEnvelope,
  success,
  tooLarge,
  wrongMethod,
} from "./envelope.ts";
import { answerEvents, EventStreams } from "./events.ts";
import { AuthFailures } from "./failures.ts";
import { answerSession } from "./session.ts";

export interface AdminApiOptions {
  readonly isEnabled: boolean;
  /** Networks; empty: everybody. */
  readonly allowFrom: readonly string[];
  /** Who has nothing to show finds nothing. */
  readonly isHidden: boolean;
  readonly sessionSeconds: number;
  /** Not with the site. */
  readonly isApart: boolean;
  /** `http.allow_insecure_sensitive`. */
  readonly allowsInsecure: boolean;
}

/** By which listener a request comes: that of the site, or one that has nothing else. */
export type AdminDoor = "site" | "own";

export interface AdminApiParts {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly version: string;
  context(): AdminContext;
  /** As they are now. */
  options(): AdminApiOptions;
  countLogin: AuthenticationParts["countLogin"];
  /** @param requestId that the answer names */
  reportFault(error: unknown, requestId: number): void;
}

const MAX_OCTETS = 1024 * 1024;
/** Of those who have shown that they may, for imports. */
const MAX_IMPORT_OCTETS = 16 * MAX_OCTETS;
/** For operations that look at other servers, or go through all accounts. */
const ANSWER_MS = 600_000;
const BODY_MS = 120_000;

export class AdminApi {
  readonly #parts: AdminApiParts;
  readonly #failures: AuthFailures;
  readonly #streams = new EventStreams();
  readonly #networks = new Networks();
  readonly #downloads = new BackupDownloads();

  constructor(parts: AdminApiParts) {
    this.#parts = parts;
    this.#failures = new AuthFailures(parts.clock);
  }

  /** undefined for what is not about the API, or shall not be seen to be. */
  async answer(
    request: Request,
    exchange: HttpExchange,
    door: AdminDoor = "site",
  ): Promise<Response | undefined> {
    const below = this.#below(new URL(request.url).pathname);
    if (below === undefined || !this.isThereFor(exchange, door)) {
      return undefined;
    }
    const { isHidden } = this.#parts.options();
    const asking = { request, peer: exchange };
    const answer = await this.#answerBelow(below, asking, exchange, isHidden);
    if (!answer) return undefined;
    const { headers } = answer;
    headers.set("cache-control", "no-store");
    headers.set("x-robots-tag", "noindex, nofollow");
    const cors = corsFields(request, this.#origins);
    for (const [name, value] of Object.entries(cors)) headers.set(name, value);
    return answer;
  }

  /** Also of the panel, which is nothing without it. */
  isThereFor(
    { address }: Pick<HttpPeer, "address">,
    door: AdminDoor = "site",
  ): boolean {
    const { isEnabled, isApart, allowFrom } = this.#parts.options();
    return isEnabled && isApart === (door === "own") &&
      !this.#parts.context().access.isDisabled &&
      (allowFrom.length === 0 || this.#networks.includes(allowFrom, address));
  }

  /** What follows the path of the API: "" for itself; undefined elsewhere. */
  #below(pathname: string): string | undefined {
    const path = this.#parts.context().settings.get("admin_path");
    if (pathname === path) return "";
    return pathname.startsWith(`${path}/`)
      ? pathname.slice(path.length)
      : undefined;
  }

  get #origins(): readonly string[] {
    return this.#parts.context().settings.get("admin_cors_origins");
  }

  async #answerBelow(
    below: string,
    asking: Asking,
    exchange: HttpExchange,
    isHidden: boolean,
  ): Promise<Response | undefined> {
    const { request } = asking;
    const { allowsInsecure } = this.#parts.options();
    if (!allowsInsecure && !mayCarrySecrets(asking)) {
      if (isHidden) return undefined;
      return Response.json({ error: "HTTPS required" }, { status: 403 });
    }
    if (BackupDownloads.isAt(below)) {
      return await this.#toKnown(asking, isHidden, async (credential) => {
        return await this.#downloads.answer(this.#parts.context(), {
          below,
          request,
          exchange,
          credential,
        });
      });
    }
    const operation = operationAt(below);
    if (request.method === "OPTIONS" && (below === "" || operation)) {
      const allowed = preflight(request, this.#origins);
      return isHidden && allowed.status !== 204 ? undefined : allowed;
    }
    switch (below) {
      case "":
        if (request.method === "POST") {
          return await this.#envelope(asking, exchange, isHidden);
        }
        return isHidden ? undefined : methodNotAllowed("POST, OPTIONS");
      case "/session":
        return await this.#plainly(isHidden, () =>
          answerSession({
            ...this.#authentication,
            timers: this.#parts.timers,
            maxSeconds: this.#parts.options().sessionSeconds,
            isHidden,
          }, asking));
      case "/events":
        return await this.#toKnown(asking, isHidden, (credential) => {
          if (request.method !== "GET") throw wrongMethod("GET");
          const { access, events } = this.#parts.context();
          const streams = this.#streams;
          return answerEvents(
            { access, events, streams, timers: this.#parts.timers },
            request,
            exchange,
            credential,
          );
        });
      case "/openapi.json":
        return await this.#toKnown(asking, isHidden, () => {
          if (request.method !== "GET") throw wrongMethod("GET");
          const { version } = this.#parts;
          const path = this.#parts.context().settings.get("admin_path");
          return Response.json(openApi({ version, path }));
        });
    }
    if (operation === undefined) {
      return isHidden
        ? undefined
        : Response.json(NO_SUCH_PATH, { status: 404 });
    }
    return await this.#toKnown(
      asking,
      isHidden,
      (credential) => this.#direct(operation, { credential, asking, exchange }),
    );
  }

  /** The operation that the path names, without an envelope. */
  async #direct(
    operation: string,
    { credential, asking, exchange }: {
      readonly credential: Credential;
      readonly asking: Asking;
      readonly exchange: HttpExchange;
    },
  ): Promise<Response> {
    this.#limit(exchange, MAX_IMPORT_OCTETS);
    const envelope = await readDirect(
      operation,
      asking.request,
      MAX_IMPORT_OCTETS,
    );
    const { status, body } = await this.#done(envelope, { credential, asking });
    return Response.json(body ?? null, { status });
  }

  get #authentication() {
    const { access, audit } = this.#parts.context();
    const { countLogin } = this.#parts;
    return { access, audit, countLogin, failures: this.#failures };
  }

  /** With the status of HTTP itself. */
  async #plainly(
    isHidden: boolean,
    work: (known: () => void) => Promise<Response>,
  ): Promise<Response | undefined> {
    const requestId = this.#newRequestId();
    let isKnown = false;
    try {
      return await work(() => isKnown = true);
    } catch (error) {
      const fault = this.#faultOf(error, requestId);
      if (isHidden && !isKnown && fault.code !== "csrf") return undefined;
      return plainFailure(fault, requestId);
    }
  }

  /** The same, for who shows that they may. */
  async #toKnown(
    asking: Asking,
    isHidden: boolean,
    work: (credential: Credential) => Response | Promise<Response>,
  ): Promise<Response | undefined> {
    return await this.#plainly(isHidden, async (known) => {
      const credential = await authenticate(this.#authentication, asking);
      known();
      return await work(credential);
    });
  }

  async #envelope(
    asking: Asking,
    exchange: HttpExchange,
    isHidden: boolean,
  ): Promise<Response | undefined> {
    const requestId = this.#newRequestId();
    let resource: string | undefined;
    let credential: Credential | undefined;
    try {
      const isKnown = await this.#isKnown(asking);
      const maxOctets = isKnown ? MAX_IMPORT_OCTETS : MAX_OCTETS;
      this.#limit(exchange, maxOctets);
      const envelope = await readEnvelope(asking.request, maxOctets);
      resource = nameOf(envelope);
      credential = await authenticate(
        this.#authentication,
        asking,
        envelope.authorization,
      );
      const { status, body } = await this.#done(envelope, {
        credential,
        asking,
      });
      const { version } = this.#parts;
      return success({ requestId, resource, version }, status, body);
    } catch (error) {
      const fault = this.#faultOf(error, requestId);
      if (isHidden && credential === undefined) return undefined;
      const version = credential === undefined
        ? undefined
        : this.#parts.version;
      return failure({ requestId, resource, version }, fault);
    }
  }

  #limit(exchange: HttpExchange, bodyOctets: number): void {
    exchange.limit({ bodyOctets, bodyMs: BODY_MS, answerMs: ANSWER_MS });
  }

  /** @throws {ApiFault | Refusal} */
  async #done(
    envelope: Envelope,
    { credential, asking }: {
      readonly credential: Credential;
      readonly asking: Asking;
    },
  ): Promise<Outcome> {
    if (envelope.octets > MAX_OCTETS && !isImport(envelope)) throw tooLarge();
    return await this.#following((context) =>
      dispatch(context, envelope, credential, asking.peer.address)
    );
  }

  /** Whether the head of the request alone says who asks; that is no attempt. */
  async #isKnown(asking: Asking): Promise<boolean> {
    const { headers } = asking.request;
    if (!headers.has("authorization") && !headers.has("cookie")) return false;
    const { access } = this.#parts.context();
    const token = /^bearer +(\S+) *$/i.exec(
      headers.get("authorization")?.slice(0, 2000) ?? "",
    )?.[1];
    if (token !== undefined) {
      return this.#failures.wait(asking.peer.address) === 0 &&
        access.tokens.bearer(token) !== undefined;
    }
    try {
      await authenticate(this.#authentication, asking);
      return true;
    } catch {
      return false;
    }
  }

  /** A change of where API and panel are is part of the answer. */
  async #following(
    work: (context: AdminContext) => Promise<Outcome>,
  ): Promise<Outcome> {
    const context = this.#parts.context();
    const { settings } = context;
    const before = [settings.get("admin_path"), settings.get("admin_web_path")];
    const { status, body } = await work(context);
    const [path, webPath] = [
      settings.get("admin_path"),
      settings.get("admin_web_path"),
    ];
    if (path === before[0] && webPath === before[1]) return { status, body };
    return {
      status,
      body: {
        ...(typeof body === "object" && body !== null ? body : {}),
        ...(path === before[0] ? {} : { new_path: path }),
        ...(webPath === before[1] ? {} : { new_web_path: webPath }),
      },
    };
  }

  #faultOf(error: unknown, requestId: number): ApiFault {
    const fault = faultOf(error);
    if (fault) return fault;
    this.#parts.reportFault(error, requestId);
    return new ApiFault(500, "internal", "internal error");
  }

  #newRequestId(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#parts.random(4);
    return ((a << 24 | b << 16 | c << 8 | d) >>> 0) || 1;
  }
}

/** Over TLS, or without leaving this machine; what a proxy forwards has. */
function mayCarrySecrets({ request, peer }: Asking): boolean {
  return peer.secure ||
    isLoopback(peer.address) && !isForwarded(request.headers);
}

function isImport({ method, resource, body }: Envelope): boolean {
  return resource === undefined
    ? method === "accounts.import"
    : resource === "/admin/accounts" && body.action === "import";
}

function methodNotAllowed(allow: string): Response {
  return plainFailure(wrongMethod(allow));
}
