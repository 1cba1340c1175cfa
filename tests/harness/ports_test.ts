import assert from "node:assert/strict";
import { reservePorts } from "./ports.ts";

Deno.test("reservePorts() gives no port twice, nor one that is in use", () => {
  const first = reservePorts(50);
  const second = reservePorts(50);
  assert.equal(new Set([...first, ...second]).size, 100);
  for (const port of first) {
    Deno.listen({ hostname: "127.0.0.1", port }).close();
  }
});

Deno.test("reservePorts() gives different ones to processes that ask at once", async () => {
  const module = new URL("./ports.ts", import.meta.url).href;
  const code = `import { reservePorts } from ${JSON.stringify(module)};
     console.log(reservePorts(200).join(" "));
     await new Response(Deno.stdin.readable).text();`;
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/ask.ts`, code);
  const children = Array.from(
    { length: 4 },
    () =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "--no-config", `${folder}/ask.ts`],
        stdin: "piped",
        stdout: "piped",
      }).spawn(),
  );
  // all of them live until each has answered
  const answers = await Promise.all(children.map(async ({ stdin, stdout }) => {
    const reader = stdout.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.endsWith("\n")) text += (await reader.read()).value ?? "";
    return { text, reader, stdin };
  }));
  const ports = answers.flatMap(({ text }) => text.trim().split(" "));
  assert.equal(new Set(ports).size, 800);
  for (const { stdin, reader } of answers) {
    await stdin.close();
    await reader.cancel();
  }
  await Promise.all(children.map(({ status }) => status));
  await Deno.remove(folder, { recursive: true });
});
