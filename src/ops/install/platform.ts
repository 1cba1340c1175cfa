/** Whether a system has what an installation needs, and what to say where not. @module */
import type { Machine } from "./machine.ts";
import { InstallRefused } from "./refused.ts";

export interface Platform {
  /** `Debian GNU/Linux 12 (bookworm)` */
  readonly name: string;
  /** Whether it is one on which installing is tested. */
  readonly isKnown: boolean;
  readonly hasSystemd: boolean;
  /** Of its own C library, on which this executable does not run. */
  readonly isMusl: boolean;
}

/** The oldest version of each that is known to do; 0: any. */
const KNOWN: Readonly<Record<string, number>> = {
  debian: 11,
  ubuntu: 22.04,
  fedora: 0,
};

const SYSTEMD_RUNS = "/run/systemd/system";
const SYSTEMD_IS_THERE = "/usr/lib/systemd/systemd";

export function platformOf(machine: Machine): Platform {
  const facts = release(machine.text("/etc/os-release") ?? "");
  const oldest = KNOWN[facts.ID ?? ""];
  const libraries = machine.list("/lib");
  return {
    name: facts.PRETTY_NAME ?? "a system that does not say its name",
    isKnown: oldest !== undefined && Number(facts.VERSION_ID ?? 0) >= oldest,
    hasSystemd: machine.isLive
      ? machine.look(SYSTEMD_RUNS) !== undefined
      : machine.look(SYSTEMD_IS_THERE) !== undefined,
    isMusl: libraries.some((name) => name.startsWith("ld-musl-")),
  };
}

/** `ID=debian`, `VERSION_ID="12"`: os-release(5). */
function release(text: string): Partial<Record<string, string>> {
  const rows = text.split("\n").map((line) =>
    /^([A-Z_]+)=(["']?)(.*)\2$/.exec(line.trim())
  );
  return Object.fromEntries(
    rows.flatMap((row) => row ? [[row[1] ?? "", row[3] ?? ""]] : []),
  );
}

export interface Needs {
  readonly systemd: boolean;
  readonly user: boolean;
}

/**
 * Gives what an operator should know although it goes on.
 *
 * @throws {InstallRefused} with what is missing
 */
export function checkPlatform(
  platform: Platform,
  machine: Machine,
  needs: Needs,
): string[] {
  const { name, isKnown, hasSystemd, isMusl } = platform;
  if (isMusl) {
    throw new InstallRefused(
      "unsupported",
      `${name} has musl as C library; this program needs glibc, as in Debian, Ubuntu and Fedora: run it in a container made from one of them`,
    );
  }
  if (needs.systemd && !hasSystemd) {
    throw new InstallRefused(
      "unsupported",
      `systemd does not run here (${name}). --skip-systemd installs all but the unit; what starts the program has to be your own`,
    );
  }
  if (needs.user && !hasProgram("useradd", machine)) {
    throw new InstallRefused(
      "unsupported",
      `There is no useradd here (${name}). --skip-user leaves all to root, as in a container`,
    );
  }
  return isKnown ? [] : [
    `${name} is not one of the systems on which this is tested: Debian 11, Ubuntu 22.04, Fedora, or newer`,
  ];
}

/** Those that write into another tree are this machine's. */
function hasProgram(name: string, { isLive }: Machine): boolean {
  return !isLive || ["/usr/sbin", "/sbin", "/usr/bin"].some((directory) => {
    try {
      return Deno.statSync(`${directory}/${name}`).isFile;
    } catch {
      return false;
    }
  });
}
