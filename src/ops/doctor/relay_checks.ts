/** The relay's own state: what it knows to be wrong, and what it is told to do. @module */
import type { ConditionCode, Degraded } from "../../admin/conditions.ts";
import { type Finding, RESTORE } from "../../admin/doctor_control.ts";
import {
  type Check,
  fail,
  type LiveWorld,
  pass,
  skip,
  warn,
  type World,
} from "./check.ts";
import { fullerLog } from "./remedies.ts";

/** A larger one takes too long to be read whole. */
const MAX_READ_OCTETS = 64 * 1024 * 1024;

/** Whose findings conditions are; all others are those of "degraded". */
const OWNERS: Readonly<Record<string, readonly ConditionCode[]>> = {
  queue: [
    "queue_stopped",
    "queue_paused",
    "queue_held",
    "queue_old",
    "peers_unreached",
    "look_ups_refused",
    "signature_refused",
    "tls_enforced",
    "peer_certificate_changed",
  ],
  acme: ["certificate_not_issued", "certificate_files", "certificate_chain"],
};
/** Told by checks of their own. */
const ELSEWHERE: readonly ConditionCode[] = [
  "disk_low",
  "certificate_expired",
  "certificate_not_yet_valid",
  "certificate_ends_in_3_days",
  "certificate_ends_in_14_days",
  "certificate_names",
  "dkim_record",
  "restart_needed",
  "push_suspended",
];

/** The command that mends or shows more; where there is none, the condition says itself what to do. */
const REMEDIES: Partial<Record<ConditionCode, string>> = {
  store_corrupt: RESTORE,
  content_damaged: "postern backup list; postern backup verify BACKUP",
  settings_refused: "postern settings list",
  pages_broken: "postern html-check; postern html-migrate",
  exchangers_not_asked: "postern exchanger list",
  exchanger_failing: "postern exchanger list",
  smtp_refuses_mail: "postern federation enable, or postern port smtp disable",
  sign_ups_paused: "postern registration status",
  certificate_not_issued: "postern certificate status",
  certificate_files: "postern certificate status",
  certificate_chain:
    "acme.preferred_chain in the configuration file, then postern certificate regenerate",
  dkim_key_lost: "postern dkim list",
  open_files_low:
    "systemctl edit postern: [Service] LimitNOFILE=1048576; then systemctl restart postern",
  task_failed: "postern tasks list",
  task_stopped: "postern tasks list; postern tasks run NAME --yes",
  clock_jump: "timedatectl set-ntp true",
  push_stopped: "postern push status",
  queue_paused: "postern federation enable",
  queue_held: "postern queue list --state held; postern queue release --all",
  queue_old: "postern queue status; postern federation test DOMAIN",
  peers_unreached: "postern federation status; postern federation test DOMAIN",
  signature_refused: "postern dkim check",
  tls_enforced: "postern federation status",
  peer_certificate_changed: "postern federation status",
  log_debug: "postern settings set log_level info",
  listener_closed: "postern port status; ss -ltnp",
  control_socket: "systemctl restart postern",
};

async function conditions({ live }: LiveWorld): Promise<readonly Finding[]> {
  const all = await live.degraded();
  const owned = Object.entries(OWNERS);
  const taken = new Set([...owned.flatMap(([, codes]) => codes), ...ELSEWHERE]);
  const rest = all.filter(({ code }) => !taken.has(code));
  return [
    ...owned.flatMap(([id, codes]) =>
      conditionFindings(id, all.filter(({ code }) => codes.includes(code)))
    ),
    ...conditionFindings("degraded", rest),
  ];
}

function conditionFindings(
  id: string,
  present: readonly Degraded[],
): readonly Finding[] {
  if (present.length === 0) return [pass(id, "Nothing is the matter")];
  return present.map(({ code, severity, message }) => {
    const remedy = REMEDIES[code] ?? "postern status";
    const found = (severity === "error" ? fail : warn)(id, message, remedy);
    return { ...found, condition: code };
  });
}

async function database({ context: { store }, signal }: World) {
  const { state, databaseOctets } = store.health();
  if (state !== "ok") {
    return [fail(
      "db",
      `The database is ${state.replace("_", " ")}`,
      "postern status; postern db check",
    )];
  }
  if (databaseOctets > MAX_READ_OCTETS || !store.maintenance.offers("check")) {
    return [pass("db", "It takes what is written; postern db check reads all")];
  }
  const problem = await store.maintenance.check(signal);
  return [
    problem === undefined ? pass("db", "All of it can be read") : fail(
      "db",
      `The database is damaged: ${problem}`,
      RESTORE,
    ),
  ];
}

async function registration({ context }: World): Promise<readonly Finding[]> {
  const { settings, store } = context;
  const isOpen = settings.get("registration_open");
  const needsToken = settings.get("registration_token_required");
  if (isOpen && !needsToken) {
    return [pass("registration", "Anyone may sign up")];
  }
  const tokens = await store.accounts.listTokens();
  const good = tokens.filter(({ used, maxUses, secondsLeft = 1 }) =>
    used < maxUses && secondsLeft > 0
  );
  if (good.length > 0) {
    return [pass(
      "registration",
      `Only holders of tokens may sign up; ${good.length} are good`,
    )];
  }
  return [warn(
    "registration",
    "Nobody can sign up: a token is needed, and none is good",
    "postern registration open, or postern registration-tokens create",
  )];
}

async function quota({ context: { settings, store } }: World) {
  const { total } = await store.accounts.list({
    filter: {
      kind: "over_quota",
      defaultOctets: settings.get("default_quota"),
    },
    offset: 0,
    limit: 1,
  });
  if (total === 0) return [pass("quota", "No account is full")];
  return [warn(
    "quota",
    `${total} accounts hold as much as they may`,
    "postern accounts list --over-quota; postern quota set USER SIZE, or postern quota set-default SIZE",
  )];
}

function federation({ context: { settings } }: World): readonly Finding[] {
  if (!settings.get("federation_enabled")) {
    return [warn(
      "federation",
      "Mail is neither sent to other relays nor taken from them",
      "postern federation enable",
    )];
  }
  const policy = settings.get("federation_policy");
  if (policy === "open") {
    return [pass("federation", "Mail goes to and comes from other relays")];
  }
  return [pass(
    "federation",
    `The policy is REJECT: only domains of postern federation list have mail with this relay`,
  )];
}

function log(world: LiveWorld): readonly Finding[] {
  const { level } = world.live.log;
  return [pass(
    "log",
    level === "off"
      ? `Nothing is written, as is usual; ${fullerLog(world)} changes that`
      : `The level is ${level}`,
  )];
}

/** The file, and whether the server goes by what it says now. */
function configuration({ context, live }: LiveWorld): readonly Finding[] {
  let behind: readonly string[];
  try {
    behind = live.unreadChanges();
  } catch (error) {
    return [fail(
      "config",
      `The file cannot be used, the server goes by what it read before: ${
        error instanceof Error ? error.message : String(error)
      }`,
      "postern config check",
    )];
  }
  if (behind.length > 0) {
    return [warn(
      "config",
      `The file was changed and not read: ${behind.join(", ")}`,
      "postern reload; keys that need a restart: postern restart",
    )];
  }
  const { primary } = context.domains;
  return [pass("config", `The server of ${primary} goes by its file`)];
}

function acme({ context: { certificates } }: World): readonly Finding[] {
  if (certificates.mode !== "autocert") {
    return [skip("acme-order", `tls.mode is ${certificates.mode}`)];
  }
  const obstacles = certificates.obstacles();
  if (obstacles.length === 0) {
    return [pass(
      "acme-order",
      `Nothing here is in the way of a certificate from ${certificates.directory}`,
    )];
  }
  return obstacles.map((obstacle) =>
    fail(
      "acme-order",
      obstacle,
      "Mend that in the configuration file, then postern reload; or postern certificate self-signed",
    )
  );
}

async function push({ live }: LiveWorld): Promise<readonly Finding[]> {
  const { mode, status, last_error } = live.push.status();
  if (mode === "off") {
    return [skip("push", "No phone is woken: the mode is off")];
  }
  if (status === "suspended") {
    return [warn(
      "push",
      `The service that wakes phones fails: ${last_error}`,
      "postern push test",
    )];
  }
  const { ok, detail } = await live.push.test();
  if (ok) return [pass("push", `${detail}: phones are woken`)];
  return [warn(
    "push",
    `${detail}: no phone is woken when mail comes`,
    "postern push test; let the firewall and the provider pass what push.url names",
  )];
}

export const RELAY_CHECKS: readonly Check[] = [
  { ids: ["config"], lookLive: configuration },
  { ids: ["db"], look: database },
  { ids: ["queue", "acme", "degraded"], lookLive: conditions },
  { ids: ["acme-order"], look: acme },
  { ids: ["registration"], look: registration },
  { ids: ["quota"], look: quota },
  { ids: ["federation"], look: federation },
  { ids: ["push"], lookLive: push },
  { ids: ["log"], lookLive: log },
];
