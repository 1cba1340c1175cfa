/** `{admin_path}/events`: what happens, as it happens (server-sent events). @module */
import type {
  AdminAccess,
  Credential,
} from "../../admin/access/admin_access.ts";
import type { AdminEvents, NumberedEvent } from "../../admin/events.ts";
import type { Timers } from "../../base/clock.ts";
import { eventStream, type ServerSentEvent } from "../../http/event_stream.ts";
import type { HttpExchange } from "../../http/peer.ts";
import { requireScope } from "./dispatch.ts";
import { ApiFault } from "./envelope.ts";

export interface EventParts {
  readonly access: AdminAccess;
  readonly events: AdminEvents;
  readonly timers: Pick<Timers, "every">;
  readonly streams: EventStreams;
}

const MAX_STREAMS = 10;
const HEARTBEAT_MS = 15_000;
const RETRY_SECONDS = 30;

/** How many there are now. */
export class EventStreams {
  open = 0;
}

/** @throws {ApiFault} 403, 429 */
export function answerEvents(
  parts: EventParts,
  request: Request,
  exchange: HttpExchange,
  credential: Credential,
): Response {
  const { access, events, timers, streams } = parts;
  const wantsLog = new URL(request.url).searchParams.get("log") === "1";
  if (wantsLog) requireScope(credential, "full");
  if (streams.open >= MAX_STREAMS) {
    throw new ApiFault(429, "too_many_streams", "too many open streams", {
      retryAfterSeconds: RETRY_SECONDS,
    });
  }
  streams.open++;
  const over = new AbortController();
  const look = () => {
    if (!access.isValid(credential)) over.abort();
  };
  const stopLooking = [access.onCut(look), timers.every(HEARTBEAT_MS, look)];
  const end = () => over.abort();
  exchange.ending.addEventListener("abort", end);
  if (exchange.ending.aborted) end();
  const source = events.follow({
    since: lastSeen(request),
    ending: over.signal,
    takes: ({ event }) => wantsLog || event !== "log",
  });
  async function* shown(): AsyncGenerator<ServerSentEvent, void, void> {
    for await (const event of source) yield asSent(event);
  }
  over.signal.addEventListener("abort", () => {
    streams.open--;
    for (const stop of stopLooking) stop();
    exchange.ending.removeEventListener("abort", end);
  });
  return eventStream({
    events: shown(),
    exchange: {
      ...exchange,
      ending: over.signal,
      limit: (l) => exchange.limit(l),
    },
    timers,
    keepAliveMs: HEARTBEAT_MS,
  });
}

/** What a browser says when it comes again. */
function lastSeen({ headers }: Request): number | undefined {
  const id = headers.get("last-event-id") ?? "";
  return /^\d{1,15}$/.test(id) ? Number(id) : undefined;
}

function asSent({ event, id, data }: NumberedEvent): ServerSentEvent {
  return { event, id: String(id), data: JSON.stringify(data) };
}
