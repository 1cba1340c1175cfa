/** Where the relay runs, if that is a container, and where its admin finds it. @module */
import { existsSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Finding } from "../../admin/doctor_control.ts";
import type { Config } from "../../config/schema.ts";
import { isPublicAddress } from "../../dns/address_kind.ts";
import {
  type Check,
  fail,
  type LiveWorld,
  pass,
  skip,
  warn,
  type World,
} from "./check.ts";
import { ask, listenerNamed } from "./port_checks.ts";

const CONTAINER = "container";
const ADMIN = "admin";

/** What podman and Docker leave in a container. */
const MARKS = ["/run/.containerenv", "/.dockerenv"];

/** What is known of the place. */
export interface Place {
  readonly isContainer: boolean;
  /** As /proc/self/mountinfo has them. */
  readonly mountPoints: readonly string[];
  readonly addresses: readonly string[];
}

function container({ config, context }: World): readonly Finding[] {
  const { stateDir } = config.server;
  const { settings } = context;
  const [turn] = context.listeners().turn;
  return containerFindings(thisPlace(), {
    stateDir,
    ...(turn && {
      calls: {
        port: turn.port,
        first: settings.get("turn_relay_port_min"),
        last: settings.get("turn_relay_port_max"),
      },
    }),
  });
}

export function containerFindings(
  { isContainer, mountPoints, addresses }: Place,
  { stateDir, calls }: {
    readonly stateDir: string;
    /** Where calls come in, and the ports that they are relayed by. */
    readonly calls?: {
      readonly port: number;
      readonly first: number;
      readonly last: number;
    };
  },
): readonly Finding[] {
  if (!isContainer) return [skip(CONTAINER, "It runs in no container")];
  const found: Finding[] = [];
  const isKept = mountPoints.some((point) =>
    point !== "/" && `${stateDir}/`.startsWith(`${point}/`)
  );
  if (!isKept) {
    found.push(fail(
      CONTAINER,
      `${stateDir} is in the container itself, and gone with it`,
      `postern backup create, then begin the container anew with -v postern:${stateDir}, and postern backup restore`,
    ));
  }
  const isBehind = !addresses.some(isPublicAddress);
  if (isBehind && calls) {
    const { port, first, last } = calls;
    found.push(warn(
      CONTAINER,
      `The container has a network of its own: calls need UDP ${port} and ${first} to ${last} passed on to it`,
      `--network host; or -p ${port}:${port}/udp -p ${first}-${last}:${first}-${last}/udp, and postern settings set turn_relay_ip ADDRESS`,
    ));
  }
  if (found.length > 0) return found;
  return [pass(CONTAINER, `A container, with ${stateDir} outside of it`)];
}

function thisPlace(): Place {
  return {
    isContainer: MARKS.some((mark) => existsSync(mark)),
    mountPoints: mountPoints(),
    addresses: Object.values(networkInterfaces()).flatMap((all) =>
      (all ?? []).map(({ address }) => address)
    ),
  };
}

/** proc_pid_mountinfo(5): the fifth field. */
function mountPoints(): string[] {
  try {
    const text = readFileSync("/proc/self/mountinfo", "utf8");
    return text.split("\n").flatMap((line) => line.split(" ")[4] ?? []);
  } catch {
    return [];
  }
}

/** An API or a panel that is looked for at another place, or is off, answers 404. */
async function admin(world: LiveWorld): Promise<readonly Finding[]> {
  const { context: { settings }, config } = world;
  const listener = listenerNamed(world, "https");
  if (!listener) {
    return [skip(ADMIN, "HTTPS does not listen: nobody reaches the panel")];
  }
  if (!settings.get("admin_web_enabled")) {
    return [skip(
      ADMIN,
      'The panel is off and answers 404: "postern admin-web enable" shows it',
    )];
  }
  if (config.admin.allowFrom.length > 0) {
    return [skip(
      ADMIN,
      "The panel answers 404 to all who are not in admin.allow_from",
    )];
  }
  if (config.admin.listen.length > 0) {
    return [skip(
      ADMIN,
      "The panel is at admin.listen alone, and answers 404 elsewhere",
    )];
  }
  const { status } = await ask(
    world,
    listener,
    `${settings.get("admin_web_path")}/`,
  );
  if (status < 400) {
    return [pass(
      ADMIN,
      'The panel answers where "postern admin-web status" says',
    )];
  }
  return [fail(
    ADMIN,
    `The panel answers with status ${status} at its path`,
    mendingAdmin(config.admin),
  )];
}

function mendingAdmin({ enabled, token }: Config["admin"]): string {
  if (!enabled) return "postern config set admin.enabled true; postern reload";
  return token === "disabled"
    ? 'postern config set admin.token ""; postern restart'
    : "postern admin-web status; postern logs";
}

export const PLACE_CHECKS: readonly Check[] = [
  { ids: [CONTAINER], look: container },
  { ids: [ADMIN], lookLive: admin },
];
