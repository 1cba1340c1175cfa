/** What the guide has people type of curl, against a real server. */
import assert from "node:assert/strict";
import { PASSWORD, withWorld } from "../webmail/world.ts";
import { shellLines, topics } from "./documents.ts";

const INVITE = `https://i.delta.chat/#${
  "0123ABCD".repeat(5)
}&v=3&i=abcdefgh&s=ijklmnop&a=ann%40chat.example&n=Ann`;
/** A word of the shell, in quotes or without. */
const WORD = /"([^"]*)"|(\S+)/g;

Deno.test("commands of curl in the guide do what they are for", () =>
  withWorld(async (world, ann, bob) => {
    const share = async () => {
      const { json } = await ann.ask("/share", {
        method: "POST",
        headers: { accept: "application/json" },
        body: { url: INVITE, slug: "ann" },
        as: null,
      });
      return json.edit_key;
    };
    assert.equal((await bob.send(ann.address)).status, 200);
    const documents = Object.values(await topics()).flat();
    const lines = documents.flatMap(shellLines)
      .filter(({ line }) => line.startsWith("curl "));
    assert.ok(lines.some(({ line }) => line.includes("/webimap/")));
    assert.ok(lines.some(({ line }) => line.includes("DELETE")));
    let key: string = await share();
    for (const { place, line } of lines) {
      const words = line.replaceAll("https://chat.example", world.base)
        .replaceAll("USER:PASSWORD", `${ann.address}:${PASSWORD}`)
        .replaceAll("KEY", key);
      const [name, ...args] = [...words.matchAll(WORD)]
        .map(([, quoted, bare]) => quoted ?? bare!);
      const { code, stderr } = await new Deno.Command(name!, {
        args: ["-sS", "--insecure", "--fail", ...args],
        stdout: "null",
      }).output();
      assert.equal(code, 0, `${place}: ${new TextDecoder().decode(stderr)}`);
      if (args.includes("DELETE")) key = await share();
    }
  }, {
    config: "[webmail]\nwebimap = true\nwebsmtp = true\n" +
      "[sharing]\nper_ten_minutes = 100\n",
  }));
