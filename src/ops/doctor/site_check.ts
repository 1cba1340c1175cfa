/** The site: under which names it is there, and whether by HTTPS. @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { type Check, type LiveWorld, pass, skip, warn } from "./check.ts";
import { trustedCertificate } from "./remedies.ts";
import { ask, listenerNamed, reach } from "./port_checks.ts";
import { fetched } from "./reach.ts";

const SITE = "site";
const RELOAD = "in the configuration file, then postern reload";
const MAX_NAMES = 16;

async function site(world: LiveWorld): Promise<readonly Finding[]> {
  if (!listenerNamed(world, "https") && !listenerNamed(world, "http")) {
    return [skip(SITE, "Neither https nor http listens: there is no site")];
  }
  if (!world.config.web.enabled) {
    return [skip(SITE, "web.enabled is false: there are no pages")];
  }
  const found = [...await inClear(world), ...await turnedAway(world)];
  if (found.length > 0) return found;
  return [pass(SITE, "Browsers come to it by the names of the certificate")];
}

/** What the file says, where it does not suit the certificate. */
async function inClear(world: LiveWorld): Promise<readonly Finding[]> {
  const { redirectToHttps } = world.config.http;
  const listener = listenerNamed(world, "http");
  if (redirectToHttps === "auto" || !listener) return [];
  const served = await world.context.certificates.current();
  const isTrusted = served.some(({ selfSigned }) => !selfSigned);
  const isMoved = (await ask(world, listener, "/")).status === 308;
  if (isMoved && !isTrusted) {
    return [warn(
      SITE,
      "Whoever comes in clear is led to a certificate that no browser trusts",
      `${
        trustedCertificate(world)
      }; or http.redirect_to_https = "auto" ${RELOAD}`,
    )];
  }
  if (isMoved || !isTrusted) return [];
  return [warn(
    SITE,
    "Pages are shown in clear, though browsers trust the certificate",
    `http.redirect_to_https = "auto" ${RELOAD}`,
  )];
}

/** Names that have a certificate are led to, so they are meant to be ours. */
async function turnedAway(world: LiveWorld): Promise<readonly Finding[]> {
  const { http: { unknownHost } } = world.config;
  const listener = listenerNamed(world, "https") ??
    listenerNamed(world, "http");
  if (unknownHost === "serve" || !listener) return [];
  const served = await world.context.certificates.current();
  const names = [...new Set(served.flatMap(({ names }) => names))]
    .filter((name) => !name.includes("*")).slice(0, MAX_NAMES);
  const refused: string[] = [];
  for (const name of names) {
    const wire = await reach(world, listener);
    const host = name.includes(":") ? `[${name}]` : name;
    const status = await fetched(world, wire, host, "/robots.txt")
      .then((answer) => answer.status, () => 0);
    if (status === 0 || status === 421) refused.push(name);
  }
  if (refused.length === 0) return [];
  return [warn(
    SITE,
    `The certificate is for ${
      refused.join(", ")
    }, which http.unknown_host turns away`,
    `http.extra_hosts ${RELOAD}`,
  )];
}

export const SITE_CHECKS: readonly Check[] = [
  { ids: [SITE], lookLive: site },
];
