/** A database read through beside all else, also one that cannot be served from. @module */
import { UNANSWERED, WorkerLink } from "../../../observe/worker_link.ts";
import type { CheckReply } from "../check_worker.ts";

/**
 * What is wrong with a database, if anything. Reading every page takes its time:
 * a thread of its own does it.
 */
export async function checkApart(
  path: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  signal?.throwIfAborted();
  let death: unknown;
  const link = new WorkerLink<string, CheckReply>(
    { url: new URL("../check_worker.ts", import.meta.url), name: "check" },
    (error) => death = error,
  );
  const giveUp = () => link.terminate();
  signal?.addEventListener("abort", giveUp, { once: true });
  try {
    const reply = await link.ask(path);
    if (reply === UNANSWERED) throw death ?? signal?.reason;
    const { problems } = reply;
    return problems.length === 0 ? undefined : problems.join("; ");
  } finally {
    signal?.removeEventListener("abort", giveUp);
    link.terminate();
  }
}
