/**
 * The DNS server of a network, in the namespace where the others reach it. Each
 * line to its stdin sets or removes a name and is answered by a line.
 *
 * @module
 */
import { DnsTestServer, type ZoneName } from "../dns_server.ts";
import { readLines } from "./lines.ts";

export interface ZoneEdit {
  readonly name: string;
  /** null: there is no such name any more. */
  readonly records: ZoneName | null;
}

const [hostname = ""] = Deno.args;
const server = DnsTestServer.start({}, { hostname, port: 53 });
for await (const line of readLines(Deno.stdin.readable)) {
  const { name, records }: ZoneEdit = JSON.parse(line);
  if (records) server.zone.set(name, records);
  else server.zone.delete(name);
  Deno.stdout.writeSync(new TextEncoder().encode("done\n"));
}
await server[Symbol.asyncDispose]();
