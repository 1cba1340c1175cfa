/** What must hold between keys; each key alone is checked by its kind. @module */
import { isIP } from "node:net";
import { collisions, fileListeners } from "./listeners.ts";
import type { Config, KeyName } from "./schema.ts";

export interface CheckResult {
  readonly severity: "error" | "warning";
  readonly key: KeyName;
  readonly message: string;
}

export function checkConfig(config: Config): CheckResult[] {
  return [
    ...checkDomains(config),
    ...checkListeners(config),
    ...checkOrder(config),
    ...checkQueue(config),
  ];
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
