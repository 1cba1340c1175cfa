import assert from "node:assert/strict";
import { hasTakenMail, watchForMail } from "../../ops/upgrade/taken_mail.ts";
import { tellingOfFirst } from "./first_taking.ts";
import { withDirectory } from "../../../tests/harness/directory.ts";

Deno.test("a server says that it takes mail before it has taken the first, and once", () =>
  withDirectory(async (stateDir) => {
    const seen: [string, boolean][] = [];
    const see = (what: string) => {
      seen.push([what, hasTakenMail(stateDir, "1.1.0")]);
      return Promise.resolve({} as never);
    };
    const mail = tellingOfFirst(
      { accept: () => see("accept"), append: () => see("append") },
      stateDir,
      "1.1.0",
    );
    watchForMail(stateDir, "1.1.0");
    const message = {} as Parameters<typeof mail.accept>[0];
    await mail.accept({ ...message, pretended: true });
    await mail.accept(message);
    watchForMail(stateDir, "1.1.0");
    await mail.append({} as Parameters<typeof mail.append>[0]);
    assert.deepEqual(seen, [
      ["accept", false],
      ["accept", true],
      ["append", false],
    ]);
  }));

Deno.test("while it cannot be said that mail is taken, none is", () =>
  withDirectory(async (stateDir) => {
    watchForMail(stateDir, "1.1.0");
    await Deno.mkdir(`${stateDir}/.making-taking-over`);
    const mail = tellingOfFirst(
      { accept: () => assert.fail("it is taken"), append: () => assert.fail() },
      stateDir,
      "1.1.0",
    );
    const message = {} as Parameters<typeof mail.accept>[0];
    await assert.rejects(mail.accept(message));
    await assert.rejects(mail.accept(message));
  }));
