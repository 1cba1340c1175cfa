import assert from "node:assert/strict";
import { pathIn, Tree } from "./tree.ts";

async function withTree(
  work: (tree: Tree, directory: string, time: { ms: number }) => void,
): Promise<void> {
  const parent = await Deno.makeTempDir({ prefix: "postern-tree-" });
  const directory = `${parent}/www`;
  const time = { ms: 0 };
  try {
    await Deno.mkdir(`${directory}/img/.git`, { recursive: true });
    const files: [string, string][] = [
      [`${parent}/secret.txt`, "secret"],
      [`${parent}/www.txt`, "secret"],
      [`${directory}/info.html`, "own"],
      [`${directory}/img/a b.png`, "png"],
      [`${directory}/.origin.json`, "secret"],
      [`${directory}/img/.git/config`, "secret"],
      [`${directory}/info.html.bak`, "old"],
      [`${directory}/info.html~`, "old"],
      [`${directory}/site.toml`, "secret"],
      [`${directory}/site.KEY`, "secret"],
      [`${directory}/chat.db-wal`, "secret"],
      [`${directory}/open.css`, "all may write"],
    ];
    for (const [path, text] of files) {
      await Deno.writeTextFile(path, text);
      await Deno.chmod(path, 0o644);
    }
    await Deno.chmod(`${directory}/open.css`, 0o666);
    await Deno.symlink(`${parent}/secret.txt`, `${directory}/out.txt`);
    await Deno.symlink(parent, `${directory}/up`);
    await Deno.symlink(`${directory}/info.html`, `${directory}/in.html`);
    await Deno.symlink(`${directory}/site.toml`, `${directory}/named.txt`);
    work(new Tree(() => directory, () => time.ms), directory, time);
  } finally {
    await Deno.remove(parent, { recursive: true });
  }
}

Deno.test("find() gives what lies in the tree", () =>
  withTree((tree) => {
    for (const path of ["info.html", "in.html", "img/a b.png"]) {
      assert.ok(tree.find(path), path);
    }
  }));

for (
  const path of [
    "",
    "none",
    "img",
    "../secret.txt",
    "img/../../secret.txt",
    "/etc/passwd",
    "//etc/passwd",
    "up/secret.txt",
    "out.txt",
    "named.txt",
    ".origin.json",
    "img/.git/config",
    "info.html.bak",
    "info.html~",
    "site.toml",
    "site.KEY",
    "chat.db-wal",
    "open.css",
    "info.html\0",
    "img\\a b.png",
    "./info.html",
    "img//a b.png",
    "a".repeat(2000),
  ]
) {
  Deno.test(`find() gives nothing for ${JSON.stringify(path.slice(0, 30))}`, () =>
    withTree((tree) => assert.equal(tree.find(path), undefined)));
}

Deno.test("look() says why a file that is there is not shown", () =>
  withTree((tree) => {
    assert.equal(tree.look("open.css").unshown, "writable_by_all");
    assert.equal(tree.look("out.txt").unshown, "outside");
  }));

Deno.test("find() looks again after a second", () =>
  withTree((tree, directory, time) => {
    assert.equal(tree.find("new.css"), undefined);
    Deno.writeTextFileSync(`${directory}/new.css`, "a {}");
    assert.equal(tree.find("new.css"), undefined);
    time.ms = 1000;
    const stamp = tree.find("new.css")!.stamp;
    Deno.writeTextFileSync(`${directory}/new.css`, "b { }");
    time.ms = 2000;
    assert.notEqual(tree.find("new.css")!.stamp, stamp);
  }));

for (
  const [pathname, path] of [
    ["/info.html", "info.html"],
    ["/a%20b", "a b"],
    ["/..%2fsecret", "../secret"],
    ["/%252e%252e/x", "%2e%2e/x"],
    ["/%ff", undefined],
    ["/%", undefined],
  ] as const
) {
  Deno.test(`pathIn(${pathname}) is ${path}`, () => {
    assert.equal(pathIn(pathname), path);
  });
}
