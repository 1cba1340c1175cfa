/** Our ports as another relay finds them, which is asked to connect back. @module */
import {
  type InferOutput,
  nullable,
  object,
  optional,
  picklist,
  record,
  safeParse,
  string,
} from "valibot";
import type { Finding } from "../../admin/doctor_control.ts";
import type { ListenerShape } from "../../admin/live_server.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { type ListenerName, listenerRow } from "../../config/listener_table.ts";
import { post } from "../../http/client/post.ts";
import type { HttpResponse } from "../../http/client/response_receiver.ts";
import { ECHO_PATH } from "../../http/echo/port_echo.ts";
import {
  ALPN_REMEDY,
  isByAlpn,
  newNonce,
  shown,
  type Trial,
} from "./challenge_check.ts";
import { type Check, fail, type LiveWorld, pass, skip } from "./check.ts";
import { addressesOf, connectTls } from "./reach.ts";

const ID = "ports-outside";
const ALPN_OUTSIDE = "tls-alpn-outside";
const HTTPS_PORT = 443;
const ANSWER_MS = 25_000;

const ANSWER = object({
  address: string(),
  /** What it was shown as an authority; absent: it does not come as one. */
  challenge: optional(nullable(string())),
  ports: record(string(), picklist(["open", "closed", "other"])),
});
type Answer = InferOutput<typeof ANSWER>;

async function outside(world: LiveWorld): Promise<readonly Finding[]> {
  const { outside } = world.options;
  if (!outside) {
    return [skip(ID, "Only with --outside: it has another relay connect here")];
  }
  const listeners = world.live.listeners().filter(isForOthers);
  if (listeners.length === 0) {
    return [skip(ID, "Nothing listens at a port that relays usually have")];
  }
  const trial = isByAlpn(world) ? await shown(world) : undefined;
  try {
    return await asked(world, listeners, trial);
  } finally {
    await trial?.remove();
  }
}

async function asked(
  world: LiveWorld,
  listeners: readonly ListenerShape[],
  trial: Trial | undefined,
): Promise<readonly Finding[]> {
  const { peer } = world.options;
  const nonce = trial?.nonce ?? newNonce(world);
  const [address] = await addressesOf(world, peer);
  if (address === undefined) return [skip(ID, `The DNS has no ${peer}`)];
  let response: HttpResponse;
  try {
    response = await ask(world, { address, nonce, trial, listeners });
  } catch (error) {
    return [skip(ID, `${peer} cannot be asked: ${reasonOf(error)}`)];
  }
  const { status } = response;
  if (status === 429) return [skip(ID, `${peer} was asked too often`)];
  const answer = answerIn(response);
  if (!answer) {
    return [skip(
      ID,
      `${peer} does not connect back (status ${status}): its doctor.echo is off, or it is another program`,
    )];
  }
  return [
    ...findings(answer, listeners, peer),
    ...(trial ? challenged(answer, trial, peer) : []),
  ];
}

function challenged(
  { address, challenge }: Answer,
  { fingerprint }: Trial,
  peer: string,
): readonly Finding[] {
  if (challenge === undefined) {
    return [
      skip(ALPN_OUTSIDE, `${peer} does not come as an authority: it is older`),
    ];
  }
  return [
    challenge === fingerprint
      ? pass(ALPN_OUTSIDE, `${peer} is answered at port 443 of ${address}`)
      : fail(
        ALPN_OUTSIDE,
        `An authority at port 443 of ${address}, as ${peer} came, does not get our answer`,
        ALPN_REMEDY,
      ),
  ];
}

/** At a usual port, and not at the loopback alone. */
function isForOthers({ name, address, port, transport }: ListenerShape) {
  return transport === "tcp" && !LOOPBACK.test(address) &&
    listenerRow(name as ListenerName).port === port;
}

const LOOPBACK = /^(?:127\.|::1$)/;

async function ask(
  world: LiveWorld,
  { address, nonce, trial, listeners }: {
    readonly address: string;
    readonly nonce: string;
    readonly trial: Trial | undefined;
    readonly listeners: readonly ListenerShape[];
  },
): Promise<HttpResponse> {
  const { options: { peer }, timers, asking } = world;
  const ports = [...new Set(listeners.map(({ port }) => port))];
  const question = { nonce, ports, ...(trial ? { challenge: true } : {}) };
  const body = new TextEncoder().encode(JSON.stringify(question));
  const wire = await connectTls(world, { address, port: HTTPS_PORT }, {
    host: peer,
    certificate: "any",
    alpn: ["http/1.1"],
  });
  asking.add(nonce);
  try {
    return await post(wire, {
      host: peer,
      target: ECHO_PATH,
      fields: [["Content-Type", "application/json"], ["Connection", "close"]],
      sizeOctets: body.length,
      async *content() {
        yield await Promise.resolve(body);
      },
    }, { timers, stallMs: ANSWER_MS, responseMs: ANSWER_MS });
  } finally {
    asking.delete(nonce);
    wire.close();
  }
}

function answerIn({ status, body }: HttpResponse): Answer | undefined {
  if (status !== 200) return undefined;
  try {
    const { success, output } = safeParse(
      ANSWER,
      JSON.parse(new TextDecoder().decode(body)),
    );
    return success ? output : undefined;
  } catch {
    return undefined;
  }
}

function findings(
  { address, ports }: Answer,
  listeners: readonly ListenerShape[],
  peer: string,
): readonly Finding[] {
  const bad = listeners.flatMap(({ name, port }) => {
    const found = ports[port];
    if (found === "open") return [];
    const what = found === "other"
      ? "something else answers there"
      : "nothing answers there";
    return [fail(
      ID,
      `${name}, port ${port} of ${address}, as ${peer} sees it: ${what}`,
      found === "other"
        ? `postern dns check; ss -ltnp 'sport = :${port}' on this machine, and what the router sends port ${port} to`
        : `postern firewall print; let the firewall of this machine and of the provider pass TCP ${port}`,
    )];
  });
  if (bad.length > 0) return bad;
  const list = [...new Set(listeners.map(({ port }) => port))].join(", ");
  return [pass(ID, `${peer} reaches ports ${list} of ${address}`)];
}

export const OUTSIDE_CHECKS: readonly Check[] = [
  { ids: [ID, ALPN_OUTSIDE], lookLive: outside },
];
