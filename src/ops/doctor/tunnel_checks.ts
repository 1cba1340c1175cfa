/** Ways in for clients whose network lets them reach nothing else. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { utf8 } from "../../base/octets.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { listenerRow } from "../../config/listener_table.ts";
import { turnsRelaysOff } from "../bandwidth/month.ts";
import { type Check, fail, type LiveWorld, pass, skip, warn } from "./check.ts";
import { LineClient } from "./mail/line_client.ts";
import { listenerNamed } from "./port_checks.ts";
import { connect, connectTls, ownTarget } from "./reach.ts";

async function shadowsocks(world: LiveWorld): Promise<readonly Finding[]> {
  const { settings } = world.context;
  const id = "ss";
  if (!settings.get("shadowsocks_enabled")) {
    return [skip(id, "Shadowsocks is switched off: postern proxy enable")];
  }
  if (isOffForTheMonth(world)) return [offForTheMonth(id)];
  try {
    await world.live.tryShadowsocks();
    return [pass(id, "A client with the link reaches the server through it")];
  } catch (error) {
    const remedy =
      "postern proxy status; postern port shadowsocks status; postern restart";
    return [fail(id, reasonOf(error), remedy)];
  }
}

async function connectProxy(world: LiveWorld): Promise<readonly Finding[]> {
  const { settings } = world.context;
  const id = "http-proxy";
  if (!settings.get("http_proxy_enabled")) {
    return [skip(id, "The HTTP proxy is switched off")];
  }
  if (isOffForTheMonth(world)) return [offForTheMonth(id)];
  const user = settings.get("http_proxy_username");
  const password = settings.get("http_proxy_password");
  const remedy = "postern http-proxy status; postern http-proxy rotate";
  try {
    const known = await answerTo(world, `${user}:${password}`);
    if (!/^HTTP\/1\.1 2/.test(known)) {
      const detail = `Who has the link is refused: ${known}`;
      return [fail(id, detail, remedy)];
    }
    const stranger = await answerTo(world, `${user}:${password}x`);
    if (/^HTTP\/1\.1 2/.test(stranger)) {
      const detail = "Who has a wrong password is let through";
      return [fail(id, detail, "postern http-proxy disable")];
    }
    return [pass(id, "Who has the link is let through, and nobody else")];
  } catch (error) {
    return [fail(id, reasonOf(error), remedy)];
  }
}

/** The first line. @throws {Error} */
async function answerTo(
  world: LiveWorld,
  credentials: string,
): Promise<string> {
  const listener = listenerNamed(world, "https") ??
    listenerNamed(world, "http");
  if (!listener) throw new Error("Neither https nor http listens");
  const target = ownTarget(listener);
  const host = world.context.certificates.hostname;
  const isTls = listenerRow(listener.name === "https" ? "https" : "http")
    .tls === "implicit";
  const wire = isTls
    ? await connectTls(world, target, {
      host,
      certificate: "any",
      alpn: ["http/1.1"],
    })
    : await connect(world, target);
  const client = new LineClient(wire, world.signal);
  try {
    const at = `${host}:${listener.port}`;
    const shown = utf8(credentials).toBase64();
    await client.write(
      `CONNECT ${at} HTTP/1.1\r\nHost: ${at}\r\nProxy-Authorization: Basic ${shown}\r\n\r\n`,
    );
    return await client.line();
  } finally {
    client.close();
  }
}

function isOffForTheMonth({ context }: LiveWorld): boolean {
  const { settings, bandwidth } = context;
  const action = settings.get("bandwidth_cap_action");
  return turnsRelaysOff(action, bandwidth.month());
}

function offForTheMonth(id: string): Finding {
  return warn(
    id,
    "It is off until the month of bandwidth ends: all that may go out has gone out",
    "postern settings set bandwidth_monthly_cap SIZE, or postern settings set bandwidth_cap_action none",
  );
}

export const TUNNEL_CHECKS: readonly Check[] = [
  { ids: ["ss"], lookLive: shadowsocks },
  { ids: ["http-proxy"], lookLive: connectProxy },
];
