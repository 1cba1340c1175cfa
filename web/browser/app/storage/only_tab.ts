/**
 * One tab alone speaks and keeps: two would answer twice, and each would write
 * over what the other has written.
 *
 * @module
 */
const NAME = "postern-app";
/** A tab that is being closed, or loaded again, has it a moment longer. */
const LEAVING_MS = 500;

export interface Hold {
  /** Resolves when another tab has taken over. */
  readonly lost: Promise<void>;
  release(): void;
}

/** undefined: another tab has it, and is not disturbed unless `takeOver`. */
export function holdTab(
  { takeOver }: { readonly takeOver: boolean },
): Promise<Hold | undefined> {
  const { locks } = navigator;
  if (!locks) return Promise.resolve({ lost: never(), release() {} });
  return new Promise((resolve) => {
    const { promise: lost, resolve: lose } = Promise.withResolvers<void>();
    const { promise: over, resolve: release } = Promise.withResolvers<void>();
    locks.request(
      NAME,
      takeOver ? { steal: true } : { signal: AbortSignal.timeout(LEAVING_MS) },
      () => {
        resolve({ lost, release });
        return over;
      },
    ).catch(() => {
      lose(); // it was taken away
      resolve(undefined); // or never given
    });
  });
}

function never(): Promise<void> {
  return new Promise(() => {});
}
