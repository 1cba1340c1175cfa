import assert from "node:assert/strict";
import { kernelHints } from "./kernel_hints.ts";

const AS_DEBIAN: Readonly<Record<string, string>> = {
  "/proc/sys/net/core/somaxconn": "4096\n",
  "/proc/sys/net/core/rmem_max": "212992\n",
};

Deno.test("kernelHints() names what is below what the relay asks for, and no more", () => {
  const read = (path: string) => AS_DEBIAN[path];
  assert.deepEqual(
    kernelHints(read, { calls: true }).map(({ line, now }) => [line, now]),
    [["net.core.rmem_max = 4194304", 212992]],
  );
  assert.deepEqual(kernelHints(read, { calls: false }), []);
  assert.deepEqual(
    kernelHints(() => "128\n", { calls: true }).map(({ line }) => line),
    ["net.core.somaxconn = 4096", "net.core.rmem_max = 4194304"],
  );
  for (const strange of [undefined, "", "many\n", "8388608\n"]) {
    assert.deepEqual(kernelHints(() => strange, { calls: true }), []);
  }
});
