/** The same thing done to many, one after the other. @module */
import { useState } from "preact/hooks";
import { CallError } from "../client/call.ts";
import { errorText } from "../ui/state.tsx";

export interface Lost {
  readonly item: string;
  readonly reason: string;
}

export interface Progress {
  readonly done: number;
  readonly of: number;
}

export interface Bulk {
  /** While it runs. */
  readonly progress: Progress | undefined;
  /** Gives those that failed, with the reason; after silence no more are tried. */
  run(
    items: readonly string[],
    work: (item: string) => Promise<unknown>,
  ): Promise<Lost[]>;
}

export function useBulk(): Bulk {
  const [progress, setProgress] = useState<Progress>();
  return {
    progress,
    async run(items, work) {
      const lost: Lost[] = [];
      for (const [done, item] of items.entries()) {
        setProgress({ done, of: items.length });
        try {
          await work(item);
        } catch (error) {
          const reason = errorText(error);
          if (error instanceof CallError && error.code === "unreachable") {
            // each of them would take as long, in a question that stays
            lost.push(...items.slice(done).map((item) => ({ item, reason })));
            break;
          }
          lost.push({ item, reason });
        }
      }
      setProgress(undefined);
      return lost;
    },
  };
}
