/**
 * Push: from the last octet of a message, and from the reply that says it is
 * committed, to its notification at the proxy, over TLS. Each message is for another account, since a
 * device is woken once in a second.
 *
 * @module
 */
import { TestAuthority } from "../harness/authority.ts";
import { encryptedPayload, messageOctets } from "../harness/message.ts";
import { Server } from "../harness/server.ts";
import { FakeProxy } from "../push/fake_proxy.ts";
import { pause, percentile, type Row } from "./measure.ts";
import { CONFIG, logIn, type Person, signedUp, submitting } from "./people.ts";

const PEOPLE = 100;
const MESSAGES = 400;
const PAYLOAD_OCTETS = 2_300;

export async function measurePush(): Promise<Row[]> {
  const authority = await TestAuthority.make();
  const proxy = await FakeProxy.start(await authority.issue(["127.0.0.1"]));
  const roots = await Deno.makeTempFile();
  await Deno.writeTextFile(roots, authority.rootPem);
  const push = `[push]\nurl = "${proxy.url}"\nca_file = "${roots}"`;
  const server = await Server.start({ config: `${CONFIG}\n${push}` });
  try {
    const relay = { server, certificate: "" };
    const [sender, ...readers] = await signedUp(relay, PEOPLE + 1) as [
      Person,
      ...Person[],
    ];
    for (const reader of readers) {
      const client = await logIn(relay, reader);
      await client.expectOk(
        `SETMETADATA INBOX (/private/devicetoken "${reader.address}")`,
      );
      client.close();
    }
    const client = await submitting(relay, sender);
    const payload = await encryptedPayload(PAYLOAD_OCTETS);
    const wholeMs: number[] = [];
    const afterMs: number[] = [];
    for (let n = 0; n < MESSAGES; n++) {
      const reader = readers[n % PEOPLE]!;
      const message = messageOctets({
        from: sender.address,
        id: `push${n}`,
        payload,
      });
      await client.start([reader.address]);
      const writtenAt = performance.now();
      await client.wire.write(message);
      const acknowledged = client.expect(250).then(() => performance.now());
      await proxy.hears(n + 1);
      const { atMs } = proxy.heard[n]!;
      wholeMs.push(atMs - writtenAt);
      afterMs.push(Math.max(0, atMs - await acknowledged));
      await pause(15);
    }
    client.close();
    return [
      ...rows("end of DATA to notification", wholeMs),
      ...rows("reply after the commit to notification", afterMs, "≤ 50"),
    ];
  } finally {
    await server.dispose();
    await proxy.close();
    await Deno.remove(roots);
  }
}

function rows(what: string, ms: readonly number[], required?: string): Row[] {
  const benchmark = "Push";
  return [
    {
      benchmark,
      measure: `${what}, p50`,
      value: percentile(ms, 0.5),
      unit: "ms",
    },
    {
      benchmark,
      measure: `${what}, p99`,
      value: percentile(ms, 0.99),
      unit: "ms",
      ...(required === undefined ? {} : { required }),
    },
  ];
}
