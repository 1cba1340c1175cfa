import assert from "node:assert/strict";
import { isReadablePath } from "./path_check.ts";

for (
  const [pathname, want] of [
    ["/", true],
    ["/docs/general", true],
    ["/inv/%D1%84", true],
    ["/..%2fetc", true], // names something, only nothing of ours
    ["/a%00b", false],
    ["/a%0ab", false],
    ["/a%7f", false],
    ["/a%5cb", false],
    ["/%ff", false],
    ["/%c0%ae", false],
    ["/%zz", false],
    ["/%", false],
  ] as const
) {
  Deno.test(`isReadablePath("${pathname}")`, () => {
    assert.equal(isReadablePath(pathname), want);
  });
}
