/** What must hold between keys; each key alone is checked by its kind. @module */
import { BlockList, isIP } from "node:net";
import { hostNameProblem, literalIp } from "../mail/address.ts";
import { adminPathsProblem, isTaken } from "./web_kinds.ts";
import { collisions, fileListeners } from "./listeners.ts";
import {
  type Config,
  KEY_NAMES,
  type KeyName,
  keyNamed,
  valueOf,
} from "./schema.ts";
import { passwordProblem } from "./tunnel_kinds.ts";

export interface CheckResult {
  readonly severity: "error" | "warning";
  readonly key: KeyName;
  readonly message: string;
}

export function checkConfig(config: Config): CheckResult[] {
  return [
    ...checkDomains(config),
    ...checkHostNames(config),
    ...checkListeners(config),
    ...checkOrder(config),
    ...checkQueue(config),
    ...checkAuthority(config),
    ...checkMetrics(config),
    ...checkAdminListen(config),
    ...checkTurn(config),
    ...checkShadowsocks(config),
    ...checkAdmin(config),
    ...checkWeb(config),
  ];
}

/** What is served to everybody and what nobody may see must lie apart. */
function* checkWeb({ server, web }: Config): Generator<CheckResult> {
  if (web.wwwDir === "") return;
  const [own, state] = [web.wwwDir, server.stateDir].map((path) =>
    `${path.replace(/\/+$/, "")}/`
  );
  if (own!.startsWith(state!) || state!.startsWith(own!)) {
    yield error(
      "web.www_dir",
      "may not contain server.state_dir, nor lie in it",
    );
  }
}

function* checkDomains({ server }: Config): Generator<CheckResult> {
  const domains = [server.domain, ...server.domains];
  for (const [index, domain] of server.domains.entries()) {
    if (domains.indexOf(domain) <= index) {
      yield error("server.domains", `names ${domain} twice`);
    }
  }
  for (const [alias, target] of Object.entries(server.domainAliases)) {
    if (domains.includes(alias)) {
      yield error(
        "server.domain_aliases",
        `${alias} is a domain with accounts of its own`,
      );
    }
    if (!domains.includes(target)) {
      yield error(
        "server.domain_aliases",
        `${alias} leads to ${target}, which is no domain of this server`,
      );
    }
  }
  const isLiteral = server.domain.startsWith("[");
  if (server.hostname && isIP(server.hostname) !== 0 && !isLiteral) {
    yield {
      severity: "warning",
      key: "server.hostname",
      message: `is an IP address while server.domain is a name: ` +
        `certificates are rarely made for both`,
    };
  }
}

/** A warning, since a relay may live under such a name. */
function* checkHostNames(config: Config): Generator<CheckResult> {
  for (const key of KEY_NAMES) {
    for (const name of keyNamed(key).kind.hosts?.(valueOf(config, key)) ?? []) {
      const message = hostNameProblem(name);
      if (message !== undefined) yield { severity: "warning", key, message };
    }
  }
}

function* checkShadowsocks({ shadowsocks }: Config): Generator<CheckResult> {
  const { cipher, password } = shadowsocks;
  const problem = passwordProblem(cipher, password);
  if (problem) yield error("shadowsocks.password", problem);
}

function* checkAdmin({ admin }: Config): Generator<CheckResult> {
  const problem = adminPathsProblem(admin.path, admin.webPath);
  const key = isTaken(admin.path) ? "admin.path" : "admin.web_path";
  if (problem) yield error(key, problem);
}

function* checkListeners(config: Config): Generator<CheckResult> {
  for (const { first, second, port } of collisions(fileListeners(config))) {
    yield error(
      `listen.${second}`,
      first === second
        ? `names port ${port} twice`
        : `port ${port} is already used by listen.${first}`,
    );
  }
}

/** Pairs of keys of which the first may not be above the second. */
function* checkOrder(config: Config): Generator<CheckResult> {
  const { registration, quota } = config;
  const lengths = lengthProblem({
    shortest: registration.minUsernameLength,
    generated: registration.usernameLength,
    longest: registration.maxUsernameLength,
  });
  if (lengths) yield error("registration.username_length", lengths);
  if (registration.passwordLength < registration.passwordMinLength) {
    yield error(
      "registration.password_length",
      `is below registration.password_min_length (${registration.passwordMinLength})`,
    );
  }
  if (quota.trimTo > quota.trimFrom) {
    yield error(
      "quota.trim_to",
      `is above quota.trim_from (${quota.trimFrom})`,
    );
  }
}

function* checkQueue({ queue }: Config): Generator<CheckResult> {
  if (queue.perDestination > queue.maxParallel) {
    yield error(
      "queue.per_destination",
      `is above queue.max_parallel (${queue.maxParallel})`,
    );
  }
  if (queue.retry.length === 0) {
    yield error("queue.retry", "has no duration");
  }
}

const LOOPBACK = /^(?:127\.[0-9.]+|::1|localhost)$/;

function* checkMetrics({ metrics }: Config): Generator<CheckResult> {
  if (metrics.token !== "" || metrics.allowPublic) return;
  if (metrics.listen.some(({ host = "" }) => !LOOPBACK.test(host))) {
    yield error(
      "metrics.listen",
      "is open to others: set metrics.token, or metrics.allow_public if that is meant",
    );
  }
}

function* checkAdminListen({ admin, http }: Config): Generator<CheckResult> {
  if (http.allowInsecureSensitive) return;
  if (admin.listen.some(({ host = "" }) => !LOOPBACK.test(host))) {
    yield error(
      "admin.listen",
      "is in clear and open to others: name a loopback address, or set http.allow_insecure_sensitive if that is meant",
    );
  }
}

const MIN_RELAY_PORTS = 32;

function* checkTurn({ turn, listen }: Config): Generator<CheckResult> {
  const problem = relayPortsProblem(turn.relayPortMin, turn.relayPortMax);
  if (problem) yield error("turn.relay_port_max", problem);
  const relayed = relayedPort(
    listen.turn,
    turn.relayPortMin,
    turn.relayPortMax,
  );
  if (relayed !== undefined) {
    yield error("listen.turn", `port ${relayed} is one of the relayed ones`);
  }
  const families = turn.relayIp.map(isIP);
  if (new Set(families).size < families.length) {
    yield error("turn.relay_ip", "has two addresses of one kind");
  }
}

/** One of those where TURN listens that it would need for a relayed call. */
export function relayedPort(
  listen: readonly { readonly port: number }[],
  first: number,
  last: number,
): number | undefined {
  return listen.find(({ port }) => port >= first && port <= last)?.port;
}

/** What is wrong with a range, undefined if nothing is. */
export function relayPortsProblem(
  first: number,
  last: number,
): string | undefined {
  return last - first + 1 < MIN_RELAY_PORTS
    ? `leaves fewer than ${MIN_RELAY_PORTS} ports from relay_port_min (${first})`
    : undefined;
}

const PUBLIC_AUTHORITY = /(?:^|\.)letsencrypt\.org$/;
const PRIVATE_NAME =
  /^[^.]+$|^_|\.(?:local|localhost|internal|test|invalid|lan)$/;

const PRIVATE_NETWORKS = new BlockList();
for (
  const [network, bits] of [
    ["10.0.0.0", 8],
    ["100.64.0.0", 10],
    ["127.0.0.0", 8],
    ["169.254.0.0", 16],
    ["172.16.0.0", 12],
    ["192.168.0.0", 16],
    ["::1", 128],
    ["fc00::", 7],
    ["fe80::", 10],
  ] as const
) {
  PRIVATE_NETWORKS.addSubnet(
    network,
    bits,
    network.includes(":") ? "ipv6" : "ipv4",
  );
}

function* checkAuthority(config: Config): Generator<CheckResult> {
  if (config.tls.mode === "autocert") yield* authorityProblems(config);
}

/** Why no certificate can be had from an authority, whatever `tls.mode` says. */
export function* authorityProblems(config: Config): Generator<CheckResult> {
  const { acme, server } = config;
  if (!acme.agreeTos) {
    yield error("acme.agree_tos", "is false: then tls.mode cannot be autocert");
  }
  if (acme.challenges.length === 0) {
    yield error("acme.challenges", "names none");
  }
  const byDns = acme.challenges.includes("dns-01");
  if (byDns !== (acme.dnsHook !== "")) {
    yield error(
      "acme.dns_hook",
      byDns
        ? "is missing: acme.challenges names dns-01"
        : "is of no use: acme.challenges does not name dns-01",
    );
  }
  if (!byDns && acme.extraNames.some((name) => name.startsWith("*."))) {
    yield error("acme.extra_names", "has a wildcard, which needs dns-01");
  }
  if ((acme.eabKid === "") !== (acme.eabHmacFile === "")) {
    yield error("acme.eab_kid", "and acme.eab_hmac_file belong together");
  }
  const host = server.hostname ?? literalIp(server.domain) ?? server.domain;
  const { hostname } = new URL(acme.directory);
  const isPrivate = isIP(host) === 0
    ? PRIVATE_NAME.test(host)
    : PRIVATE_NETWORKS.check(host, isIP(host) === 4 ? "ipv4" : "ipv6");
  if (PUBLIC_AUTHORITY.test(hostname) && isPrivate) {
    yield error(
      "tls.mode",
      `cannot be autocert: ${host} is not public, no public authority vouches for it`,
    );
  }
}

/** What is wrong with lengths of user names, if anything. */
export function lengthProblem(
  { shortest, generated, longest }: {
    readonly shortest: number;
    readonly generated: number;
    readonly longest: number;
  },
): string | undefined {
  if (shortest <= generated && generated <= longest) return undefined;
  return `must be between the shortest (${shortest}) and the longest (${longest}) user name (got ${generated})`;
}

function error(key: KeyName, message: string): CheckResult {
  return { severity: "error", key, message };
}
