/** What is known of orders, kept over restarts: else a crash would ask again at once. @module */
import * as v from "valibot";
import { readKept, writeKept } from "../kept_files.ts";
import { parseJson } from "./shapes.ts";
import { filesTrouble } from "./trouble.ts";

const time = v.number(); // milliseconds since 1970 UTC

const PROBLEM = {
  type: v.string(),
  detail: v.string(),
  name: v.exactOptional(v.string()),
};

const STATE = v.object({
  /** In a row. */
  failures: v.number(),
  /** Not before this, unless somebody asks for it. */
  nextAttemptMs: v.optional(time),
  /** The authority takes no order before. */
  limitedUntilMs: v.optional(time),
  /** Since when it would fail, as far as anybody here can know. */
  doubtedSinceMs: v.optional(time),
  /** Orders of the last hour. */
  ordersMs: v.array(time),
  lastError: v.optional(v.object({
    atMs: time,
    message: v.string(),
    /** As the authority has it (RFC 7807). */
    problem: v.optional(v.object({
      ...PROBLEM,
      subproblems: v.array(v.object(PROBLEM)),
    })),
  })),
  /** Begun and not ended: taken up again after a crash. */
  pending: v.optional(v.object({
    directory: v.string(),
    url: v.string(),
    names: v.array(v.string()),
  })),
  /** Who gave which certificate. */
  issued: v.optional(v.object({
    directory: v.string(),
    fingerprint: v.string(),
  })),
  /** When the authority wants that certificate renewed. */
  renewal: v.optional(v.object({
    fingerprint: v.string(),
    startMs: time,
    endMs: time,
    chosenMs: time,
  })),
  /** When to ask for that again. */
  askAgainMs: v.optional(time),
});

export type AcmeState = v.InferOutput<typeof STATE>;

export const NO_STATE: AcmeState = { failures: 0, ordersMs: [] };

/** One that cannot be read is as none. */
export async function readState(path: string): Promise<AcmeState> {
  const text = await readKept(path);
  if (text === undefined) return NO_STATE;
  const result = v.safeParse(STATE, parseJson(text));
  return result.success ? result.output : NO_STATE;
}

/** For people: what is wrong with the file is in it, too. */
export async function shownState(
  path: string,
  nowMs: number,
): Promise<AcmeState> {
  try {
    return await readState(path);
  } catch (error) {
    const trouble = filesTrouble(error);
    if (!trouble) throw error;
    const { message } = trouble;
    return { ...NO_STATE, lastError: { atMs: nowMs, message } };
  }
}

/** Over restarts too: else each would begin anew. */
export async function noteDoubt(
  path: string,
  { sinceMs }: { readonly sinceMs?: number },
): Promise<void> {
  const { doubtedSinceMs, ...state } = await readState(path);
  if (doubtedSinceMs === sinceMs) return;
  await writeState(
    path,
    sinceMs === undefined ? state : { ...state, doubtedSinceMs: sinceMs },
  );
}

export async function writeState(
  path: string,
  state: AcmeState,
): Promise<void> {
  await writeKept(path, `${JSON.stringify(state)}\n`);
}
