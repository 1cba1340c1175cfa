/** Fails on a module or folder that has outgrown one job. Tests are not counted. @module */
import { fail, REPOSITORY, sourceFiles } from "./repository.ts";

const MAX_LINES = 400;
const MAX_FILES = 20;

const files = (await sourceFiles()).filter((file) =>
  /^(?:src|web|scripts)\//.test(file) && !/_test\.tsx?$/.test(file)
);
const folders = new Map<string, number>();
for (const file of files) {
  const folder = file.slice(0, file.lastIndexOf("/"));
  folders.set(folder, (folders.get(folder) ?? 0) + 1);
  const text = await Deno.readTextFile(`${REPOSITORY}/${file}`);
  const lines = text.split("\n").length - 1;
  if (lines > MAX_LINES) fail(`${file}: ${lines} lines, over ${MAX_LINES}`);
}
for (const [folder, count] of folders) {
  if (count > MAX_FILES) fail(`${folder}: ${count} files, over ${MAX_FILES}`);
}
