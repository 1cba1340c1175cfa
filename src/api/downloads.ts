/**
 * The program itself and what it was signed with, for whoever sets up or
 * upgrades another relay: few at once, since they are large.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import type { Clock } from "../base/clock.ts";
import { limitKey } from "../base/peer_address.ts";
import { TokenBuckets } from "../base/token_buckets.ts";
import { limited } from "../http/route_limits.ts";
import type { Downloads, SiteEnv } from "./site_backend.ts";

const MAX_AT_ONCE = 2;
const BUSY_SECONDS = 60;
const PER_ADDRESS = { burst: 4, perSecond: 4 / 3600 };
/** For a hundred megabytes over a slow line. */
const SEND_MS = 60 * 60_000;
const PIECE_OCTETS = 64 * 1024;

export function downloadRoutes(
  app: Hono<SiteEnv>,
  { program, documents }: Downloads,
  { clock, isHidden }: {
    readonly clock: Clock;
    /** Whoever has been let in is not shown them either. */
    isHidden(): boolean;
  },
): void {
  const places = new Places(clock);
  const [path, file] = program;
  for (const [path] of [program, ...documents]) {
    app.get(path, async (context, next) => {
      if (isHidden()) return context.notFound();
      await next();
    });
  }
  app.get(path, limited({ sendMs: SEND_MS }), async (context) => {
    // its answer has no body whose end would free a place
    if (context.req.raw.method === "HEAD") return await send(context, file);
    const taken = places.take(limitKey(context.env.address));
    if ("waitSeconds" in taken) {
      return context.text("Too many downloads\n", taken.status, {
        "retry-after": String(taken.waitSeconds),
      });
    }
    return await send(context, file, taken.leave);
  });
  for (const [path, file] of documents) {
    app.get(path, (context) => send(context, file));
  }
}

export function downloadPaths(
  { program, documents }: Downloads,
): readonly string[] {
  return [program, ...documents].map(([path]) => path);
}

interface Refused {
  readonly status: 429 | 503;
  readonly waitSeconds: number;
}

/** Who downloads now, and how often somebody may. */
class Places {
  readonly #taken = new Set<string>();
  readonly #often: TokenBuckets;

  constructor(clock: Clock) {
    this.#often = new TokenBuckets(clock, () => PER_ADDRESS);
  }

  take(address: string): Refused | { leave(): void } {
    if (this.#taken.has(address)) {
      return { status: 429, waitSeconds: BUSY_SECONDS };
    }
    if (this.#taken.size >= MAX_AT_ONCE) {
      return { status: 503, waitSeconds: BUSY_SECONDS };
    }
    const waitSeconds = this.#often.take(address);
    if (waitSeconds > 0) return { status: 429, waitSeconds };
    this.#taken.add(address);
    return { leave: () => this.#taken.delete(address) };
  }
}

/** @param leave Called once it is sent, or is not wanted any more. */
async function send(
  context: Context<SiteEnv>,
  path: string,
  leave: () => void = () => {},
): Promise<Response> {
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path);
  } catch {
    leave();
    return await context.notFound();
  }
  const { size } = await file.stat();
  const headers = {
    "content-type": path.endsWith(".json")
      ? "application/json"
      : "application/octet-stream",
    "content-length": String(size),
    "cache-control": "no-cache",
  };
  if (context.req.raw.method === "HEAD") {
    file.close();
    return new Response(null, { headers });
  }
  function end(): void {
    file.close();
    leave();
  }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const piece = new Uint8Array(PIECE_OCTETS);
      try {
        const octets = await file.read(piece);
        if (octets !== null) {
          return controller.enqueue(piece.subarray(0, octets));
        }
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      end();
    },
    cancel: end,
  }, { highWaterMark: 0 });
  return new Response(body, { headers });
}
