/** Real-time channels, as a device finds them before it uses them. @module */
import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import type { Finding } from "../../admin/doctor_control.ts";
import type { ListenerShape } from "../../admin/live_server.ts";
import { concat, utf8 } from "../../base/octets.ts";
import type { ListenerName } from "../../config/listener_table.ts";
import { encodeFrame } from "../../iroh/proto/frames.ts";
import { encodeIntroduction } from "../../iroh/proto/introduction.ts";
import { FrameReceiver } from "../../iroh/proto/receiver.ts";
import type { DialledWire } from "../../net/dial.ts";
import { openListener } from "./remedies.ts";
import { type Check, fail, type LiveWorld, pass, skip, warn } from "./check.ts";
import { ask, listenerNamed, reach } from "./port_checks.ts";

const ID = "iroh";
const QUESTION = utf8("postern?");
const SWITCHING = "HTTP/1.1 101 ";
const MAX_HEAD_OCTETS = 4096;

/** Where clients may be led. */
const LISTENERS: readonly ListenerName[] = ["https", "http", "iroh"];

async function iroh(world: LiveWorld): Promise<readonly Finding[]> {
  const { enabled, relay_url } = world.live.iroh();
  if (!enabled) return [skip(ID, "Real-time channels are switched off")];
  const listeners = LISTENERS.map((name) => listenerNamed(world, name))
    .filter((one) => one !== undefined);
  if (relay_url === null || listeners.length === 0) {
    return [warn(
      ID,
      "Clients are told of no relay: they use those of others",
      `${
        openListener(world, "https")
      }; or postern settings set iroh_relay_url URL`,
    )];
  }
  for (const listener of listeners) {
    const problem = await problemAt(world, listener);
    if (problem !== undefined) {
      return [fail(ID, `${listener.name}: ${problem}`, "postern logs")];
    }
  }
  const names = listeners.map(({ name }) => name).join(", ");
  return [pass(ID, `It answers on ${names}; clients are told ${relay_url}`)];
}

/** What does not work there, undefined if all does. */
async function problemAt(
  world: LiveWorld,
  listener: ListenerShape,
): Promise<string | undefined> {
  if (!isHidden(world)) {
    for (const [path, expected] of [["/ping", 200], ["/generate_204", 204]]) {
      const { status } = await ask(world, listener, `${path}`);
      if (status !== expected) return `${path} answers with status ${status}`;
    }
  }
  const wire = await reach(world, listener);
  try {
    return await isRelay(wire, world.context.certificates.hostname)
      ? undefined
      : "it does not answer a client of iroh 0.35";
  } finally {
    wire.abort();
  }
}

function isHidden({ config }: LiveWorld): boolean {
  return config.web.stealth !== "off";
}

/** Upgrades, says who it is, and asks whether it was heard. */
async function isRelay(wire: DialledWire, host: string): Promise<boolean> {
  const { key, secret } = anybody();
  const request = utf8(
    `GET /relay HTTP/1.1\r\nHost: ${host}\r\nUpgrade: iroh derp http\r\n\r\n`,
  );
  await wire.write(request);
  let head = "";
  let rest: Uint8Array = new Uint8Array(0);
  while (!head.includes("\r\n\r\n")) {
    const octets = await wire.read();
    if (!octets || head.length > MAX_HEAD_OCTETS) return false;
    head += new TextDecoder("latin1").decode(octets);
    rest = octets;
  }
  if (!head.startsWith(SWITCHING)) return false;
  const introduced = encodeIntroduction(
    key,
    (info) => sign(null, info, secret),
  );
  await wire.write(concat([introduced, encodeFrame("ping", QUESTION)]));
  rest = rest.subarray(
    rest.length - head.length + head.indexOf("\r\n\r\n") + 4,
  );
  const receiver = new FrameReceiver();
  receiver.push(rest);
  for (;;) {
    const frame = receiver.next();
    if (frame === "not_a_frame") return false;
    if (frame) {
      return frame.kind === "pong" &&
        frame.payload.toHex() === QUESTION.toHex();
    }
    const octets = await wire.read();
    if (!octets) return false;
    receiver.push(octets);
  }
}

function anybody(): { readonly key: Uint8Array; readonly secret: KeyObject } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const key = Uint8Array.fromBase64(x, { alphabet: "base64url" });
  return { key, secret: privateKey };
}

export const IROH_CHECKS: readonly Check[] = [{ ids: [ID], lookLive: iroh }];
