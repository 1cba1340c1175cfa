import assert from "node:assert/strict";
import {
  hasTakenMail,
  sayThatItTakesMail,
  watchForMail,
  watchNoLonger,
} from "./taken_mail.ts";
import { withDirectory } from "../../../tests/harness/directory.ts";

Deno.test("hasTakenMail() is true of the version that is watched alone, once it has said so", () =>
  withDirectory((stateDir) => {
    sayThatItTakesMail(stateDir, "1.1.0");
    assert.equal(hasTakenMail(stateDir, "1.1.0"), false, "nobody watches");
    watchForMail(stateDir, "1.1.0");
    sayThatItTakesMail(stateDir, "1.0.0"); // the one before still serves
    assert.equal(hasTakenMail(stateDir, "1.1.0"), false);
    assert.equal(hasTakenMail(stateDir, "1.0.0"), false);
    sayThatItTakesMail(stateDir, "1.1.0");
    assert.equal(hasTakenMail(stateDir, "1.1.0"), true);
    sayThatItTakesMail(stateDir, "1.1.0");
    assert.equal(hasTakenMail(stateDir, "1.1.0"), true);
    watchForMail(stateDir, "1.1.0"); // another attempt
    assert.equal(hasTakenMail(stateDir, "1.1.0"), false);
    watchNoLonger(stateDir);
    watchNoLonger(stateDir);
    assert.deepEqual([...Deno.readDirSync(stateDir)], []);
  }));

Deno.test("hasTakenMail() follows no link and reads nothing long", () =>
  withDirectory(async (stateDir) => {
    const place = `${stateDir}/taking-over`;
    await Deno.writeTextFile(`${stateDir}/other`, "1.1.0\ntakes mail\n");
    await Deno.symlink(`${stateDir}/other`, place);
    assert.equal(hasTakenMail(stateDir, "1.1.0"), false);
    await Deno.remove(place);
    await Deno.writeTextFile(place, `1.1.0\ntakes mail\n${" ".repeat(2000)}`);
    assert.equal(hasTakenMail(stateDir, "1.1.0"), false);
  }));
