/** An app in a chat opens a channel between two cores that reach each other only through a relay. @module */
import assert from "node:assert/strict";
import { crc32 } from "../../src/turn/proto/crc32.ts";
import { utf8 } from "../../src/base/octets.ts";
import { networkTest } from "../harness/network/namespace.ts";
import { Network } from "../harness/network/network.ts";
import { RelayHost } from "../harness/network/relay_host.ts";
import { Core, type Member } from "./core.ts";
import { chatWith } from "./chats.ts";

/** Cores trust certificates of relays only where a public authority made them. */
const CONFIG = `
[iroh]
relay_url = "http://one.example"
`;

networkTest(
  "two cores without a way to each other have a real-time channel",
  async () => {
    await using ending = new AsyncDisposableStack();
    const network = ending.use(await Network.make());
    const relay = await RelayHost.start(network, {
      domain: "one.example",
      config: CONFIG,
    });
    const hosts = [await network.addHost("ann"), await network.addHost("bob")];
    const [annsHost, bobsHost] = hosts;
    assert.ok(annsHost && bobsHost);
    await annsHost.barriers({ from: [bobsHost], answer: "silence" });
    await bobsHost.barriers({ from: [annsHost], answer: "silence" });
    const cores = await Promise.all(hosts.map((host) => Core.start({ host })));
    for (const core of cores) ending.defer(() => core.dispose());
    const [ann, bob] = await Promise.all(
      ["ann", "bob"].map((name, at) => cores[at]!.signUp(relay, name)),
    );
    assert.ok(ann && bob);
    for (const { rpc, id } of [ann, bob]) {
      await rpc.setConfig(id, "webxdc_realtime_enabled", "1");
    }
    await bob.join(ann);
    const app = `${cores[0]!.folder}/app.xdc`;
    await Deno.writeFile(app, archive("index.html", "<p>An app</p>"));
    const sent = await ann.rpc.sendMsg(ann.id, await chatWith(ann, "bob"), {
      text: null,
      html: null,
      viewtype: "Webxdc",
      file: app,
      filename: "app.xdc",
      location: null,
      overrideSenderName: null,
      quotedMessageId: null,
      quotedText: null,
    });
    const received = await bob.receive(
      "the app",
      ({ viewType, downloadState }) =>
        viewType === "Webxdc" && downloadState === "Done",
    );
    await ann.rpc.sendWebxdcRealtimeAdvertisement(ann.id, sent);
    await bob.untilEvent(
      "advertisement",
      ({ kind }) => kind === "WebxdcRealtimeAdvertisementReceived",
    );
    await bob.rpc.sendWebxdcRealtimeAdvertisement(bob.id, received.id);
    await passes(bob, received.id, ann, [1, 2, 3]);
    await passes(ann, sent, bob, [...utf8("back")]);
    const status = JSON.parse(await relay.command("iroh", "status", "--json"));
    assert.ok(status.data.clients >= 2, JSON.stringify(status.data));
    assert.ok(status.data.forwarded > 0, JSON.stringify(status.data));
  },
);

/** Says it again and again, as games do, until the other one has it. */
async function passes(
  from: Member,
  message: number,
  to: Member,
  data: readonly number[],
): Promise<void> {
  const timer = setInterval(() => {
    from.rpc.sendWebxdcRealtimeData(from.id, message, [...data])
      .catch(() => {});
  }, 500);
  try {
    await to.untilEvent(
      "data of the channel",
      (event) =>
        event.kind === "WebxdcRealtimeData" &&
        event.data.join() === data.join(),
    );
  } finally {
    clearInterval(timer);
  }
}

/** A ZIP archive of one file, not compressed (APPNOTE 4.3). */
function archive(name: string, text: string): Uint8Array {
  const path = utf8(name);
  const content = utf8(text);
  const size = 30 + path.length + content.length + 46 + path.length + 22;
  const octets = new Uint8Array(size);
  const view = new DataView(octets.buffer);
  const common = (at: number) => {
    view.setUint16(at, 20, true); // version needed
    view.setUint32(at + 10, crc32(content), true);
    view.setUint32(at + 14, content.length, true);
    view.setUint32(at + 18, content.length, true);
    view.setUint16(at + 22, path.length, true);
  };
  view.setUint32(0, 0x04034b50, true);
  common(4);
  octets.set(path, 30);
  octets.set(content, 30 + path.length);
  const directory = 30 + path.length + content.length;
  view.setUint32(directory, 0x02014b50, true);
  view.setUint16(directory + 4, 20, true);
  common(directory + 6);
  octets.set(path, directory + 46);
  const end = directory + 46 + path.length;
  view.setUint32(end, 0x06054b50, true);
  view.setUint16(end + 8, 1, true);
  view.setUint16(end + 10, 1, true);
  view.setUint32(end + 12, end - directory, true);
  view.setUint32(end + 16, directory, true);
  return octets;
}
