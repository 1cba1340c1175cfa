/** The same thing done to many, one after the other. @module */
import { useState } from "preact/hooks";
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
  /** Gives those that failed, with the reason. */
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
          lost.push({ item, reason: errorText(error) });
        }
      }
      setProgress(undefined);
      return lost;
    },
  };
}
