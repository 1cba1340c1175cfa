import assert from "node:assert/strict";
import {
  parameterOf,
  parseContentType,
  parseTransferEncoding,
  readContentType,
  readDisposition,
  readTransferEncoding,
} from "./content_type.ts";

for (
  const [text, type, parameters] of [
    ["text/plain", "text/plain", []],
    ["TEXT/Plain; Charset=UTF-8", "text/plain", [["charset", "UTF-8"]]],
    [
      'multipart/encrypted; boundary="a b=c"; protocol="x/y";',
      "multipart/encrypted",
      [
        ["boundary", "a b=c"],
        ["protocol", "x/y"],
      ],
    ],
    ["a/b;\t x=y", "a/b", [["x", "y"]]],
    [
      'a/b; x="0\'()+_,-./:=?"',
      "a/b",
      [["x", "0'()+_,-./:=?"]],
    ],
  ] as const
) {
  Deno.test(`parseContentType() and readContentType() agree on ${text}`, () => {
    for (const found of [parseContentType(text), readContentType(text)!]) {
      assert.equal(`${found.type}/${found.subtype}`, type);
      assert.deepEqual(found.parameters, parameters);
    }
  });
}

for (
  const [text, lenient] of [
    ["", undefined],
    ["text", undefined],
    ["text/", undefined],
    ["text/plain charset=x", []],
    ["text/plain; charset", []],
    ["text/plain; a=1; a=2", [["a", "1"], ["a", "2"]]],
    ["text/plain; a=1; a*=2", [["a", "1"], ["a*", "2"]]],
    ["text/plain; a*0=x; a*1=y", [["a", "xy"]]],
    ["text/plain; a*0*=utf-8''%20x; a*1=y z", [["a*", "utf-8''%20xy"]]],
    ["text/plain; a=b/c; d=e", [["a", "b"], ["d", "e"]]],
    ['text/plain; a="b; d=e', [["d", "e"]]],
    ["text/plain; a=ü; d=e", [["d", "e"]]],
    ["text/plain; ;d=e", [["d", "e"]]],
    ["text/plain; (a; d=e", []],
    ["text/plain (comment; c=d); a=b", [["a", "b"]]],
    ["text/plain; (b=evil; x=) a=b", [["a", "b"]]],
    ["text/plain; a (c) =b", [["a", "b"]]],
    ["text/plain; a =b", [["a", "b"]]],
    ["text/plain; a= b", [["a", "b"]]],
    ['text/plain; a="go\\od"', [["a", "good"]]],
    ['text/plain; a="=?us-ascii?q?evil?="', [["a", "=?us-ascii?q?evil?="]]],
    [
      'text/plain; x="=?us-ascii?q?;_a=3Devil?="; a=b',
      [["x", "=?us-ascii?q?;_a=3Devil?="], ["a", "b"]],
    ],
    ['text/plain; a="\u007f"', []],
  ] as const
) {
  Deno.test(`parseContentType() refuses and readContentType() keeps what it can of ${text}`, () => {
    assert.throws(() => parseContentType(text), SyntaxError);
    assert.deepEqual(readContentType(text)?.parameters, lenient);
  });
}

Deno.test("parameterOf() finds the first of a name", () => {
  const { parameters } = readContentType("a/b; x=1; X=2")!;
  assert.equal(parameterOf(parameters, "x"), "1");
  assert.equal(parameterOf(parameters, "y"), undefined);
});

Deno.test("readDisposition() reads type and parameters", () => {
  assert.deepEqual(readDisposition('ATTACHMENT; filename="a.txt"'), {
    type: "attachment",
    parameters: [["filename", "a.txt"]],
  });
  assert.equal(readDisposition(""), undefined);
});

Deno.test("parseTransferEncoding() reads one token", () => {
  assert.equal(parseTransferEncoding(" Base64 "), "base64");
  for (const text of ["", "a b", "7bit;", '"7bit"', "=?us-ascii?q?7bit?="]) {
    assert.throws(() => parseTransferEncoding(text), SyntaxError);
    assert.equal(readTransferEncoding(text), undefined);
  }
  assert.throws(() => parseTransferEncoding("base64 (x)"), SyntaxError);
  assert.equal(readTransferEncoding("base64 (x)"), "base64");
});

Deno.test("content types of any text are read or refused", () => {
  let seed = 3;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = 'ab/;="\\()*0 1\t\rü';
  for (let i = 0; i < 20_000; i++) {
    const text = "a/b;" + Array.from(
      { length: random(30) },
      () => alphabet[random(alphabet.length)],
    ).join("");
    readContentType(text);
    readDisposition(text);
    try {
      parseContentType(text);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, JSON.stringify(text));
    }
  }
});
