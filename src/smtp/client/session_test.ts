import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import {
  type OutgoingMessage,
  type SmtpOutcome,
  SmtpTrouble,
} from "./outcome.ts";
import { type ClientWire, SmtpClient } from "./session.ts";

/** A peer that says its lines in turn: each `S:` block after the `C:` lines before it have come. */
class ScriptedPeer implements ClientWire {
  closed = false;
  tls = 0;
  readonly heard: string[] = [];
  readonly #script: { readonly who: "S" | "C"; readonly text: string }[];
  readonly #said: Uint8Array[] = [];
  #wake: (() => void) | undefined;
  #input = "";

  constructor(script: string) {
    this.#script = script.trim().split("\n").map((line) => {
      const [, who, text] = /^\s*([SC]): ?(.*)$/.exec(line)!;
      return { who: who as "S" | "C", text: text! };
    });
    this.#speak();
  }

  async read(): Promise<Uint8Array | undefined> {
    while (this.#said.length === 0) {
      if (this.closed || this.#script[0]?.text === "(hangs up)") {
        return undefined;
      }
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    return this.#said.shift();
  }

  write(octets: Uint8Array): Promise<void> {
    this.#input += new TextDecoder().decode(octets);
    for (let end = this.#input.indexOf("\r\n"); end >= 0;) {
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 2);
      this.heard.push(line);
      const expected = this.#script.shift();
      assert.equal(`C: ${line}`, `${expected?.who}: ${expected?.text}`);
      end = this.#input.indexOf("\r\n");
    }
    this.#speak();
    return Promise.resolve();
  }

  startTls(): Promise<void> {
    this.tls++;
    return Promise.resolve();
  }

  close(): void {
    this.closed = true;
    this.#wake?.();
  }

  get finished(): boolean {
    return this.#script.length === 0;
  }

  /** In one piece, as a peer sends what it should not yet. */
  #speak(): void {
    let said = "";
    while (
      this.#script[0]?.who === "S" && !this.#script[0].text.startsWith("(")
    ) said += `${this.#script.shift()!.text}\r\n`;
    if (said !== "") this.#said.push(new TextEncoder().encode(said));
    this.#wake?.();
  }
}

const MESSAGE: OutgoingMessage = {
  reversePath: "ann@a.example",
  recipients: ["bob@b.example", "eve@b.example"],
  sizeOctets: 12,
  utf8: false,
  eightBit: false,
  async *content() {
    yield new TextEncoder().encode("A: b\r\n\r\n.");
    yield await Promise.resolve(new TextEncoder().encode("x\r\n"));
  },
};

const GREETING = `
  S: 220 b.example ready
  C: EHLO a.example
  S: 250-b.example
  S: 250-SIZE 1000
  S: 250 PIPELINING`;
const ENVELOPE = `
  C: MAIL FROM:<ann@a.example> SIZE=12
  C: RCPT TO:<bob@b.example>
  C: RCPT TO:<eve@b.example>`;
const CONTENT = `
  C: DATA
  S: 354 go on
  C: A: b
  C:
  C: ..x
  C: .`;

async function talk(
  script: string,
  work: (client: SmtpClient) => Promise<SmtpOutcome | void>,
): Promise<{ outcome: SmtpOutcome | void; peer: ScriptedPeer }> {
  const peer = new ScriptedPeer(script);
  const client = new SmtpClient({
    wire: peer,
    name: "a.example",
    timers: new TestTime(),
  });
  await client.greet();
  const outcome = await work(client);
  assert.ok(peer.finished, "the whole script was played");
  return { outcome, peer };
}

Deno.test("send() gives the message to all recipients", async () => {
  const { outcome } = await talk(
    `${GREETING}${ENVELOPE}
     S: 250 2.1.0 ok
     S: 250 ok
     S: 251 will forward ${CONTENT}
     S: 250 2.0.0 queued
     C: RSET
     S: 250 ok ${ENVELOPE}
     S: 250 ok
     S: 250 ok
     S: 250 ok ${CONTENT}
     S: 250 again
     C: QUIT
     S: 221 bye`,
    async (client) => {
      assert.equal(client.extensions.maxSizeOctets, 1000);
      const first = await client.send(MESSAGE);
      assert.equal((await client.send(MESSAGE)).kind, "accepted");
      await client.quit();
      return first;
    },
  );
  assert.deepEqual(outcome, {
    kind: "accepted",
    refused: [],
    reply: { code: 250, status: "2.0.0", lines: ["queued"] },
  });
});

Deno.test("send() brings the message to the others when one recipient is refused", async () => {
  const { outcome } = await talk(
    `${GREETING}${ENVELOPE}
     S: 250 ok
     S: 550 5.1.1 No such user
     S: 250 ok ${CONTENT}
     S: 250 queued`,
    (client) => client.send(MESSAGE),
  );
  assert.ok(outcome?.kind === "accepted");
  assert.deepEqual(outcome.refused, [{
    recipient: "bob@b.example",
    reply: { code: 550, status: "5.1.1", lines: ["No such user"] },
  }]);
});

for (
  const [what, script, kind] of [
    [
      "the sender",
      `${ENVELOPE}\n S: 450 later\n S: 503 no\n S: 503 no`,
      "refused",
    ],
    [
      "all recipients",
      `${ENVELOPE}\n S: 250 ok\n S: 550 no\n S: 450 later`,
      "recipients_refused",
    ],
    [
      "DATA",
      `${ENVELOPE}\n S: 250 ok\n S: 250 ok\n S: 250 ok\n C: DATA\n S: 451 no`,
      "refused",
    ],
    [
      "the content",
      `${ENVELOPE}\n S: 250 ok\n S: 250 ok\n S: 250 ok${CONTENT}\n S: 554 no`,
      "refused",
    ],
  ] as const
) {
  Deno.test(`send() tells that ${what} was refused, and leaves the connection usable`, async () => {
    const { outcome, peer } = await talk(
      GREETING + script,
      (client) => client.send(MESSAGE),
    );
    assert.equal(outcome?.kind, kind);
    assert.equal(peer.closed, false);
  });
}

Deno.test("send() waits for each reply of a peer that cannot read ahead", async () => {
  const { outcome } = await talk(
    `S: 220 hi
     C: EHLO a.example
     S: 502 what
     C: HELO a.example
     S: 250 hi
     C: MAIL FROM:<ann@a.example>
     S: 250 ok
     C: RCPT TO:<bob@b.example>
     S: 250 ok
     C: RCPT TO:<eve@b.example>
     S: 250 ok ${CONTENT}
     S: 250 queued`,
    (client) => client.send(MESSAGE),
  );
  assert.equal(outcome?.kind, "accepted");
});

Deno.test("startTls() forgets what was said before it", async () => {
  const { peer } = await talk(
    `S: 220 hi
     C: EHLO a.example
     S: 250-b.example
     S: 250 STARTTLS
     C: STARTTLS
     S: 220 go
     S: 250 injected
     C: EHLO a.example
     S: 250 b.example`,
    async (client) => {
      assert.equal(client.extensions.startTls, true);
      await client.startTls();
      assert.equal(client.extensions.startTls, false);
    },
  ).catch((error) => assert.fail(error));
  assert.equal(peer.tls, 1);
});

for (
  const [what, script, kind] of [
    ["a greeting that says no", "S: 554 go away", "refused"],
    ["a peer that closes", "S: 421 busy", "closing"],
    ["a peer that hangs up", "S: (hangs up)", "lost"],
    ["a peer that speaks no SMTP", "S: HTTP/1.1 400 Bad Request", "protocol"],
  ] as const
) {
  Deno.test(`greet() gives up on ${what}`, async () => {
    const peer = new ScriptedPeer(script);
    const client = new SmtpClient({
      wire: peer,
      name: "a.example",
      timers: new TestTime(),
    });
    await assert.rejects(
      client.greet(),
      (error) => error instanceof SmtpTrouble && error.kind === kind,
    );
    assert.equal(peer.closed, true);
  });
}

Deno.test("greet() gives up on a peer that says nothing", async () => {
  const time = new TestTime();
  const peer = new ScriptedPeer("C: never");
  const client = new SmtpClient({
    wire: peer,
    name: "a.example",
    timers: time,
  });
  const greeted = assert.rejects(
    client.greet(),
    (error) => error instanceof SmtpTrouble && error.kind === "timeout",
  );
  await time.pass(60_000);
  await greeted;
  assert.equal(peer.closed, true);
});

Deno.test("send() closes without the final dot when the content cannot be read", async () => {
  const peer = new ScriptedPeer(
    `${GREETING}${ENVELOPE}
     S: 250 ok
     S: 250 ok
     S: 250 ok
     C: DATA
     S: 354 go on`,
  );
  const client = new SmtpClient({
    wire: peer,
    name: "a.example",
    timers: new TestTime(),
  });
  await client.greet();
  const broken = {
    ...MESSAGE,
    // deno-lint-ignore require-yield
    async *content(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      throw new RangeError("disk");
    },
  };
  await assert.rejects(client.send(broken), RangeError);
  assert.equal(peer.closed, true);
});

Deno.test("send() takes no path that could end its line", async () => {
  const peer = new ScriptedPeer(GREETING);
  const client = new SmtpClient({
    wire: peer,
    name: "a.example",
    timers: new TestTime(),
  });
  await client.greet();
  for (const path of ["a@b>\r\nRCPT TO:<c@d", "a@b\n", "a\0@b"]) {
    const message = { ...MESSAGE, recipients: [path] };
    await assert.rejects(client.send(message), TypeError);
  }
});
