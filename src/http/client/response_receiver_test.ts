import assert from "node:assert/strict";
import { ResponseReceiver } from "./response_receiver.ts";

const encoder = new TextEncoder();

interface Seen {
  readonly status?: number;
  readonly body?: string;
  readonly reusable?: boolean;
  readonly fault?: string;
}

const CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

/** What comes without end is not read without end. */
for (
  const [what, head, more, expected] of [
    ["octets", "HTTP/1.1 200 OK\r\n\r\n", "x".repeat(1000), "cut"],
    [
      "octets of a length",
      "HTTP/1.1 200 OK\r\nContent-Length: 999999999999\r\n\r\n",
      "x".repeat(1000),
      "cut",
    ],
    ["chunks", CHUNKED, "1\r\nx\r\n".repeat(100), "cut"],
    ["fields behind a body", `${CHUNKED}0\r\n`, "a: b\r\n", "too_long"],
    ["interim responses", "", "HTTP/1.1 102 Wait\r\n\r\n", "too_long"],
  ] as const
) {
  Deno.test(`an end is made of ${what} without end`, () => {
    const receiver = new ResponseReceiver(10);
    receiver.push(encoder.encode(head));
    const octets = encoder.encode(more);
    for (let came = 0; !receiver.next(); came += octets.length) {
      assert.ok(came < 200_000, "It is read on");
      receiver.push(octets);
    }
    const input = receiver.next();
    if (input?.kind === "fault") return assert.equal(input.fault, expected);
    assert.equal(expected, "cut");
    assert.equal(input?.response.cut, true);
    assert.equal(input?.response.reusable, false);
  });
}

function receive(text: string, chunk: number): Seen | undefined {
  const receiver = new ResponseReceiver(10);
  const octets = encoder.encode(text);
  for (let at = 0; at < octets.length; at += chunk) {
    receiver.push(octets.subarray(at, at + chunk));
  }
  receiver.finish();
  const input = receiver.next();
  if (!input) return undefined;
  if (input.kind === "fault") return { fault: input.fault };
  const { status, body, reusable } = input.response;
  return { status, body: new TextDecoder().decode(body), reusable };
}

const ROWS: readonly [string, string, Seen][] = [
  ["a length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", {
    status: 200,
    body: "abc",
    reusable: true,
  }],
  ["no body", "HTTP/1.1 204\r\n\r\n", {
    status: 204,
    body: "",
    reusable: true,
  }],
  ["a body until the end", "HTTP/1.1 200 OK\r\n\r\nabc", {
    status: 200,
    body: "abc",
    reusable: false,
  }],
  [
    "chunks",
    "HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nA: b\r\n\r\n",
    { status: 400, body: "abc", reusable: true },
  ],
  [
    "interim responses",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
    {
      status: 200,
      body: "",
      reusable: true,
    },
  ],
  [
    "a peer that closes",
    "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n",
    {
      status: 200,
      body: "",
      reusable: false,
    },
  ],
  ["HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", {
    status: 200,
    body: "",
    reusable: false,
  }],
  [
    "more than it wants",
    `HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n${"x".repeat(30)}`,
    {
      status: 200,
      body: "x".repeat(10),
      reusable: true,
    },
  ],
  ["bare line feeds", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", {
    status: 200,
    body: "x",
    reusable: true,
  }],
  ["something else", "220 mail ready\r\n\r\n", { fault: "no_response" }],
  ["nothing", "", { fault: "ended_early" }],
  ["half a body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", {
    fault: "ended_early",
  }],
  [
    "two framings",
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    {
      fault: "bad_framing",
    },
  ],
  ["a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", {
    fault: "bad_framing",
  }],
  [
    "a chunk that is none",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    {
      fault: "bad_framing",
    },
  ],
  ["an endless head", `HTTP/1.1 200 OK\r\nX: ${"x".repeat(33_000)}`, {
    fault: "head_too_large",
  }],
];

for (const [what, text, expected] of ROWS) {
  for (const chunk of [1, 7, 65_536]) {
    if (chunk === 1 && text.length > 10_000) continue;
    Deno.test(`ResponseReceiver reads ${what} in chunks of ${chunk}`, () => {
      assert.deepEqual(receive(text, chunk), expected);
    });
  }
}

Deno.test("ResponseReceiver sees that more was said than the response", () => {
  const receiver = new ResponseReceiver(10);
  receiver.push(
    encoder.encode("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP"),
  );
  const input = receiver.next();
  assert.ok(input?.kind === "response" && !input.response.reusable);
});

Deno.test("ResponseReceiver holds no more than its limits, whatever comes", () => {
  let seed = 5;
  const next = () => seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  for (let round = 0; round < 200; round++) {
    const receiver = new ResponseReceiver(100);
    receiver.push(encoder.encode(
      round % 2 ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" : "",
    ));
    for (let i = 0; i < 60; i++) {
      receiver.push(
        Uint8Array.from(
          { length: next() % 2000 },
          () => "0123af\r\n;: H".charCodeAt(next() % 12),
        ),
      );
      assert.ok(receiver.pending <= 32 * 1024 + 2100);
    }
  }
});
