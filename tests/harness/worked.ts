/** What this thread alone has worked: what else runs on the machine does not count. @module */

/** Milliseconds since its start. */
export function workedMs(): number {
  const text = Deno.readTextFileSync("/proc/thread-self/schedstat");
  return Number(text.split(" ", 1)[0]) / 1e6;
}
