/** What an operation says, kept fresh while somebody looks. @module */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { call, CallError } from "./call.ts";
import { connection, type EventName, onEvent } from "./live.ts";
import { session } from "./session.ts";

export interface Watching {
  /** Asked again so often, whatever happens. */
  readonly refreshMs?: number;
  /** Asked again when one of these comes. */
  readonly events?: readonly EventName[];
  /** Asks nothing. */
  readonly isOff?: boolean;
}

export interface Watched<T> {
  readonly data: T | undefined;
  readonly error: CallError | undefined;
  /** There is nothing yet to show. */
  readonly loading: boolean;
  /** It is the answer to another question than the one that is asked now. */
  readonly isOld: boolean;
  /** Ends when what is shown is no older than the call. */
  refresh(): Promise<void>;
}

interface Seen<T> {
  readonly data?: T;
  /** What it answers. */
  readonly of?: string;
  readonly error?: CallError;
  readonly errorOf?: string;
}

/** Events of one moment are one reason to ask. */
const SETTLE_MS = 150;

export function useOperation<T = Record<string, unknown>>(
  name: string,
  input: Readonly<Record<string, unknown>> = {},
  { refreshMs, events = [], isOff = false }: Watching = {},
): Watched<T> {
  const key = `${name} ${JSON.stringify(input)}`;
  const [seen, setSeen] = useState<Seen<T>>({});
  const round = useRef(0);
  const latest = useRef({ name, input, key });
  latest.current = { name, input, key };
  const last = useRef<{ round: number; answered: Promise<void> }>(undefined);

  // also from a press of long ago it asks what is asked now
  const refresh = useCallback(() => {
    const mine = ++round.current;
    const answered = ask(mine);
    last.current = { round: mine, answered };
    return answered;
  }, []);

  async function ask(mine: number): Promise<void> {
    const { name, input, key } = latest.current;
    try {
      const data = await call<T>(name, input);
      if (mine === round.current) setSeen({ data, of: key });
    } catch (error) {
      if (mine === round.current) {
        const shown = error instanceof CallError
          ? error
          : new CallError("broken", String(error));
        setSeen((before) => ({ ...before, error: shown, errorOf: key }));
      }
    }
    // a newer one has been asked since: that is what will be shown
    if (last.current && last.current.round > mine) await last.current.answered;
  }

  useEffect(() => {
    if (isOff) return;
    void refresh();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(refreshIfSeen, SETTLE_MS);
    };
    const refreshIfSeen = () => {
      if (!document.hidden && session.get().state === "in") void refresh();
    };
    const ends = [...events, "poll" as const].map((event) =>
      onEvent(event, soon)
    );
    const interval = refreshMs === undefined
      ? undefined
      : setInterval(refreshIfSeen, refreshMs);
    // while it is hidden nothing is asked: what is missed is asked at the end
    const onVisible = () => {
      if (!document.hidden && (refreshMs !== undefined || events.length > 0)) {
        soon();
      }
    };
    document.addEventListener("visibilitychange", onVisible);
    const endReconnect = connection.subscribe(() => {
      if (connection.get() === "live" && events.length > 0) soon();
    });
    return () => {
      round.current++;
      clearTimeout(timer);
      clearInterval(interval);
      document.removeEventListener("visibilitychange", onVisible);
      endReconnect();
      for (const end of ends) end();
    };
  }, [key, isOff, refreshMs, events.join()]);

  // what was shown stays until there is more: paging does not flicker
  return {
    data: seen.data,
    error: seen.errorOf === key ? seen.error : undefined,
    loading: seen.data === undefined && seen.error === undefined && !isOff,
    isOld: seen.data !== undefined && seen.of !== key,
    refresh,
  };
}
