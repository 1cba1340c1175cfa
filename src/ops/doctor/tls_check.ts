/** The certificate: is it there, for whom, for how long, and do clients take it? @module */
import type { Finding } from "../../admin/doctor_control.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { type Certificate, covers } from "../../tls/certificate.ts";
import { CertificateError } from "../../net/tls_upgrade.ts";
import { type Check, fail, pass, warn, type World } from "./check.ts";
import { listenerNamed } from "./port_checks.ts";
import { trustedCertificate } from "./remedies.ts";
import { connectTls, ownTarget } from "./reach.ts";

/** How there is a newer one of the same kind. */
function renewal(world: World): string {
  const { context: { settings }, config } = world;
  switch (settings.get("tls_mode")) {
    case "autocert":
      return "postern certificate get";
    case "self_signed":
      return `postern restart makes it anew; for one that others trust: ${
        trustedCertificate(world)
      }`;
    case "file": {
      const [chain = config.tls.cert, key = config.tls.key] = settings.get(
        "tls_files",
      );
      return `Put a new one into ${chain} and ${key}, then postern reload --scope tls; or ${
        trustedCertificate(world)
      }`;
    }
  }
}

async function certificate(world: World): Promise<readonly Finding[]> {
  const { certificates } = world.context;
  const served = await certificates.current();
  const [current] = served;
  if (!current) {
    const problem = await certificates.problem();
    return [
      problem === undefined
        ? fail(
          "tls",
          `There is no certificate at ${certificates.path}`,
          trustedCertificate(world),
        )
        : fail(
          "tls",
          `There is no certificate at ${certificates.path} (${problem})`,
          renewal(world),
        ),
    ];
  }
  const found = [
    ...served.flatMap((one) =>
      lifetime(one, world.clock.now(), renewal(world))
    ),
    ...names(served, certificates.names, world),
    ...await handshakes(world, current),
  ];
  if (found.length > 0) return found;
  const until = new Date(current.notAfter).toISOString().slice(0, 10);
  return [pass("tls", `From ${current.issuer}, until ${until}`)];
}

function lifetime(
  { names: [name = ""], notBefore, notAfter }: Certificate,
  nowMs: number,
  remedy: string,
): readonly Finding[] {
  if (nowMs >= notAfter) {
    return [
      fail(
        "tls",
        `The certificate for ${name} has expired`,
        remedy,
      ),
    ];
  }
  if (nowMs < notBefore) {
    return [
      fail(
        "tls",
        `The certificate for ${name} is not valid yet`,
        "timedatectl: see to the clock",
      ),
    ];
  }
  const left = (notAfter - nowMs) / (notAfter - notBefore);
  if (left > 0.25) return [];
  const days = Math.floor((notAfter - nowMs) / 86_400_000);
  return [warn(
    "tls",
    `The certificate for ${name} ends in ${days} days: less than a quarter of its time is left`,
    remedy,
  )];
}

function names(
  served: readonly Certificate[],
  wanted: readonly string[],
  world: World,
): readonly Finding[] {
  const missing = wanted.filter((name) =>
    !served.some((one) => covers(one, name))
  );
  if (missing.length === 0) return [];
  return [warn(
    "tls",
    `No certificate is for ${missing.join(", ")}`,
    world.context.settings.get("tls_mode") === "autocert"
      ? "postern certificate get --force, once these names lead here"
      : renewal(world),
  )];
}

/** By name and without one; what others trust is seen only there. */
async function handshakes(
  world: World,
  current: Certificate,
): Promise<readonly Finding[]> {
  const { live, certificates: { hostname } } = world.context;
  if (live === undefined) return [];
  const listener = listenerNamed({ ...world, live }, "https");
  if (!listener) return [];
  const target = ownTarget(listener);
  if (current.selfSigned) {
    return [warn(
      "tls",
      "The certificate is self-signed: apps take it from our own links only, and some relays not at all",
      world.context.settings.get("tls_mode") === "autocert"
        ? "postern certificate status says why the authority has given none; postern certificate get asks again"
        : trustedCertificate(world),
    )];
  }
  const found: Finding[] = [];
  try {
    const host = hostname.replace(/^\[|\]$/g, "");
    (await connectTls(world, target, { host, certificate: "verified" }))
      .abort();
  } catch (error) {
    const remedy = error instanceof CertificateError
      ? `${
        trustedCertificate(world)
      }; with files of your own: the chain has to have all but the root`
      : "postern certificate status";
    found.push(fail("tls", `As ${hostname}: ${reasonOf(error)}`, remedy));
  }
  try {
    const host = target.address;
    (await connectTls(world, target, { host, certificate: "any" })).abort();
  } catch (error) {
    const detail = `Without a name (SNI): ${reasonOf(error)}`;
    found.push(fail("tls", detail, "postern certificate status"));
  }
  return found;
}

export const TLS_CHECKS: readonly Check[] = [
  { ids: ["tls"], look: certificate },
];
