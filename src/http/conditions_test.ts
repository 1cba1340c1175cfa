import assert from "node:assert/strict";
import { conditionalStatus } from "./conditions.ts";

const BEFORE = "Mon, 01 Jun 2026 10:00:00 GMT";
const CHANGED = "Mon, 01 Jun 2026 10:00:01 GMT";
const AFTER = "Mon, 01 Jun 2026 10:00:02 GMT";
const ANSWER = new Headers({ etag: '"a"', "last-modified": CHANGED });

for (
  const [asked, status] of [
    [{}, undefined],
    [{ "if-none-match": '"a"' }, 304],
    [{ "if-none-match": 'W/"a"' }, 304],
    [{ "if-none-match": '"b"' }, undefined],
    [{ "if-match": '"a"' }, undefined],
    [{ "if-match": '"b"' }, 412],
    [{ "if-match": "*" }, undefined],
    [{ "if-modified-since": BEFORE }, undefined],
    [{ "if-modified-since": CHANGED }, 304],
    [{ "if-modified-since": AFTER }, 304],
    [{ "if-unmodified-since": BEFORE }, 412],
    [{ "if-unmodified-since": CHANGED }, undefined],
    // an entity tag says more than a date
    [{ "if-none-match": '"b"', "if-modified-since": AFTER }, undefined],
    [{ "if-match": '"a"', "if-unmodified-since": BEFORE }, undefined],
    [{ "if-match": '"b"', "if-none-match": '"a"' }, 412],
    [{ "if-modified-since": "2026-06-02" }, undefined],
    [{ "if-modified-since": "Tuesday, 02-Jun-26 10:00:00 GMT" }, undefined],
    [{ "if-modified-since": "Tue, 99 Jun 2026 10:00:00 GMT" }, undefined],
    [{ "if-unmodified-since": "never" }, undefined],
  ] as [Record<string, string>, number | undefined][]
) {
  Deno.test(`conditionalStatus() of ${JSON.stringify(asked)} is ${status}`, () => {
    for (const method of ["GET", "HEAD"]) {
      const request = new Request("http://relay/", { method, headers: asked });
      assert.equal(conditionalStatus(request, ANSWER), status);
    }
    const post = new Request("http://relay/", {
      method: "POST",
      headers: asked,
    });
    assert.equal(conditionalStatus(post, ANSWER), undefined);
  });
}
