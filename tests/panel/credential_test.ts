import assert from "node:assert/strict";
import {
  codeIn,
  type Credential,
  credentialIn,
} from "../../web/browser/panel/shell/credential.ts";

const CODE = "abcdefghijklmnopqrstuvwxyz012345";
const TOKEN = "f".repeat(64);

function base64Url(text: string): string {
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(
    /=+$/,
    "",
  );
}

const OLD = base64Url(JSON.stringify({ u: "https://a.example/api", t: TOKEN }));

const ROWS: readonly (readonly [string, Credential | undefined])[] = [
  ["", undefined],
  ["   ", undefined],
  ["x".repeat(5000), undefined],
  [TOKEN, { token: TOKEN }],
  [` ${TOKEN}\n`, { token: TOKEN }],
  [`https://a.example/admin-1/#c=${CODE}`, { code: CODE }],
  [`https://panel.example/#${OLD}`, { token: TOKEN }],
  [OLD, { token: TOKEN }],
  [
    `madmail-admin://connect?u=https%3A%2F%2Fa.example%2Fapi&t=${TOKEN}`,
    { token: TOKEN },
  ],
  [`https://panel.example/?madmail_u=u&madmail_t=${TOKEN}`, { token: TOKEN }],
  [`{"u":"https://a.example","t":"${TOKEN}"}`, { token: TOKEN }],
  ["{not json", { token: "{not json" }],
  ["eyJhbGciOi", { token: "eyJhbGciOi" }],
];

for (const [given, wanted] of ROWS) {
  Deno.test(`credentialIn() of ${JSON.stringify(given.slice(0, 60))}`, () => {
    assert.deepEqual(credentialIn(given), wanted);
  });
}

Deno.test("codeIn() takes what is behind #c= alone", () => {
  assert.equal(codeIn(`#c=${CODE}`), CODE);
  for (const fragment of ["", "#", "#c=", "#c=short", `#d=${CODE}`, "#c=<b>"]) {
    assert.equal(codeIn(fragment), undefined);
  }
});
