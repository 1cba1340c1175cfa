/**
 * WebIMAP and WebSMTP over REST: which request leads to which action.
 *
 * Off, they are not there: 404 for every method, by which clients find out.
 *
 * @module
 */
import type { Hono } from "hono";
import { Refusal } from "../../base/refusal.ts";
import type { SiteEnv } from "../site_backend.ts";
import type { Action, Visit } from "./action.ts";
import { JsonPieces } from "./action.ts";
import { listMailboxes } from "./actions/mailboxes.ts";
import {
  deleteMessage,
  fetch,
  flags,
  listMessages,
  MAX_LIMIT,
  summaryOf,
} from "./actions/messages.ts";
import {
  changePassword,
  deleteAccount,
  invite,
} from "./actions/own_account.ts";
import { send } from "./actions/send.ts";
import type { Admission, Admitted } from "./admission.ts";
import {
  faultResponse,
  finished,
  noSocket,
  notThere,
  wrongMethod,
} from "./answers.ts";
import type { WebmailBackend, WebmailOptions } from "./backend.ts";
import { preflight } from "./cors.ts";
import { headerCredentials } from "./credentials.ts";
import { badRequest, faultFor, INTERNAL } from "./faults.ts";
import { SMALL_OCTETS } from "./large_messages.ts";
import { octetsOf } from "./reading.ts";
import {
  inputOf,
  jsonOf,
  mailboxOf,
  numberOf,
  uidOf,
  type WebContext,
} from "./requests.ts";
import { TICKET_SECONDS } from "./tickets.ts";
import { discovery, DISCOVERY_PATH } from "./discovery.ts";
import { awaitMessages } from "./waiting.ts";

export type Gate = "webimap" | "websmtp";

interface Asked extends Admitted {
  readonly context: WebContext;
  readonly visit: Visit;
  readonly admission: Admission;
  readonly options: WebmailOptions;
}

export interface WebRoute {
  readonly method: "GET" | "POST" | "DELETE";
  readonly path: string;
  readonly gate: Gate;
  /** JSON text, or a whole response. */
  run(asked: Asked): Promise<unknown> | unknown;
}

export const SOCKET_PATH = "/webimap/ws";
const KIB = 1024;
const SMALL_BODY = 64 * KIB;
const SEND_MS = 120_000;
/** An answer that is asked to wait may come so much later than it should. */
const SPARE_MS = 30_000;

/** With a body of JSON. */
async function posted<Input>(
  { context, visit }: Asked,
  action: Action<Input>,
  maxOctets = SMALL_BODY,
) {
  const value = await jsonOf(context, maxOctets);
  return await action.run(visit, inputOf(action, value, "invalid JSON"));
}

const sending = (path: string): WebRoute => ({
  method: "POST",
  path,
  gate: "websmtp",
  async run(asked) {
    const bodyOctets = maxSendOctets(asked.options);
    asked.context.env.limit({
      bodyOctets,
      bodyMs: SEND_MS,
      answerMs: SEND_MS,
    });
    const { context, admission, account } = asked;
    const declared = Number(context.req.header("content-length") ?? Infinity);
    if (declared <= SMALL_OCTETS) return await posted(asked, send, bodyOctets);
    const leave = await admission.incoming.enter(account.id);
    try {
      return await posted(asked, send, bodyOctets);
    } finally {
      leave();
    }
  },
});

/** Of a message in JSON, where an octet may take more than one. */
export function maxSendOctets({ maxMessageOctets }: WebmailOptions): number {
  return Math.ceil(maxMessageOctets * 4 / 3) + 64 * KIB;
}

/** Seldom wanted, and worth guessing. */
function ownAccount<Input>(path: string, action: Action<Input>): WebRoute {
  return {
    method: "POST",
    path,
    gate: "webimap",
    run(asked) {
      asked.admission.countChange(asked.login);
      return posted(asked, action);
    },
  };
}

const deleting = (path: string): WebRoute => ({
  method: "DELETE",
  path,
  gate: "webimap",
  run: ({ context, visit }) =>
    deleteMessage.run(visit, {
      mailbox: context.req.param("mailbox") ?? mailboxOf(context),
      uid: uidOf(context),
    }),
});

const WEB_ROUTES: readonly WebRoute[] = [
  {
    method: "GET",
    path: "/webimap/mailboxes",
    gate: "webimap",
    run: ({ visit }) => listMailboxes.run(visit, {}),
  },
  { method: "GET", path: "/webimap/messages", gate: "webimap", run: list },
  {
    method: "GET",
    path: "/webimap/message/:uid",
    gate: "webimap",
    run: ({ context, visit }) =>
      fetch.run(visit, {
        mailbox: mailboxOf(context),
        uid: uidOf(context),
        encoding: context.req.query("encoding") === "base64"
          ? "base64"
          : "text",
      }),
  },
  {
    method: "GET",
    path: "/webimap/message/:uid/raw",
    gate: "webimap",
    run: raw,
  },
  deleting("/webimap/message/:uid"),
  deleting("/webimap/messages/:mailbox/:uid"),
  {
    method: "POST",
    path: "/webimap/message/flags",
    gate: "webimap",
    run: (asked) => posted(asked, flags),
  },
  sending("/webimap/send"),
  sending("/websmtp/send"),
  {
    method: "POST",
    path: "/webimap/ticket",
    gate: "webimap",
    run: ({ login, admission }) => ({
      ticket: admission.tickets.make(login),
      expires_in: TICKET_SECONDS,
    }),
  },
  ownAccount("/webimap/password", changePassword),
  ownAccount("/webimap/delete-account", deleteAccount),
  {
    method: "POST",
    path: "/webimap/invites",
    gate: "webimap",
    run: ({ visit }) => invite.run(visit, {}),
  },
];

async function list(
  { context, visit, admission, options }: Asked,
): Promise<unknown> {
  const limit = numberOf(context, "limit", 200);
  if (limit < 1 || limit > MAX_LIMIT) throw badRequest("invalid limit");
  const order = context.req.query("order") ?? "asc";
  if (order !== "asc") throw badRequest("invalid order");
  const sinceUid = numberOf(context, "since_uid", 0);
  const asked = numberOf(context, "wait", 0);
  const waitMs = 1000 * Math.min(asked, options.longPollMaxSeconds);
  const mailbox = mailboxOf(context);
  if (waitMs === 0) {
    return await listMessages.run(visit, {
      mailbox,
      since_uid: sinceUid,
      limit,
    });
  }
  const { env } = context;
  env.limit({ answerMs: waitMs + SPARE_MS });
  const { id } = visit.account;
  admission.sockets.enter(id, env.address);
  try {
    const wanted = { mailbox, sinceUid, limit, waitMs };
    const found = await awaitMessages(visit, wanted, env.ending);
    return visit.backend.options().webimap ? found : notThere();
  } finally {
    admission.sockets.leave(id, env.address);
  }
}

async function raw({ context, visit }: Asked): Promise<Response> {
  const { account } = visit;
  const uid = uidOf(context);
  const { found, row } = await summaryOf(account, mailboxOf(context), uid);
  const pieces = await octetsOf(account.mail, found.id, row);
  account.mail.markFetched(found.id, [row.uid]);
  account.countTraffic(0, row.sizeOctets);
  return new Response(ReadableStream.from(pieces), {
    headers: {
      "content-type": "message/rfc822",
      "content-length": String(row.sizeOctets),
      "content-disposition": `attachment; filename="${row.uid}.eml"`,
    },
  });
}

export function webmailRoutes(
  app: Hono<SiteEnv>,
  admission: Admission,
): void {
  app.get(DISCOVERY_PATH, (context) => {
    const { backend } = admission;
    const found = discovery(
      backend.options(),
      backend.publicUrl(new URL(context.req.url).hostname),
    );
    const answer = found ? Response.json(found) : notThere();
    answer.headers.set("access-control-allow-origin", "*"); // nobody's secret
    answer.headers.set("cache-control", "no-cache");
    return answer;
  });
  app.all(DISCOVERY_PATH, () => {
    const { webimap, websmtp } = admission.backend.options();
    if (!webimap && !websmtp) return notThere();
    return Response.json({ error: "method not allowed" }, {
      status: 405,
      headers: { allow: "GET, HEAD" },
    });
  });
  // a request to upgrade would not have come here
  app.all(SOCKET_PATH, ({ req: { raw: request } }) => {
    const { webimap, corsOrigins } = admission.backend.options();
    const response = webimap ? noSocket(request, corsOrigins) : notThere();
    return finished(response, request, corsOrigins);
  });
  // a name goes before what may be any
  const paths = new Set(
    WEB_ROUTES.map(({ path }) => path)
      .toSorted((a, b) => Number(a.includes(":")) - Number(b.includes(":"))),
  );
  for (const path of paths) {
    const routes = WEB_ROUTES.filter((route) => route.path === path);
    app.all(path, async (context) => {
      const { backend } = admission;
      const options = backend.options();
      const response = await answer(
        { context, backend, admission, options },
        routes,
      );
      return finished(response, context.req.raw, options.corsOrigins);
    });
  }
  for (const gate of ["webimap", "websmtp"] as const) {
    for (const path of [`/${gate}`, `/${gate}/*`]) {
      app.all(path, ({ req: { raw: request } }) => {
        const options = admission.backend.options();
        const response = options[gate] && request.method === "OPTIONS"
          ? preflight(request, options.corsOrigins)
          : notThere();
        return finished(response, request, options.corsOrigins);
      });
    }
  }
}

interface Site {
  readonly context: WebContext;
  readonly backend: WebmailBackend;
  readonly admission: Admission;
  readonly options: WebmailOptions;
}

async function answer(
  site: Site,
  routes: readonly WebRoute[],
): Promise<Response> {
  const { context, backend, options } = site;
  const gate = routes[0]!.gate; // one for all methods of a path
  if (!options[gate]) return notThere();
  const request = context.req.raw;
  if (request.method === "OPTIONS") {
    return preflight(request, options.corsOrigins);
  }
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = routes.find((one) => one.method === method);
  if (!route) return wrongMethod(routes);
  try {
    return await served(site, route);
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const fault = faultFor(error);
    if (!fault) backend.reportBug(error);
    return faultResponse(fault ?? INTERNAL);
  }
}

async function served(site: Site, route: WebRoute): Promise<Response> {
  const { context, backend, admission } = site;
  const { env, req } = context;
  if (!backend.isSafe(env)) {
    throw new Refusal("tls_required");
  }
  const admitted = await admission.admit(headerCredentials(req.raw), env);
  const { account } = admitted;
  const visit = { backend, account, peer: env, ending: env.ending };
  const value = await route.run({ ...site, ...admitted, visit });
  if (value instanceof Response) return value;
  if (!(value instanceof JsonPieces)) return Response.json(value);
  return new Response(ReadableStream.from(encoded(value.pieces)), {
    headers: { "content-type": "application/json" },
  });
}

async function* encoded(
  pieces: AsyncIterable<string>,
): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  for await (const piece of pieces) yield encoder.encode(piece);
}
