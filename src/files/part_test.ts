import assert from "node:assert/strict";
import { Part } from "./part.ts";

function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
}

for (const kind of ["file", "directory"] as const) {
  Deno.test(`a ${kind} has its name when it is whole, and what was killed goes with the next`, async () => {
    const directory = await Deno.makeTempDir();
    const target = `${directory}/one`;
    const module = new URL("./part.ts", import.meta.url).href;
    try {
      // ends without a word, as by kill -9
      const { success } = await new Deno.Command(Deno.execPath(), {
        args: [
          "eval",
          "--no-check",
          `import { Part } from "${module}";
           Part.begin("${target}", "${kind}");
           Deno.kill(Deno.pid, "SIGKILL");`,
        ],
      }).output();
      assert.ok(!success);
      assert.match(namesIn(directory).join(), /^one\.part-[-0-9a-f]{36}$/);
      const others = ["one.part-x", "other.part-" + crypto.randomUUID()];
      for (const name of others) {
        Deno.writeTextFileSync(`${directory}/${name}`, "");
      }
      const first = Part.begin(target, kind);
      const second = Part.begin(target, kind);
      assert.equal(namesIn(directory).length, 4, "none that is written goes");
      second.abandon();
      first.finish();
      first.abandon();
      assert.deepEqual(namesIn(directory), ["one", ...others]);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  });
}
