import assert from "node:assert/strict";
import { REPOSITORY } from "../harness/server_process.ts";
import ENGLISH from "../../web/locales/en/doctor.json" with { type: "json" };

const FOLDERS = [
  "src/ops/doctor",
  "src/ops/doctor/mail",
  "src/ops/upgrade",
  "src/federation/published",
  "src/federation/dkim",
  "src/dns",
  "src/admin",
  "src/accounts/limits",
  "src/app/protection",
  "src/base",
];

Deno.test("each sentence of the doctor's catalogue is one that it says", async () => {
  const sources = (await Promise.all(FOLDERS.map(async (folder) => {
    const files = await Array.fromAsync(
      Deno.readDir(`${REPOSITORY}/${folder}`),
    );
    return await Promise.all(
      files.filter(({ isFile, name }) => isFile && !name.endsWith("_test.ts"))
        .map(({ name }) =>
          Deno.readTextFile(`${REPOSITORY}/${folder}/${name}`)
        ),
    );
  }))).flat().join("\n");
  const unsaid = Object.entries(ENGLISH).filter(([, text]) => {
    const longest = text.split(/\{\w+\}|: /)
      .map((part) => part.replace(/^ is /, "").trim())
      .sort((one, other) => other.length - one.length)[0]!;
    return !sources.includes(longest);
  });
  assert.deepEqual(unsaid.map(([key]) => key), []);
});
