/**
 * The program itself and what it was signed with, for whoever sets up or
 * upgrades another relay: few at once, since they are large.
 *
 * @module
 */
import type { Context, Hono } from "hono";
import { basename } from "node:path";
import type { Clock } from "../base/clock.ts";
import { limitKey } from "../base/peer_address.ts";
import { TokenBuckets } from "../base/token_buckets.ts";
import { FileDigests } from "../http/file_digests.ts";
import { openFileAnswer } from "../http/open_file.ts";
import { limited } from "../http/route_limits.ts";
import type { Downloads, SiteEnv } from "./site_backend.ts";

const MAX_AT_ONCE = 2;
const BUSY_SECONDS = 60;
const PER_ADDRESS = { burst: 4, perSecond: 4 / 3600 };
/** Of a download: what an answer that sends next to nothing counts as. */
const LEAST_SHARE = 0.01;
/** For a hundred megabytes over a slow line. */
const SEND_MS = 60 * 60_000;

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
  const digests = new FileDigests();
  const [path, file] = program;
  for (const [path] of [program, ...documents]) {
    app.get(path, async (context, next) => {
      if (isHidden()) return context.notFound();
      await next();
    });
  }
  app.get(path, limited({ sendMs: SEND_MS }), async (context) => {
    const sent = { path: file, digests };
    // nothing of it is sent, nor is there a body whose end would free a place
    if (context.req.raw.method === "HEAD") return await send(context, sent);
    const address = limitKey(context.env.address);
    const taken = places.take(address);
    if ("waitSeconds" in taken) {
      return context.text("Too many downloads\n", taken.status, {
        "retry-after": String(taken.waitSeconds),
      });
    }
    const response = await send(context, sent, taken.leave);
    places.count(address, shareOf(response));
    return response;
  });
  for (const [path, file] of documents) {
    app.get(path, (context) => send(context, { path: file, digests }));
  }
}

export function downloadPaths(
  { program, documents }: Downloads,
): readonly string[] {
  return [program, ...documents].map(([path]) => path);
}

/** How much of the file it sends. */
function shareOf({ status, headers }: Response): number {
  if (status === 200) return 1;
  const [, whole] = /\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  return status === 206 && whole !== undefined
    ? Number(headers.get("content-length")) / Number(whole)
    : 0;
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
    const waitSeconds = this.#often.wait(address);
    if (waitSeconds > 0) return { status: 429, waitSeconds };
    this.#taken.add(address);
    return { leave: () => this.#taken.delete(address) };
  }

  /** Who goes on where a download broke off has had no other one. */
  count(address: string, share: number): void {
    this.#often.spend(address, Math.max(share, LEAST_SHARE));
  }
}

/** @param leave Called once it is sent, or is not wanted any more. */
async function send(
  context: Context<SiteEnv>,
  { path, digests }: { readonly path: string; readonly digests: FileDigests },
  leave: () => void = () => {},
): Promise<Response> {
  const opened = await digests.open(path);
  if (!opened) {
    leave();
    return await context.notFound();
  }
  return await openFileAnswer(context.req.raw, opened.file, {
    ...opened.digest,
    headers: {
      "content-type": path.endsWith(".json")
        ? "application/json"
        : "application/octet-stream",
      "content-disposition": `attachment; filename="${
        basename(path).replaceAll(/[^\w.-]/g, "_")
      }"`,
      "cache-control": "no-cache",
    },
  }, leave);
}
