/**
 * Ports for servers that tests start: nobody else is given one of them while
 * the process lives that asked, whatever else runs on the machine.
 *
 * A port that the kernel picks and that is closed again can be anybody's a
 * moment later, the source of an outgoing connection among them. These come
 * from below the range that the kernel picks from, and a file of all test
 * processes says whose they are.
 *
 * @module
 */
const OWNERS = "/tmp/postern-test-ports"; // not in TMPDIR: runs must share it
const LOWEST = 12_000;

/** Free on this machine, and reserved for this process. */
export function reservePorts(count: number): number[] {
  const options = { read: true, write: true, create: true };
  using file = Deno.openSync(OWNERS, options);
  file.lockSync(true);
  const owners = readOwners();
  const end = firstOfTheKernel();
  const found: number[] = [];
  for (let tries = 0; found.length < count; tries++) {
    if (tries > 20_000) throw new Error("No free ports are left");
    const port = LOWEST + Math.floor(Math.random() * (end - LOWEST));
    if (owners.has(port) || !isFree(port)) continue;
    owners.set(port, Deno.pid);
    found.push(port);
  }
  const lines = [...owners].map(([port, pid]) => `${port} ${pid}\n`);
  Deno.writeTextFileSync(OWNERS, lines.join(""));
  return found;
}

/** Of processes that still live. */
function readOwners(): Map<number, number> {
  const owners = new Map<number, number>();
  for (const line of Deno.readTextFileSync(OWNERS).split("\n")) {
    const [port, pid] = line.split(" ").map(Number);
    if (port && pid && isAlive(pid)) owners.set(port, pid);
  }
  return owners;
}

function isAlive(pid: number): boolean {
  try {
    Deno.statSync(`/proc/${pid}`);
    return true;
  } catch {
    return false;
  }
}

function firstOfTheKernel(): number {
  const range = Deno.readTextFileSync("/proc/sys/net/ipv4/ip_local_port_range");
  const first = Number(range.trim().split(/\s+/)[0]);
  // where it picks from almost all, none is out of its reach
  return first - LOWEST > 2_000 ? first : 32_768;
}

function isFree(port: number): boolean {
  try {
    Deno.listen({ hostname: "0.0.0.0", port }).close();
    return true;
  } catch {
    return false;
  }
}
