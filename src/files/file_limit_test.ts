import assert from "node:assert/strict";

const MODULE = new URL("./file_limit.ts", import.meta.url).href;

async function evaluate(limits: string, code: string): Promise<string> {
  const { stdout, stderr } = await new Deno.Command("sh", {
    args: [
      "-c",
      `${limits}; exec "$0" eval --no-check --ext=ts "$1"`,
      Deno.execPath(),
      `import * as limit from "${MODULE}";\n${code}`,
    ],
    env: { NO_COLOR: "1" },
  }).output();
  return new TextDecoder().decode(stdout).trim() ||
    new TextDecoder().decode(stderr);
}

Deno.test("raiseFileLimit() raises the soft limit to the hard one", async () => {
  const shown = await evaluate(
    "ulimit -Sn 300; ulimit -Hn 700",
    // the runtime of the tests has raised it before, the executable's does not
    `const { symbols } = Deno.dlopen("libc.so.6", {
       setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
     });
     symbols.setrlimit(7, BigUint64Array.of(300n, 700n));
     const raised = limit.raiseFileLimit();
     const line = Deno.readTextFileSync("/proc/self/limits").split("\\n")
       .find((line) => line.startsWith("Max open files"));
     console.log(raised, line.split(/ +/).slice(3, 5).join(" "));`,
  );
  assert.equal(shown, "700 700 700");
});

Deno.test("openFault() says EMFILE when no file can be opened, and nothing after", async () => {
  const shown = await evaluate(
    "ulimit -n 200",
    `limit.raiseFileLimit();
     const before = limit.openFault();
     const files = [];
     try {
       for (;;) files.push(Deno.openSync("/dev/null"));
     } catch { /* all are taken */ }
     const then = limit.openFault();
     for (const file of files) file.close();
     console.log(before, then, limit.openFault());`,
  );
  assert.equal(shown, "undefined EMFILE undefined");
});
