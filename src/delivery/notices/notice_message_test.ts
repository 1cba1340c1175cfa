import assert from "node:assert/strict";
import {
  encodedWords,
  noticeMessage,
  quotedPrintable,
} from "./notice_message.ts";

const decoder = new TextDecoder();

/** RFC 2047 §4.1, as a reader does it. */
function decoded(subject: string): string {
  const octets = subject.split("\r\n ").flatMap((word) => {
    assert.ok(word.length <= 75, word);
    const [, text = ""] = /^=\?UTF-8\?B\?([A-Za-z0-9+/=]*)\?=$/.exec(word) ??
      assert.fail(word);
    const one = Uint8Array.fromBase64(text);
    new TextDecoder("utf-8", { fatal: true }).decode(one); // no character is cut
    return [...one];
  });
  return decoder.decode(Uint8Array.from(octets));
}

/** RFC 2045 §6.7, as a reader does it. */
function read(body: string): string {
  const octets: number[] = [];
  const text = body.replace(/=\r\n/g, "");
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "=") octets.push(text.charCodeAt(at));
    else {
      octets.push(parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return decoder.decode(Uint8Array.from(octets));
}

Deno.test("encodedWords() leaves ASCII, and cuts no character", () => {
  assert.equal(encodedWords(" Hello, world! "), "Hello, world!");
  for (
    const text of [
      "Grüße",
      "سلام دنیا",
      "👩‍👩‍👧 ".repeat(40).trim(),
      "=?UTF-8?B?SGk=?=",
      "ä".repeat(200),
    ]
  ) assert.equal(decoded(encodedWords(text)), text);
  assert.equal(encodedWords("x\r\nBcc: eve"), "x Bcc: eve");
  assert.equal(encodedWords("a\0b\tc"), "a b c");
});

Deno.test("quotedPrintable() gives back what it got, in short lines of ASCII", () => {
  for (
    const [text, expected = `${text}\r\n`] of [
      ["Hello"],
      [""],
      ["a = b", "a = b\r\n"],
      ["ends with a blank \nnext\t", "ends with a blank \r\nnext\t\r\n"],
      [".\n..\nFrom here", ".\r\n..\r\nFrom here\r\n"],
      ["x".repeat(1000)],
      ["سلام ".repeat(100) + "."],
      ["one\r\ntwo\rthree\n\n", "one\r\ntwo\r\nthree\r\n"],
    ] as const
  ) {
    const written = quotedPrintable(text);
    assert.match(written, /^[\r\n\t -~]*$/);
    for (const line of written.split("\r\n")) {
      assert.ok(line.length <= 76, line);
      assert.doesNotMatch(line, /[ \t]$/);
    }
    assert.doesNotMatch(written, /^\./m);
    assert.equal(read(written), expected);
  }
});

Deno.test("noticeMessage() is header and body, and says how much is header", () => {
  const { octets, headerOctets } = noticeMessage(
    { subject: "Hello", body: "World" },
    {
      sender: "admin@chat.example",
      recipient: undefined,
      messageId: "<notice-1@chat.example>",
      writtenAt: 1_800_000_000,
    },
  );
  const text = decoder.decode(octets);
  assert.equal(text.slice(headerOctets), "World\r\n");
  assert.ok(text.slice(0, headerOctets).endsWith("\r\n\r\n"));
  assert.match(text, /^From: Admin <admin@chat\.example>\r\nTo: undisclosed-/);
});
