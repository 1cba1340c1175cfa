/**
 * What the kernel allows less of than the relay asks for: it runs all the same,
 * and `install` changes nothing of the machine that is not its own.
 *
 * @module
 */
import { RECEIVE_BUFFER_OCTETS } from "../../app/turn/udp.ts";
import { BACKLOG } from "../../net/native_listener.ts";

interface Limit {
  /** As sysctl(8) calls it. */
  readonly name: string;
  readonly wanted: number;
  /** What happens below it. */
  readonly why: string;
  readonly ofCalls?: true;
}

const LIMITS: readonly Limit[] = [
  {
    name: "net.core.somaxconn",
    wanted: BACKLOG,
    why: "connections are refused when a crowd comes at once",
  },
  {
    name: "net.core.rmem_max",
    wanted: RECEIVE_BUFFER_OCTETS,
    why: "relayed calls lose packets when many talk at once",
    ofCalls: true,
  },
];

export interface KernelHint {
  /** As in a file of sysctl.d(5). */
  readonly line: string;
  readonly now: number;
  readonly why: string;
}

/** @param read What a file has; undefined where there is none, as in some containers */
export function kernelHints(
  read: (path: string) => string | undefined,
  { calls }: { readonly calls: boolean },
): KernelHint[] {
  return LIMITS.flatMap(({ name, wanted, why, ofCalls }) => {
    if (ofCalls && !calls) return [];
    const text = read(`/proc/sys/${name.replaceAll(".", "/")}`) ?? "";
    const now = Number.parseInt(text);
    if (Number.isNaN(now) || now >= wanted) return [];
    return [{ line: `${name} = ${wanted}`, now, why }];
  });
}
