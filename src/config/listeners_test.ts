import assert from "node:assert/strict";
import { perListener } from "./listener_table.ts";
import { collisions, fileListeners, type Listeners } from "./listeners.ts";
import { loadConfig } from "./load.ts";
import { listenAddress } from "./network_kinds.ts";

const NONE: Listeners = perListener(() => []);

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

function configWith(smtp: string) {
  const text = `[server]\ndomain = "a.example"\n[listen]\nsmtp = ${smtp}\n`;
  return loadConfig({ path: "p.toml", text }, {
    readFile: () => "",
    env: () => undefined,
  }).values;
}

const FAMILIES: [string, unknown][] = [
  ['["0.0.0.0:25", "[::]:25"]', [{ port: 25 }]],
  ['["[::]:25", "0.0.0.0:25"]', [{ port: 25 }]],
  [
    '["[::]:25", "192.0.2.1:26", "0.0.0.0:25"]',
    [{ host: "192.0.2.1", port: 26 }, { port: 25 }],
  ],
  ['["0.0.0.0:25", "[::]:26"]', [
    { host: "0.0.0.0", port: 25 },
    { host: "::", port: 26 },
  ]],
];
for (const [text, expected] of FAMILIES) {
  Deno.test(`fileListeners() joins the families of ${text}`, () => {
    const { smtp } = fileListeners(configWith(text));
    assert.deepEqual(smtp, expected);
  });
}

const REFUSED: string[] = [
  '["0.0.0.0:25", "0.0.0.0:25"]',
  '["[::]:25", "[::]:25"]',
  '["0.0.0.0:25", "[::]:25", ":25"]',
  '["0.0.0.0:25", "[::]:25", "127.0.0.1:25"]',
  '["0.0.0.0:25", "0.0.0.0:25", "[::]:25"]',
];
for (const text of REFUSED) {
  Deno.test(`${text} names port 25 twice`, () => {
    assert.throws(() => configWith(text), /listen\.smtp.* names port 25 twice/);
  });
}
