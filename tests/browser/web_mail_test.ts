/** The link of the messenger at `/app` to the relay, on lines that die without a word. */
import assert from "node:assert/strict";
import type { Line, Outside } from "../../web/browser/app/net/outside.ts";
import type { LinkState } from "../../web/browser/app/net/mail_link.ts";
import { WebMail } from "../../web/browser/app/net/web_mail.ts";
import { TestTime } from "../harness/test_time.ts";

const ACCOUNT = { address: "ann@relay.example", password: "secret" };
const CONNECTING = 0;
const OPEN = 1;

/** A relay's end of one line: it tells what is there, and what comes. */
class TestLine implements Line {
  readyState: 0 | 1 | 2 | 3 = OPEN;
  onopen: Line["onopen"] = null;
  onmessage: Line["onmessage"] = null;
  onclose: Line["onclose"] = null;
  isClosed = false;
  /** Nothing goes through any more, and nobody is told. */
  isDead = false;
  pings = 0;

  constructor(readonly mail: readonly string[], readonly since: number) {}

  send(text: string): void {
    if (this.isDead) return;
    const { type, req_id, action, data } = JSON.parse(text);
    if (type === "ping") {
      this.pings++;
      this.push({ action: "pong", data: {} });
    } else if (action === "fetch") {
      const body = this.mail[data.uid - 1];
      this.push({ req_id, action: "result", data: { uid: data.uid, body } });
    }
  }

  close(): void {
    this.isClosed = true; // its end would be told much later
  }

  /** After what is under way here. */
  push(frame: unknown): void {
    queueMicrotask(() => {
      if (this.isDead) return;
      const event = { data: JSON.stringify(frame) } as MessageEvent;
      this.onmessage?.call(this as never, event);
    });
  }

  open(): void {
    this.readyState = OPEN;
    this.onopen?.call(this as never, new Event("open"));
    for (let uid = this.since + 1; uid <= this.mail.length; uid++) {
      this.tell(uid);
    }
  }

  tell(uid: number): void {
    this.push({ action: "new_message", data: { uid, size: 10 } });
  }
}

class World {
  readonly time = new TestTime();
  readonly mail: string[] = [];
  readonly lines: TestLine[] = [];
  readonly states: LinkState[] = [];
  readonly received: string[] = [];
  readonly link: WebMail;
  #onBack = () => {};
  /** The next line stays half open. */
  isStuck = false;

  constructor() {
    const outside: Outside = {
      later: (ms, work) => {
        const end = this.time.every(ms, () => {
          end();
          work();
        });
        return end;
      },
      post: () => Promise.resolve({ ticket: "t" }),
      open: (path) => {
        const { searchParams } = new URL(path, "https://relay.example");
        const line = new TestLine(
          this.mail,
          Number(searchParams.get("since_uid")),
        );
        if (this.isStuck) line.readyState = CONNECTING;
        else queueMicrotask(() => line.open());
        this.lines.push(line);
        return line;
      },
      onBack: (work) => {
        this.#onBack = work;
        return () => this.#onBack = () => {};
      },
    };
    this.link = new WebMail(() => ACCOUNT, outside);
  }

  async start(): Promise<TestLine> {
    this.link.start(0, {
      onMessage: (_uid, raw) => {
        this.received.push(new TextDecoder().decode(raw));
        return Promise.resolve();
      },
      onSeen: () => Promise.resolve(),
      onState: (state) => this.states.push(state),
    });
    await this.time.pass(1);
    await settled();
    assert.equal(this.states.at(-1), "online");
    return this.lines[0]!;
  }

  /** Somebody opens the lid. */
  back(): void {
    this.#onBack();
  }

  [Symbol.dispose](): void {
    this.link.stop();
    assert.equal(this.time.pending, 0, "nothing goes on after the end");
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}

Deno.test("a line that answers is kept, however long nothing comes", async () => {
  using world = new World();
  const line = await world.start();
  await world.time.pass(3_600_000);
  assert.equal(world.lines.length, 1);
  assert.ok(line.pings >= 100);
  assert.deepEqual(world.states, ["connecting", "online"]);
});

Deno.test("a line that dies without a word is replaced, and nothing is missed", async () => {
  using world = new World();
  const line = await world.start();
  world.mail.push("before");
  line.tell(1);
  await settled();
  line.isDead = true;
  world.mail.push("one", "two");
  await world.time.pass(45_000);
  await settled();
  assert.deepEqual(world.states, [
    "connecting",
    "online",
    "offline",
    "connecting",
    "online",
  ]);
  assert.ok(line.isClosed);
  assert.equal(world.lines[1]!.since, 1);
  assert.deepEqual(world.received, ["before", "one", "two"]);
  // what the old one says late is not heard
  line.isDead = false;
  line.tell(2);
  line.onclose?.call(line as never, { code: 4401 } as CloseEvent);
  await settled();
  assert.equal(world.states.at(-1), "online");
  assert.equal(world.received.length, 3);
});

Deno.test("who comes back does not wait for the next look at the line", async () => {
  using world = new World();
  const line = await world.start();
  line.isDead = true;
  await world.time.pass(1000);
  world.back();
  await world.time.pass(15_000);
  assert.equal(world.states.at(-1), "offline");
  await world.time.pass(2000);
  await settled();
  assert.equal(world.states.at(-1), "online");
});

Deno.test("a request under way has its own time, and ends with the line", async () => {
  using world = new World();
  const line = await world.start();
  line.isDead = true;
  const asked = world.link.folders().then(() => "answered", String);
  await world.time.pass(59_000);
  assert.equal(world.lines.length, 1, "the answer may be long under way");
  await world.time.pass(1001);
  assert.match(await asked, /does not answer/);
  assert.ok(line.isClosed);
  await world.time.pass(2000);
  assert.equal(world.lines.length, 2);
});

Deno.test("a line that never opens is given up", async () => {
  using world = new World();
  const line = await world.start();
  world.isStuck = true;
  line.onclose?.call(line as never, { code: 1012 } as CloseEvent);
  await world.time.pass(2000);
  assert.equal(world.lines.length, 2);
  world.isStuck = false;
  await world.time.pass(63_000);
  await settled();
  assert.equal(world.lines.length, 3);
  assert.ok(world.lines[1]!.isClosed);
  assert.equal(world.states.at(-1), "online");
});
