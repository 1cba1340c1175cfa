/** A notice on its way to all who are to have it, with what came of it on record. @module */
import { nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { NoticeText } from "../../delivery/notices/notice_message.ts";
import type { AdminContext } from "../context.ts";
import type { JobProgress } from "../jobs.ts";
import type { NoticeRow } from "./notice_records.ts";
import { bring, type Notice, type Reader } from "./notice_sender.ts";

export type Readers =
  | Iterable<readonly Reader[]>
  | AsyncIterable<readonly Reader[]>;

export interface NewNotice {
  readonly text: NoticeText;
  readonly audience: NoticeRow["audience"];
  /** Accounts. */
  readonly total: number;
  readonly key: string | undefined;
  /** An interrupted one that this goes on with. */
  readonly before: readonly [id: string, row: NoticeRow] | undefined;
}

const ID_OCTETS = 8;

/** Begins it. @throws {Refusal} `task_running` while another one is being sent */
export async function startNotice(
  context: AdminContext,
  readers: Readers,
  { text, audience, total, key, before }: NewNotice,
): Promise<{ readonly id: string; readonly job: string }> {
  const { notices, jobs, clock, random } = context;
  const id = before?.[0] ?? random(ID_OCTETS).toHex();
  const row: NoticeRow = {
    ...text,
    key: key ?? null,
    audience,
    total,
    sent: 0,
    encrypted: 0,
    failed: 0,
    state: "running",
    job: null,
    started_at: before?.[1].started_at ?? nowSeconds(clock),
    finished_at: null,
  };
  const notice: Notice = { ...text, id, writtenAt: row.started_at };
  const began = Promise.withResolvers<NoticeRow>();
  const job = jobs.start("notice.send", total, async (progress) => {
    const own = await began.promise;
    await carry(context, { notice, row: own, readers }, progress);
  });
  const own = { ...row, job: job.id };
  try {
    await notices.put(id, own);
    began.resolve(own);
  } catch (error) {
    began.reject(error);
    throw error;
  }
  return { id, job: job.id };
}

interface Carried {
  readonly notice: Notice;
  readonly row: NoticeRow;
  readonly readers: Readers;
}

async function carry(
  context: AdminContext,
  { notice, row, readers }: Carried,
  progress: JobProgress,
): Promise<void> {
  const { notices, clock, timers } = context;
  let now = row;
  const ended = (state: NoticeRow["state"]) =>
    notices.put(notice.id, {
      ...now,
      state,
      finished_at: nowSeconds(clock),
    });
  try {
    for await (const some of readers) {
      if (progress.signal.aborted) return await ended("cancelled");
      const had = await brought(
        context,
        { notice, row, readers },
        some,
        progress,
      );
      now = {
        ...now,
        sent: now.sent + had.sent,
        encrypted: now.encrypted + had.encrypted,
        failed: now.failed + had.failed,
      };
      progress.add({ done: had.sent, failed: had.failed });
      await timers.sleep(0);
    }
    await ended(now.sent === 0 && now.failed > 0 ? "failed" : "done");
  } catch (error) {
    await ended("failed");
    throw error;
  }
}

/** Those that the store refuses are counted, and the others go on. */
async function brought(
  context: AdminContext,
  { notice, row }: Carried,
  some: readonly Reader[],
  progress: JobProgress,
) {
  try {
    return await bring(context, notice, some, row.audience === "one");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    progress.error(error.message);
    return { sent: 0, encrypted: 0, failed: some.length };
  }
}
