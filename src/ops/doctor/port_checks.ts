/** Our own ports, as somebody on this machine finds them. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import type { ListenerShape } from "../../admin/live_server.ts";
import { reasonOf } from "../../base/system_errors.ts";
import {
  LISTENER_NAMES,
  listenerRow,
  transportsOf,
} from "../../config/listener_table.ts";
import type { ListenerName } from "../../config/listener_table.ts";
import type { HttpResponse } from "../../http/client/response_receiver.ts";
import { ANOTHER, portHolder } from "../../net/bind_reason.ts";
import type { DialledWire } from "../../net/dial.ts";
import {
  type Check,
  fail,
  type LiveWorld,
  pass,
  skip,
  type World,
} from "./check.ts";
import { openListener } from "./remedies.ts";
import { connect, connectTls, fetched, ownTarget } from "./reach.ts";

async function ports(world: World): Promise<readonly Finding[]> {
  const { live } = world.context;
  return live === undefined
    ? occupied(world)
    : await served({ ...world, live });
}

/** What keeps a server from starting, which does not run. */
function occupied({ context }: World): readonly Finding[] {
  const wanted = context.listeners();
  const found = LISTENER_NAMES.flatMap((name) => {
    if (!transportsOf(name).includes("tcp")) return [];
    return wanted[name].flatMap(({ port }) => {
      const holder = portHolder(port);
      return holder === undefined ? [] : [fail(
        "ports-local",
        `${name} cannot listen on port ${port}: ${holder} has it`,
        `${
          holder === ANOTHER
            ? `ss -ltnp 'sport = :${port}' shows which; end that`
            : "End that"
        }, or postern port ${name} set PORT; then systemctl restart postern`,
      )];
    });
  });
  return found.length > 0 ? found : [
    skip("ports-local", "no server runs, and no other program has its ports"),
  ];
}

async function served(world: LiveWorld): Promise<readonly Finding[]> {
  const bound = world.live.listeners();
  const wanted = world.context.listeners();
  const closed = LISTENER_NAMES.filter((name) =>
    wanted[name].some(({ optional }) => !optional) &&
    !bound.some((one) => one.name === name)
  ).map((name) => notListening(name, wanted[name][0]?.port));
  const found = await Promise.all(
    bound.filter(({ transport }) => transport === "tcp")
      .map((listener) => accepts(world, listener)),
  );
  const bad = [...closed, ...found.filter((one) => one !== undefined)];
  if (bad.length > 0) return bad;
  const list = new Set(
    bound.map(({ name, port, transport }) =>
      `${name} ${port}${transport === "udp" ? "/udp" : ""}`
    ),
  );
  return [pass("ports-local", `Each accepts: ${[...list].join(", ")}`)];
}

function notListening(
  name: ListenerName,
  port: number | undefined,
): Finding {
  return fail(
    "ports-local",
    port === undefined
      ? `${name} does not listen`
      : `${name} does not listen on port ${port}`,
    port === undefined
      ? "postern port status"
      : `ss -ltnp 'sport = :${port}' shows what has the port; postern port ${name} set PORT takes another`,
  );
}

async function accepts(
  world: LiveWorld,
  listener: ListenerShape,
): Promise<Finding | undefined> {
  try {
    (await connect(world, ownTarget(listener))).abort();
    return undefined;
  } catch (error) {
    return fail(
      "ports-local",
      `${listener.name} on port ${listener.port}: ${reasonOf(error)}`,
      "postern restart; a firewall may also close the port to this machine itself: nft list ruleset",
    );
  }
}

async function web(world: LiveWorld): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for (const name of ["http", "https"] as const) {
    const listener = listenerNamed(world, name);
    if (!listener) {
      found.push(skip(name, `${name} does not listen`));
      continue;
    }
    const { status } = await ask(world, listener, "/");
    found.push(
      status < 500
        ? pass(name, `It answers with status ${status}`)
        : fail(name, `It answers with status ${status}`, "postern logs"),
    );
  }
  return found;
}

/** A GET is refused there, in a relay's words (405 or 400); a site of another program says something else. */
async function mxdeliv(world: LiveWorld): Promise<readonly Finding[]> {
  const listener = listenerNamed(world, "https") ??
    listenerNamed(world, "http");
  if (!listener) {
    return [fail(
      "mxdeliv",
      "Neither https nor http listens: other relays cannot bring mail",
      openListener(world, "https"),
    )];
  }
  const { status } = await ask(world, listener, "/mxdeliv");
  if (status === 405 || status === 400) {
    return [pass("mxdeliv", `/mxdeliv is there (status ${status} to a GET)`)];
  }
  return [fail(
    "mxdeliv",
    `/mxdeliv answers a GET with status ${status}: mail of other relays is not taken there`,
    "postern settings get federation_enabled; federation.http_inbound in the configuration file",
  )];
}

/** Asks there by HTTP. @throws {DialTrouble | HttpTrouble} */
export async function ask(
  world: LiveWorld,
  listener: ListenerShape,
  target: string,
): Promise<HttpResponse> {
  const wire = await reach(world, listener);
  const host = world.context.certificates.hostname;
  return await fetched(world, wire, host, target);
}

/** A connection for HTTP. @throws {DialTrouble | Error} */
export function reach(
  world: LiveWorld,
  listener: ListenerShape,
): Promise<DialledWire> {
  const own = ownTarget(listener);
  const host = world.context.certificates.hostname;
  return listenerRow(listener.name as ListenerName).tls === "implicit"
    ? connectTls(world, own, { host, certificate: "any", alpn: ["http/1.1"] })
    : connect(world, own);
}

export function listenerNamed(
  { live }: LiveWorld,
  name: ListenerName,
): ListenerShape | undefined {
  return live.listeners().find((one) => one.name === name);
}

export const PORT_CHECKS: readonly Check[] = [
  { ids: ["ports-local"], look: ports },
  { ids: ["http", "https"], lookLive: web },
  { ids: ["mxdeliv"], lookLive: mxdeliv },
];
