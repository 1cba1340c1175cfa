import assert from "node:assert/strict";
import type { Header } from "../mail/header.ts";
import { MultipartReader } from "./multipart.ts";

/** What a reader passes on: `preamble|header|body|…|epilogue`; undefined if it fails. */
function cut(body: string, chunk: number): string | undefined {
  const text = (octets: Uint8Array) => String.fromCharCode(...octets);
  let found = "";
  const reader = new MultipartReader("b", {
    failed: false,
    preamble: (octets) => found += text(octets),
    part: (header: Header) => found += `|${text(header.octets)}|`,
    body: (octets) => found += text(octets),
    partEnd: () => found += ";",
    epilogue: (octets) => found += text(octets),
  });
  const octets = Uint8Array.from(body, (char) => char.charCodeAt(0));
  for (let at = 0; at < octets.length; at += chunk) {
    reader.write(octets.subarray(at, at + chunk));
  }
  return reader.finish() ? found : undefined;
}

for (
  const [name, body, want] of [
    [
      "one part",
      "--b\r\nContent-ID: 1\r\n\r\nx\r\n--b--\r\n",
      "|Content-ID: 1\r\n\r\n|x;",
    ],
    ["LF", "pre\n--b\n\nx\n\n--b\n\n--b--", "pre|\n|x\n;|\n|;"],
    [
      "preamble and epilogue",
      "a\r\nb\r\n\r\n--b\r\n\r\nx\r\n--b--\r\nc\r\n",
      "a\r\nb\r\n|\r\n|x;c\r\n",
    ],
    ["blanks after a boundary", "--b \t\r\n\r\nx\r\n--b--  \r\n", "|\r\n|x;"],
    [
      "lines like boundaries",
      "--b\r\n\r\n-\r\n--\r\n--a\r\n -- b\r\n\r--\r\nx--b\r\n--b--",
      "|\r\n|-\r\n--\r\n--a\r\n -- b\r\n\r--\r\nx--b;",
    ],
    ["CR before a line end", "--b\r\n\r\nx\r\r\n--b--", "|\r\n|x\r;"],
    ["no boundary", "x\r\n", undefined],
    ["no last boundary", "--b\r\n\r\nx\r\n--b\r\n\r\ny\r\n", undefined],
    ["a last boundary alone", "--b--", ""],
    ["text after a boundary", "--b\r\n\r\nx\r\n--bc\r\n--b--", undefined],
    ["text after the last boundary", "--b\r\n\r\nx\r\n--b--c\r\n", undefined],
    [
      "many blanks after a boundary",
      `--b${" ".repeat(100)}\r\n\r\nx\r\n--b--`,
      undefined,
    ],
    [
      "a part that begins with no empty line",
      "--b\r\n--b--\r\n\r\n",
      undefined,
    ],
    [
      "a boundary among header fields",
      "--b\r\nContent-ID: 1\r\n--b: x\r\n\r\ny\r\n--b--",
      undefined,
    ],
    [
      "a line like a boundary before the first part",
      "a\r\n--evil\r\n--b\r\n\r\nx\r\n--b--",
      undefined,
    ],
    ["a first line of two dashes", "--\r\n--b\r\n\r\nx\r\n--b--", undefined],
    [
      "lines with one dash, and dashes within, before the first part",
      "-a\r\n- --\r\na--\r\n--b\r\n\r\nx\r\n--b--",
      "-a\r\n- --\r\na--|\r\n|x;",
    ],
    ["an unknown part field", "--b\r\nSubject: x\r\n\r\nx\r\n--b--", undefined],
    [
      "a part field twice",
      `--b\r\n${"Content-ID: 1\r\n".repeat(2)}\r\nx\r\n--b--`,
      undefined,
    ],
    ["a malformed part header", "--b\r\nnothing\r\n\r\nx\r\n--b--", undefined],
    [
      "a part header over 4 KiB",
      `--b\r\nContent-ID: ${"x".repeat(4096)}\r\n\r\nx\r\n--b--`,
      undefined,
    ],
  ] as const
) {
  Deno.test(`MultipartReader on ${name}`, () => {
    for (const chunk of [Infinity, 1, 2, 7]) {
      assert.equal(cut(body, chunk), want, `chunks of ${chunk}`);
    }
  });
}
