/** What one person writes comes in the order in which it was written. */
import assert from "node:assert/strict";
import { messageId } from "../harness/message.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { until } from "../harness/until.ts";
import { Correspondent } from "./correspondent.ts";

const WRITERS = 4;
const MESSAGES = 40;
const DELAY_MS = 10;

async function ids(reader: Correspondent): Promise<string[]> {
  const encoder = new TextEncoder();
  return (await reader.read()).map((text) => messageId(encoder.encode(text))!);
}

/** Where HTTPS is shut, mail goes by SMTP. */
for (const [name, shut] of [["/mxdeliv", []], ["SMTP", [443]]] as const) {
  networkTest(
    `messages of one sender are not overtaken on their way over ${name}`,
    async () => {
      await using network = await Network.make();
      await using ending = new AsyncDisposableStack();
      const far = await network.addHost("far", DELAY_MS);
      const one = await RelayHost.start(network, { domain: "one.example" });
      const two = await RelayHost.start(network, {
        domain: "two.example",
        host: far,
      });
      await two.host.barriers({
        from: [one.host],
        ports: [...shut, 80],
        answer: "reset",
      });
      const reader = await Correspondent.signUp(two, "reader");
      const neighbour = await Correspondent.signUp(one, "neighbour");
      const writers = await Promise.all(
        Array.from(
          { length: WRITERS },
          (_, n) => Correspondent.signUp(one, `writer${n}`),
        ),
      );
      const people = [reader, neighbour, ...writers];
      for (const person of people) ending.defer(() => person.close());

      // with somebody here among those who get it, no reply waits for an attempt
      const to = [reader.address, neighbour.address];
      const wanted = WRITERS * MESSAGES;
      await Promise.all(writers.map(async (writer, n) => {
        for (let m = 0; m < MESSAGES; m++) await writer.write(to, `${n}-${m}`);
      }));
      await until(`${wanted} messages`, async () => {
        const { untagged } = await reader.imap.expectOk("NOOP");
        return untagged.some(({ text }) => text === `* ${wanted} EXISTS`);
      });
      for (const person of [reader, neighbour]) {
        const come = await ids(person);
        assert.equal(come.length, wanted);
        for (let n = 0; n < WRITERS; n++) {
          assert.deepEqual(
            come.filter((id) => id.startsWith(`${n}-`)),
            Array.from({ length: MESSAGES }, (_, m) => `${n}-${m}`),
          );
        }
      }
    },
  );
}
