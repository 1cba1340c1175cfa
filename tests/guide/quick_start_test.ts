/** What the quick start has people type, as it stands there, on a machine that has nothing yet. */
import assert from "node:assert/strict";
import { networkTest } from "../harness/network/namespace.ts";
import { REPOSITORY } from "../harness/server_process.ts";
import { shellLines } from "./documents.ts";
import {
  noScratchMachine,
  type Said,
  ScratchMachine,
} from "./quick_start_world.ts";

const PATH = "docs/quick-start.md";
const SCREEN = 55;

/** What each line says, by its first words; without a network outside, not all is well. */
const EXPECTED: readonly (readonly [string, RegExp, readonly number[]])[] = [
  [
    "./postern install --simple --domain",
    /Publish in the DNS[^]*^Admin panel: https:\/\/chat\.example\/admin-[0-9a-f]{10}\/#c=[0-9a-f]{32}$/m,
    [8], // no authority can be reached there
  ],
  ["postern dns records", /default\._domainkey\.chat\.example/, [0]],
  ["postern firewall print", /993[^]*3478\/udp/, [0]],
  ["postern doctor", /^PASS +round-trip/m, [1]],
  ["postern accounts create-random", /dclogin:\S+@chat\.example/, [0]],
  ["postern registration close", /closed/, [0]],
  ["postern registration-tokens create", /https:\S+\/inv\/\S{8}/, [0]],
  ["postern status", /^accounts +1$/m, [0]],
  ["postern accounts list", /1 account/, [0]],
  ["postern backup create", /\S/, [0]],
  ["./postern install --simple --ip", /https:\/\/203\.0\.113\.5\//, [8]],
];

const text = await Deno.readTextFile(`${REPOSITORY}/${PATH}`);
const lines = shellLines({ path: PATH, text }).map(({ line }) => line);

Deno.test("the quick start is one screen, and every line of it is tested", () => {
  assert.ok(text.split("\n").length <= SCREEN);
  const known = EXPECTED.map(([start]) => start);
  assert.equal(lines.length, known.length);
  lines.forEach((line, index) =>
    assert.ok(line.startsWith(known[index] ?? "?"), line)
  );
});

async function play(chosen: readonly string[]): Promise<Said[]> {
  const machine = await ScratchMachine.make();
  try {
    return await machine.type(chosen);
  } finally {
    await machine.dispose();
  }
}

function expectSaid(said: readonly Said[]): void {
  for (const { line, output, exit } of said) {
    const expected = EXPECTED.find(([start]) => line.startsWith(start));
    assert.ok(expected, line);
    const context = `${line}\n${output}`;
    assert.match(output, expected[1], context);
    assert.ok(expected[2].includes(exit), `exit ${exit} of ${context}`);
  }
}

const isAddress = (line: string) => line.includes(" --ip ");
const missing = await noScratchMachine();

networkTest("the quick start works as it stands, with a domain", async () => {
  expectSaid(await play(lines.filter((line) => !isAddress(line))));
}, missing);

networkTest("… and with an address", async () => {
  const said = await play([...lines.filter(isAddress), "postern status"]);
  expectSaid(said.slice(0, -1));
  const status = said.at(-1)?.output ?? "";
  assert.match(status, /^server +version/m);
  // no authority can be reached there, and the machine may be busy
  assert.doesNotMatch(status, /^warning +(?! |certificate_|sign_ups_paused)/m);
}, missing);
