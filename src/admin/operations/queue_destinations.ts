/** Where queued mail goes, as operations show it. @module */
import type { QueueDestination } from "../../store/queue.ts";

export interface DestinationShape {
  readonly dest: string;
  /** Recipients that wait or are held. */
  readonly recipients: number;
  /** Of them, those that are being tried now. */
  readonly leased: number;
  readonly held: boolean;
  /** Times in a row that it could not be reached. */
  readonly fail_streak: number;
  /** What was heard last of whoever is to be tried next, or why nobody was there. */
  readonly last_error: string | null;
  readonly last_status: string | null;
  readonly last_transport: string | null;
  readonly last_host: string | null;
  readonly last_attempt_unix: number | null;
  /** Null: it is held, or nothing waits. */
  readonly next_attempt_in_secs: number | null;
  readonly next_attempt_unix: number | null;
}

/** @param now Seconds since 1970 UTC. */
export function destinationShape(
  found: QueueDestination,
  now: number,
): DestinationShape {
  const { last, lastError, nextInSeconds } = found;
  return {
    dest: found.destination,
    recipients: found.recipients,
    leased: found.leased,
    held: found.held,
    fail_streak: found.failStreak,
    last_error: lastError ?? last?.note.text ?? null,
    last_status: last?.note.status ?? null,
    last_transport: last?.note.transport ?? null,
    last_host: last?.note.host ?? null,
    last_attempt_unix: last?.triedAt ?? null,
    next_attempt_in_secs: nextInSeconds ?? null,
    next_attempt_unix: nextInSeconds === undefined ? null : now + nextInSeconds,
  };
}
