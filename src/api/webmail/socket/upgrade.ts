/**
 * `GET /webimap/ws`: who may have a WebSocket, before there is one. A browser
 * cannot see why it was refused, so it gets one that says so and closes.
 *
 * @module
 */
import { Refusal } from "../../../base/refusal.ts";
import type { HttpPeer } from "../../../http/peer.ts";
import type { Takeover, UpgradeRoute } from "../../../http/server/upgrade.ts";
import {
  handshakeFault,
  webSocketListening,
  webSocketTakeover,
} from "../../../http/server/web_socket.ts";
import { WebSocketWatch } from "../../../http/server/web_socket_watch.ts";
import type { Admission, Admitted } from "../admission.ts";
import { faultResponse, finished, notThere } from "../answers.ts";
import { isListed, isOwnOrigin } from "../cors.ts";
import {
  hasHeaderCredentials,
  headerCredentials,
  queryCredentials,
} from "../credentials.ts";
import { badRequest, faultFor, INTERNAL, WebmailFault } from "../faults.ts";
import { MAX_UID, openMailbox } from "../reading.ts";
import { maxSendOctets, SOCKET_PATH } from "../routes.ts";
import { errorFrame } from "./frames.ts";
import { HalfMessages } from "./half_messages.ts";
import { CLOSE, SocketSession } from "./session.ts";

/** RFC 6455 §7.4.1: the server is going to start again. */
const RESTARTING = 1012;
const INTERNAL_CLOSE = 1011;
/** A client that is refused has nothing to say that matters. */
const REFUSED_OCTETS = 64 * 1024;
/** Of small messages of all sockets together; large ones have places of their own. */
const MOST_HALF_OCTETS = 64 * 1024 * 1024;

export function webmailSocket(admission: Admission): UpgradeRoute {
  const { backend } = admission;
  const watch = new WebSocketWatch(backend.timers);
  const open = new Set<SocketSession>();
  const half = new HalfMessages<SocketSession>(MOST_HALF_OCTETS);
  backend.onSwitch(() => {
    if (backend.options().webimap) return;
    for (const session of [...open]) session.revoke(CLOSE.off);
  });
  return {
    path: SOCKET_PATH,
    protocol: "websocket",
    countsConnections: true,
    async accept(request, peer) {
      const sockets = { admission, watch, open, half };
      const answer = await accept(sockets, request, peer);
      return answer instanceof Response
        ? finished(answer, request, backend.options().corsOrigins)
        : answer;
    },
  };
}

interface Sockets {
  readonly admission: Admission;
  /** Of all of them. */
  readonly watch: WebSocketWatch;
  readonly open: Set<SocketSession>;
  readonly half: HalfMessages<SocketSession>;
}

async function accept(
  sockets: Sockets,
  request: Request,
  peer: HttpPeer,
): Promise<Response | Takeover> {
  const { backend } = sockets.admission;
  const { corsOrigins, hides, webimap } = backend.options();
  const fault = handshakeFault(request);
  if (fault) return fault;
  const url = new URL(request.url);
  const origin = request.headers.get("origin");
  if (
    origin !== null && !isOwnOrigin(origin, url, backend.hosts()) &&
    !isListed(origin, corsOrigins)
  ) {
    return faultResponse(
      new WebmailFault(403, "origin not allowed", "origin_not_allowed"),
    );
  }
  try {
    return await opened(sockets, request, peer);
  } catch (error) {
    if (error instanceof Refusal) backend.countRefusal(error.code);
    const known = faultFor(error);
    if (!known) backend.reportBug(error);
    const fault = known ?? INTERNAL;
    if (origin === null && !webimap) return notThere(); // as at every path
    return origin === null || hides
      ? faultResponse(fault)
      : refusal(sockets, fault);
  }
}

/** @throws {WebmailFault | Refusal} */
async function opened(
  { admission, watch, open, half }: Sockets,
  request: Request,
  peer: HttpPeer,
): Promise<Takeover> {
  const { backend } = admission;
  const options = backend.options();
  if (!options.webimap) throw new WebmailFault(404, "not found", "not_found");
  const url = new URL(request.url);
  if (!backend.isSafe(peer)) throw new Refusal("tls_required");
  const sinceUid = sinceOf(url);
  const { account } = await visitor(admission, request, peer);
  const { name: mailbox } = await openMailbox(
    account.mail,
    url.searchParams.get("mailbox") ?? "INBOX",
  );
  const { id } = account;
  const { address } = peer;
  admission.sockets.enter(id, address);
  const run = webSocketListening(
    {
      maxMessageOctets: maxSendOctets(options),
      watch,
      stopCode: RESTARTING,
    },
    (socket) =>
      SocketSession.open(socket, { admission, account, peer, open, half }, {
        mailbox,
        sinceUid,
      }),
  );
  return (connection) => {
    void connection.wire.gone.then(() => admission.sockets.leave(id, address));
    return run(connection);
  };
}

/** @throws {WebmailFault | Refusal} */
async function visitor(
  admission: Admission,
  request: Request,
  peer: HttpPeer,
): Promise<Admitted> {
  const { searchParams } = new URL(request.url);
  const ticket = searchParams.get("ticket") ?? request.headers.get("x-ticket");
  if (ticket !== null) {
    const login = admission.tickets.take(ticket);
    if (login) return admission.admitLogin(login, peer);
    throw new WebmailFault(401, "invalid ticket", "bad_credentials");
  }
  const inQuery = admission.backend.options().allowQueryPassword &&
      !hasHeaderCredentials(request)
    ? queryCredentials(new URL(request.url))
    : undefined;
  return await admission.admit(inQuery ?? headerCredentials(request), peer);
}

/** @throws {WebmailFault} */
function sinceOf({ searchParams }: URL): number {
  const text = searchParams.get("since_uid") ?? "0";
  const uid = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (uid <= MAX_UID) return uid;
  throw badRequest("invalid since_uid");
}

/** A WebSocket that only says why there is none. */
function refusal({ watch }: Sockets, { status, text }: WebmailFault) {
  const code = status < 500 ? 4000 + status : INTERNAL_CLOSE;
  return webSocketTakeover(
    { maxMessageOctets: REFUSED_OCTETS, watch },
    async (socket) => {
      await socket.send(errorFrame(undefined, text));
      socket.close(code, text);
    },
  );
}
