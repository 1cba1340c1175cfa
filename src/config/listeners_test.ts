import assert from "node:assert/strict";
import { collisions, type Listeners } from "./listeners.ts";
import { listenAddress } from "./network_kinds.ts";

const NONE: Listeners = {
  smtp: [],
  submission: [],
  submission_tls: [],
  imap: [],
  imap_tls: [],
  http: [],
  https: [],
};

const ROWS: [string, string, boolean][] = [
  [":25", ":25", true],
  [":25", ":26", false],
  [":25", "127.0.0.1:25", true],
  ["[::1]:25", ":25", true],
  ["127.0.0.1:25", "[::1]:25", false],
  ["127.0.0.1:25", "127.0.0.2:25", false],
  ["0.0.0.0:25", "127.0.0.1:25", true],
  ["0.0.0.0:25", "[::1]:25", false],
  ["[::]:25", "0.0.0.0:25", true],
  ["192.0.2.1:25", "[::]:25", true],
];
for (const [first, second, collide] of ROWS) {
  Deno.test(`${first} and ${second} ${collide ? "collide" : "do not collide"}`, () => {
    const found = collisions({
      ...NONE,
      smtp: [listenAddress.parse(first)],
      imap: [listenAddress.parse(second)],
    });
    assert.deepEqual(
      found,
      collide ? [{ first: "smtp", second: "imap", port: 25 }] : [],
    );
  });
}
