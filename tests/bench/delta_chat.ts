/** B3: two real Delta Chat cores, ping and pong. @module */
import { chatWith } from "../e2e/chats.ts";
import { Core, type Member } from "../e2e/core.ts";
import { pause, percentile, type Row } from "./measure.ts";
import type { Relay } from "./people.ts";

const ROUNDS = 30;
/** Core limits itself to about one message a second. */
const PAUSE_MS = 1_100;

/** The time from the call that sends to the event that a message has come. */
async function timeOneWay(
  from: Member,
  chat: number,
  to: Member,
): Promise<number> {
  const seen = to.core.events.length;
  const started = performance.now();
  await from.send(chat, `at ${started}`);
  await to.core.until(
    "message",
    () =>
      Promise.resolve(
        to.core.events.slice(seen).some(({ account, event }) =>
          account === to.id && event.kind === "IncomingMsg"
        ),
      ),
  );
  return performance.now() - started;
}

interface Pair {
  readonly ann: Member;
  readonly annsChat: number;
  readonly bob: Member;
  readonly bobsChat: number;
}

/** One way and back, again and again; what each way took, in ms. */
export async function pingPong(
  { ann, annsChat, bob, bobsChat }: Pair,
): Promise<number[]> {
  const waitedMs: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    await pause(PAUSE_MS);
    waitedMs.push(await timeOneWay(ann, annsChat, bob));
    await pause(PAUSE_MS);
    waitedMs.push(await timeOneWay(bob, bobsChat, ann));
  }
  return waitedMs;
}

export async function measureDeltaChat({ server }: Relay): Promise<Row[]> {
  const cores = await Promise.all([Core.start(), Core.start()]);
  try {
    const [ann, bob] = await Promise.all([
      cores[0].signUp(server, "annette"),
      cores[1].signUp(server, "bobbert"),
    ]);
    const bobsChat = await bob.join(ann);
    const annsChat = await chatWith(ann, "bobbert");
    const waitedMs = await pingPong({ ann, annsChat, bob, bobsChat });
    return [{
      benchmark: "B3, two Delta Chat cores",
      measure: "send to received, p50",
      value: percentile(waitedMs, 0.5),
      unit: "ms",
      required: "≤ 170",
    }, {
      benchmark: "B3, two Delta Chat cores",
      measure: "send to received, p99",
      value: percentile(waitedMs, 0.99),
      unit: "ms",
    }];
  } finally {
    await Promise.all(cores.map((core) => core.dispose()));
  }
}
