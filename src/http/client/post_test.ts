import assert from "node:assert/strict";
import { TestTime } from "../../../tests/harness/test_time.ts";
import { happens } from "../../../tests/harness/until.ts";
import { HttpTrouble, type HttpWire, post, type PostRequest } from "./post.ts";

const encoder = new TextEncoder();

/** A peer that answers with `answer` once it has heard what it waits for. */
class Peer implements HttpWire {
  heard = "";
  closed = false;
  #answered = false;
  readonly #wakes: (() => void)[] = [];

  constructor(
    readonly answer: string | undefined,
    readonly answersAfter: string,
    /** Stops reading once it has heard this. */
    readonly stopsAfter?: string,
  ) {}

  async read(): Promise<Uint8Array | undefined> {
    while (!this.closed) {
      if (!this.#answered && this.heard.includes(this.answersAfter)) {
        this.#answered = true;
        return this.answer === undefined
          ? undefined
          : encoder.encode(this.answer);
      }
      await new Promise<void>((resolve) => this.#wakes.push(resolve));
    }
    return undefined;
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.stopsAfter !== undefined && this.heard.includes(this.stopsAfter)) {
      throw new Error("Broken pipe");
    }
    this.heard += new TextDecoder().decode(octets);
    this.#wake();
    await Promise.resolve();
  }

  close(): void {
    this.closed = true;
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake();
  }
}

const REQUEST: PostRequest = {
  host: "b.example",
  target: "/mxdeliv",
  fields: [["X-Mail-To", "bob@b.example"], ["X-Mail-To", "eve@b.example"]],
  sizeOctets: 6,
  async *content() {
    yield encoder.encode("abc");
    yield await Promise.resolve(encoder.encode("def"));
  },
};
const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK";

function run(peer: Peer, request = REQUEST, time = new TestTime()) {
  return post(peer, request, { timers: time, stallMs: 1000, responseMs: 2000 });
}

Deno.test("post() writes repeated fields in lines of their own and reads the answer", async () => {
  const peer = new Peer(OK, "abcdef");
  const response = await run(peer);
  assert.equal(response.status, 200);
  assert.equal(
    peer.heard,
    "POST /mxdeliv HTTP/1.1\r\nHost: b.example\r\nContent-Length: 6\r\n" +
      "X-Mail-To: bob@b.example\r\nX-Mail-To: eve@b.example\r\n\r\nabcdef",
  );
  assert.equal(peer.closed, false);
});

Deno.test("post() takes an answer that comes before the content is over", async () => {
  const peer = new Peer(
    "HTTP/1.1 413 Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "abc",
    "abc",
  );
  assert.equal((await run(peer)).status, 413);
});

Deno.test("post() tells a connection that was gone before it was used", async () => {
  const peer = new Peer(undefined, "", "");
  await assert.rejects(
    run(peer),
    (error) => error instanceof HttpTrouble && error.untouched,
  );
});

Deno.test("post() gives up on a peer that does not answer", async () => {
  const time = new TestTime();
  const peer = new Peer(OK, "never");
  const failed = assert.rejects(
    run(peer, REQUEST, time),
    (error) => error instanceof HttpTrouble && error.kind === "timeout",
  );
  await happens(() => time.pending > 0);
  await time.pass(2000);
  await failed;
  assert.equal(peer.closed, true);
});

Deno.test("post() closes when its content cannot be read, and says so", async () => {
  const peer = new Peer(OK, "never");
  const broken = {
    ...REQUEST,
    // deno-lint-ignore require-yield
    async *content(): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      throw new RangeError("disk");
    },
  };
  await assert.rejects(run(peer, broken), RangeError);
  assert.equal(peer.closed, true);
});

for (
  const [what, change] of [
    ["value", { fields: [["X-Mail-To", "a\r\nX: y"]] }],
    ["name", { fields: [["X:", "a"]] }],
    ["host", { host: "a\n" }],
    ["target", { target: "/ x" }],
  ] as const
) {
  Deno.test(`post() takes no ${what} that could end its line`, async () => {
    const request = { ...REQUEST, ...change } as PostRequest;
    await assert.rejects(run(new Peer(OK, ""), request), TypeError);
  });
}
