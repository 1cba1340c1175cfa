/**
 * A process that frees all memory below one last piece and then trims: writes
 * one JSON of how many octets it has over the start, before and after. A process
 * of its own, since all tests of a run share one.
 *
 * @module
 */
import { systemTrim } from "../../src/app/running/free_memory.ts";
import { openLibrary } from "../../src/net/descriptors/c_library.ts";

const trim = systemTrim();
const calls = openLibrary({
  malloc: { parameters: ["usize"], result: "pointer" },
  memset: { parameters: ["pointer", "i32", "usize"], result: "pointer" },
  free: { parameters: ["pointer"], result: "void" },
});
if (trim && calls) {
  const start = residentOctets();
  const taken = Array.from({ length: 15_000 }, () => calls.malloc(4000n));
  for (const one of taken) calls.memset(one, 1, 4000n);
  const last = taken.pop()!;
  for (const one of taken) calls.free(one);
  const kept = residentOctets() - start;
  await trim();
  const left = residentOctets() - start;
  calls.free(last);
  say({ trimmed: true, kept, left });
} else {
  say({ trimmed: false });
}

function residentOctets(): number {
  const [, pages] = Deno.readTextFileSync("/proc/self/statm").split(" ");
  return Number(pages) * 4096;
}

function say(found: Record<string, unknown>): void {
  Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(found)));
}
