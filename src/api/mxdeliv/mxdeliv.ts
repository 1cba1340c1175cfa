/**
 * `POST /mxdeliv`: mail of other servers over HTTP, its envelope in header
 * fields, the message as body. It is passed on as it comes.
 *
 * @module
 */
import { type Context, Hono } from "hono";
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { HttpHandler } from "../../http/peer.ts";
import { BodyFault } from "../../http/server/request_body.ts";
import { bearerToken } from "../exchanger/bearer.ts";
import type { SiteEnv } from "../site_backend.ts";
import {
  answerTo,
  BAD_ADDRESS,
  BAD_BODY,
  type MailAnswer,
  OUR_FAULT,
  responseOf,
  TAKEN,
  TIMED_OUT,
  WRONG_METHOD,
} from "./answers.ts";
import type { MxdelivBackend, ServerMessage } from "./backend.ts";
import { EnvelopeFault, readEnvelope } from "./envelope.ts";

/** Some proxies add the slash. */
export const MXDELIV_PATHS: readonly string[] = ["/mxdeliv", "/mxdeliv/"];
const STALL_MS = 30_000; // between two pieces of a body
const WHOLE_MS = 300_000; // for all of it
const LOOK_MS = 1000;
/** Keys and addresses of the sender's domain may have to be asked for. */
const ANSWER_MS = 120_000;
/** The answer to a body that comes too slowly is ours, before the connection ends it. */
const BODY_MS = WHOLE_MS + 10_000;

export interface MxdelivParts {
  readonly backend: MxdelivBackend;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
}

export function mxdelivRoutes(app: Hono<SiteEnv>, parts: MxdelivParts): void {
  for (const path of MXDELIV_PATHS) {
    app.all(path, async (context) => {
      const isHidden = !context.env.secure && !parts.backend.takesPlain();
      if (isHidden) return context.notFound();
      return responseOf(
        context.req.method === "POST"
          ? await answer(context, parts)
          : WRONG_METHOD,
      );
    });
  }
}

/** This route and no other. */
export function mxdelivAlone(parts: MxdelivParts): HttpHandler {
  const app = new Hono<SiteEnv>();
  mxdelivRoutes(app, parts);
  return (request, exchange) => app.fetch(request, exchange);
}

async function answer(
  context: Context<SiteEnv>,
  parts: MxdelivParts,
): Promise<MailAnswer> {
  const { backend } = parts;
  try {
    const visit = backend.enter(context.env.address);
    try {
      return await take(context, parts, (octets) => visit.hold(octets));
    } finally {
      visit.leave();
    }
  } catch (error) {
    if (error instanceof Refusal) {
      backend.countRefusal(error.code);
      return answerTo(error);
    }
    if (error instanceof EnvelopeFault) {
      return { status: 400, line: error.message };
    }
    if (error instanceof SyntaxError) return BAD_ADDRESS;
    if (error instanceof BodyFault) return BAD_BODY;
    if (error instanceof SlowBody) return TIMED_OUT;
    if (error instanceof LostPeer) throw error.cause; // nobody is there to be answered
    backend.reportBug(error);
    return OUR_FAULT;
  }
}

async function take(
  context: Context<SiteEnv>,
  parts: MxdelivParts,
  hold: (octets: number) => void,
): Promise<MailAnswer> {
  const { backend } = parts;
  const { env, req } = context;
  const { address, secure } = env;
  const maxOctets = backend.maxOctets();
  if (backend.meter) env.countAs?.(backend.meter);
  env.limit({ bodyOctets: maxOctets, bodyMs: BODY_MS, answerMs: ANSWER_MS });
  const { reversePath, recipients } = readEnvelope(req.raw.headers);
  const declared = req.header("content-length");
  const sizeOctets = declared === undefined ? undefined : Number(declared);
  if ((sizeOctets ?? 0) > maxOctets) throw new Refusal("message_too_large");
  const message = await backend.begin({
    peer: { address, secure },
    reversePath,
    token: bearerToken(req.raw.headers),
    ...(sizeOctets !== undefined && { sizeOctets }),
  });
  try {
    for (const one of recipients) await message.addRecipient(one);
    await receive(req.raw.body, message, { ...parts, hold });
    await message.finish();
    return TAKEN;
  } finally {
    await message.discard();
  }
}

async function receive(
  body: ReadableStream<Uint8Array> | null,
  message: ServerMessage,
  { hold, clock, timers }: Omit<MxdelivParts, "backend"> & {
    readonly hold: (octets: number) => void;
  },
): Promise<void> {
  if (body === null) throw new Refusal("message_empty");
  const reader = body.getReader();
  const slow = Promise.withResolvers<never>();
  slow.promise.catch(() => {}); // when nobody waits for a piece any more
  const start = clock.monotonic();
  let cameAt: number | undefined = start;
  const stop = timers.every(LOOK_MS, () => {
    const now = clock.monotonic();
    if (cameAt === undefined) return;
    if (now - cameAt <= STALL_MS && now - start <= WHOLE_MS) return;
    slow.reject(new SlowBody());
  });
  let sizeOctets = 0;
  try {
    for (;;) {
      cameAt = clock.monotonic();
      const { done, value } = await Promise.race([read(reader), slow.promise]);
      cameAt = undefined; // it is us who take our time
      if (done) break;
      sizeOctets += value.length;
      hold(value.length);
      await message.write(value);
      // the collector does not know how much memory arrays keep from others
      if (value.buffer instanceof ArrayBuffer) value.buffer.transfer(0);
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    throw error;
  } finally {
    stop();
  }
  if (sizeOctets === 0) throw new Refusal("message_empty");
}

async function read(reader: ReadableStreamDefaultReader<Uint8Array>) {
  try {
    return await reader.read();
  } catch (error) {
    if (error instanceof Refusal || error instanceof BodyFault) throw error;
    throw new LostPeer(error);
  }
}

class SlowBody extends Error {
  override readonly name = "SlowBody";
}

class LostPeer extends Error {
  override readonly name = "LostPeer";
  constructor(override readonly cause: unknown) {
    super("The peer has left");
  }
}
