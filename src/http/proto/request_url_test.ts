import assert from "node:assert/strict";
import { requestUrl } from "./request_url.ts";

function pathOf(target: string): string | undefined {
  return requestUrl({ method: "GET", target, host: "a.example" }, true)
    ?.pathname;
}

for (
  const dots of [".", "..", "%2e", "%2E%2e", ".%2e", "%2E."]
) {
  const targets = [`/${dots}`, `/docs/${dots}`, `/a/${dots}/b?c`];
  for (const target of [...targets, `https://a.example/a/${dots}`]) {
    Deno.test(`${target} is no way to what is above`, () => {
      const segments = pathOf(target)!.split("/").map(decodeURIComponent);
      const kept = target.replace(/^https:..a\.example/, "").replace(/\?.*/, "")
        .split("/");
      assert.equal(segments.length, kept.length);
      assert.ok(segments.some((segment) => /^(?:%2e){1,2}$/i.test(segment)));
    });
  }
}

for (
  const [target, path] of [
    ["/.well-known/a", "/.well-known/a"],
    ["/...", "/..."],
    ["/a..b/.c", "/a..b/.c"],
    ["/a?b=/../c", "/a"],
    ["/a#/../c", "/a"],
    ["/%2e%2ea", "/%2e%2ea"],
    ["/a\\..\\b", "/a%5C..%5Cb"],
  ] as const
) {
  Deno.test(`${target} stays what it is`, () =>
    assert.equal(pathOf(target), path));
}
