import assert from "node:assert/strict";
import { parseForm } from "./form.ts";

const FORMS: [string, Record<string, string>][] = [
  ["", {}],
  ["a=1&b=&c&&d=x=y", { a: "1", b: "", c: "", d: "x=y" }],
  ["p=a+b%20c%2Bd", { p: "a b c+d" }],
  ["p%C3%A4=%F0%9D%84%9E+ü", { "pä": "𝄞 ü" }],
  ["p=100%&q=%zz%4", { p: "100%", q: "%zz%4" }],
  ["p=%EF%BB%BFx", { p: "\ufeffx" }],
];
for (const [text, fields] of FORMS) {
  Deno.test(`parseForm("${text}")`, () => {
    assert.deepEqual(Object.fromEntries(parseForm(text)), fields);
  });
}

for (const text of ["p=%FF%FE", "p=%C3", "p=%ED%A0%80", "%FF=x", "p=%C3+%A4"]) {
  Deno.test(`parseForm("${text}") is not UTF-8`, () => {
    assert.throws(() => parseForm(text), SyntaxError);
  });
}
