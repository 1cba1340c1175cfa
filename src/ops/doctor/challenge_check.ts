/** Port 443 as an authority comes there (TLS-ALPN-01): does our answer come through? @module */
import { isIP } from "node:net";
import { randomText } from "../../accounts/random_text.ts";
import type { Finding } from "../../admin/doctor_control.ts";
import { challengedAt, challengeName } from "../../http/echo/port_echo.ts";
import type { AlpnTrial } from "../../tls/acme/alpn/alpn_challenges.ts";
import { type Check, fail, type LiveWorld, pass, skip, warn } from "./check.ts";
import { listenerNamed } from "./port_checks.ts";
import { openListener } from "./remedies.ts";
import { addressesOf, ownTarget, type Target } from "./reach.ts";

const ALPN_ID = "tls-alpn";
export const ALPN_REMEDY =
  'what stands before port 443 has to pass TLS on as it is; else acme.challenges = ["http-01"], which needs port 80, or ["dns-01"]';
const HTTPS_PORT = 443;
const HEX = "0123456789abcdef";
const NONCE_LENGTH = 32;

export interface Trial extends AlpnTrial {
  readonly nonce: string;
}

/** Whether an authority may come there. */
export function isByAlpn({ context, config }: LiveWorld): boolean {
  return context.certificates.mode === "autocert" &&
    config.acme.challenges.includes("tls-alpn-01");
}

export function newNonce({ context }: LiveWorld): string {
  return randomText(context.random, HEX, NONCE_LENGTH);
}

/** Until it is removed, who comes as an authority is answered. @throws {AcmeTrouble} */
export async function shown(world: LiveWorld): Promise<Trial | undefined> {
  const nonce = newNonce(world);
  const trial = await world.context.certificates
    .presentTrial?.(challengeName(nonce));
  return trial && { nonce, ...trial };
}

async function challenge(world: LiveWorld): Promise<readonly Finding[]> {
  if (!isByAlpn(world)) {
    return [skip(ALPN_ID, "No authority is to come to port 443")];
  }
  const listener = listenerNamed(world, "https");
  if (!listener) {
    return [warn(
      ALPN_ID,
      "https does not listen: no authority is answered there",
      openListener(world, "https"),
    )];
  }
  const trial = await shown(world);
  if (!trial) return [skip(ALPN_ID, "Only while the server runs")];
  try {
    const own = ownTarget(listener);
    if (await seen(world, trial, own) !== "ours") {
      return [fail(
        ALPN_ID,
        `Who comes as an authority to port ${own.port} of this machine does not get our answer`,
        "postern restart; postern logs",
      )];
    }
    return await ofTheName(world, trial);
  } finally {
    await trial.remove();
  }
}

/** By the addresses that the DNS has for us, as far as they can be reached from here. */
async function ofTheName(
  world: LiveWorld,
  trial: Trial,
): Promise<readonly Finding[]> {
  const { hostname } = world.context.certificates;
  const addresses = isIP(hostname)
    ? [hostname]
    : await addressesOf(world, hostname);
  const found = await Promise.all(
    addresses.map(async (address) => ({
      address,
      what: await seen(world, trial, { address, port: HTTPS_PORT }),
    })),
  );
  const others = found.filter(({ what }) => what !== "ours");
  if (others.length > 0) {
    const list = others.map(({ address }) => address).join(", ");
    return [warn(
      ALPN_ID,
      `Who comes as an authority to port 443 of ${list} does not get our answer; from outside it may be otherwise`,
      `postern doctor --outside asks another relay; ${ALPN_REMEDY}`,
    )];
  }
  return [pass(
    ALPN_ID,
    found.length === 0
      ? "An authority would be answered"
      : `An authority would be answered at port 443 of ${
        found.map(({ address }) => address).join(", ")
      }`,
  )];
}

async function seen(
  world: LiveWorld,
  { nonce, fingerprint }: Trial,
  { address, port }: Target,
): Promise<"ours" | undefined> {
  const { clock, timers, signal } = world;
  const found = await challengedAt(address, port, nonce, {
    clock,
    timers,
    signal,
  });
  return found === fingerprint ? "ours" : undefined;
}

export const CHALLENGE_CHECKS: readonly Check[] = [
  { ids: [ALPN_ID], lookLive: challenge },
];
