/** Whether this machine reaches others, and has the same time as they. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { type Check, fail, pass, skip, warn, type World } from "./check.ts";
import { addressesOf, connect, connectTls, fetched } from "./reach.ts";

const MAX_SKEW_S = 60;

async function https(world: World): Promise<readonly Finding[]> {
  const failure = await attempt(world, 443);
  const { peer } = world.options;
  if (failure === undefined) {
    return [pass("outbound-443", `${peer} answers on port 443`)];
  }
  return [fail(
    "outbound-443",
    `${failure}: mail to other relays leaves by this port`,
    `curl -v https://${peer}/, and let the firewall and the provider pass outgoing TCP 443`,
  )];
}

async function smtp(world: World): Promise<readonly Finding[]> {
  const failure = await attempt(world, 25);
  const { peer } = world.options;
  if (failure === undefined) {
    return [pass("outbound-25", `${peer} answers on port 25`)];
  }
  return [warn(
    "outbound-25",
    `${failure}: many providers close it; relays with HTTPS get mail all the same`,
    "Ask the provider to open outgoing TCP 25",
  )];
}

/** Why nobody can be reached; undefined: somebody was. */
async function attempt(
  world: World,
  port: number,
): Promise<string | undefined> {
  const { peer } = world.options;
  const [address, ...others] = await addressesOf(world, peer);
  if (address === undefined) return `The DNS has no address of ${peer}`;
  try {
    await firstOf(
      [address, ...others],
      (one) =>
        connect(world, { address: one, port }).then((wire) => wire.abort()),
    );
    return undefined;
  } catch (error) {
    return `${peer}, port ${port}: ${reasonOf(error)}`;
  }
}

/** The last failure, if all fail. */
async function firstOf<T>(
  addresses: readonly string[],
  work: (address: string) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const address of addresses.slice(0, 2)) {
    try {
      return await work(address);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** By the answer of the authority, who has to have the right one. */
async function clock(world: World): Promise<readonly Finding[]> {
  const url = new URL(world.context.certificates.directory);
  const [address] = await addressesOf(world, url.hostname);
  if (address === undefined) {
    return [skip("clock", `${url.hostname} cannot be asked for the time`)];
  }
  const port = url.port === "" ? 443 : Number(url.port);
  const beforeMs = world.clock.now();
  let said: string | undefined;
  try {
    const wire = await connectTls(world, { address, port }, {
      host: url.hostname,
      certificate: "any", // with a wrong clock none can be verified
      alpn: ["http/1.1"],
    });
    const { fields } = await fetched(world, wire, url.host, url.pathname);
    said = fields.get("date");
  } catch (error) {
    return [skip("clock", `${url.hostname}: ${reasonOf(error)}`)];
  }
  const theirs = Date.parse(said ?? "");
  if (Number.isNaN(theirs)) {
    return [skip("clock", `${url.hostname} does not tell the time`)];
  }
  const skew = Math.round((beforeMs - theirs) / 1000);
  const words = skew < 0
    ? `${-skew} seconds behind ${url.hostname}`
    : `${skew} seconds ahead of ${url.hostname}`;
  if (Math.abs(skew) <= MAX_SKEW_S) {
    return [pass("clock", `It is ${words}`)];
  }
  return [fail(
    "clock",
    `The clock is ${words}: certificates and signatures are refused`,
    "timedatectl set-ntp true",
  )];
}

export const OUTBOUND_CHECKS: readonly Check[] = [
  { ids: ["outbound-443"], look: https },
  { ids: ["outbound-25"], look: smtp },
  { ids: ["clock"], look: clock },
];
