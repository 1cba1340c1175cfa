/**
 * Takes whatever comes to `/mxdeliv`, over HTTPS, and counts it. Each line to its
 * stdin is answered by how much has come.
 *
 * @module
 */
import { readLines } from "./lines.ts";

const [certificate = "", key = ""] = Deno.args;
let count = 0;
const server = Deno.serve({
  port: 443,
  cert: await Deno.readTextFile(certificate),
  key: await Deno.readTextFile(key),
  onListen() {},
}, async (request) => {
  await request.arrayBuffer();
  count++;
  return new Response("250 OK");
});
for await (const _line of readLines(Deno.stdin.readable)) {
  Deno.stdout.writeSync(new TextEncoder().encode(`${count}\n`));
}
await server.shutdown();
