/**
 * Fails when a module imports what its place in the layout does not allow.
 * The layout is `docs/architecture.md`; here it is as data.
 *
 * @module
 */
import { fail, REPOSITORY, run, sourceFiles } from "./repository.ts";

/** What each folder under `src/` may import besides itself. */
const VALUES = [
  "base",
  "mail",
  "pgp",
  "imap/proto",
  "turn/proto",
  "iroh/proto",
  "shadowsocks/proto",
];
const RESOURCES: Record<string, readonly string[]> = {
  observe: ["files"],
  files: [],
  config: [],
  store: ["files"],
  settings: ["store", "config"],
  net: [],
  http: ["net"],
  tls: ["http", "files"],
  dns: [],
  mailauth: ["dns", "http", "libcrypto"],
  libcrypto: [],
};
const RELAY = [
  "accounts",
  "delivery",
  "federation",
  "push",
  "sharing",
  "admin",
];
const SESSIONS = [
  "smtp/server",
  "smtp/client",
  "imap/server",
  "turn/server",
  "iroh/server",
  "shadowsocks/server",
];
const SURFACES = ["api", "control", "ops", "tasks"];

const BELOW_SESSIONS = [...VALUES, ...Object.keys(RESOURCES), ...RELAY];
const BELOW_APP = [...BELOW_SESSIONS, ...SESSIONS, ...SURFACES];

const ALLOWED = new Map<string, readonly string[]>([
  ["base", []],
  ...VALUES.slice(1).map((folder) => [folder, VALUES] as const),
  ...Object.entries(RESOURCES).map(([folder, more]) =>
    [folder, [...VALUES, "observe", ...more]] as const
  ),
  ...RELAY.map((folder) => [folder, BELOW_SESSIONS] as const),
  ...SESSIONS.map((folder) => [folder, VALUES] as const),
  ["api", [...BELOW_SESSIONS, "web"]],
  ["control", BELOW_SESSIONS],
  ["ops", BELOW_SESSIONS],
  ["tasks", BELOW_SESSIONS],
  ["app", [...BELOW_APP, "web"]],
  ["cli", [...BELOW_APP, "app", "web"]],
  ["web", []],
  ["main.ts", ["cli"]],
]);

/** What a folder hides from all others, and the one module that may look inside. */
const HIDDEN = new Map([["src/store/sqlite/", "src/store/open.ts"]]);

/** A package belongs to one folder; these are the ones that need two. */
const SHARED_PACKAGES: Record<string, readonly string[]> = {
  hono: ["http", "api"],
  valibot: [
    "admin",
    "api",
    "app",
    "delivery",
    "ops",
    "store",
    "federation",
    "push",
    "sharing",
    "tls",
  ],
  preact: ["web", "api"],
  "preact-render-to-string": ["web", "api"],
  uqr: ["web", "api"],
  openpgp: ["web", "delivery"],
};

/** Of Deno's own modules, those that only compute. */
const PURE_MODULES = ["node:buffer", "node:url"];

interface Import {
  readonly from: string;
  readonly to: string;
  readonly line: number;
}

/** The folder of the layout that a file belongs to, undefined for what is outside it. */
function folderOf(file: string): string | undefined {
  if (ALLOWED.has(file)) return file;
  if (file.startsWith("web/")) return "web";
  if (!file.startsWith("src/")) return undefined;
  const inside = file.slice("src/".length);
  return [...ALLOWED.keys()].find((folder) => inside.startsWith(`${folder}/`));
}

/** `npm:/hono@4.13.19/cors` and `npm:@peculiar/x509` give the name alone. */
function packageName(specifier: string): string | undefined {
  return /^npm:\/?((?:@[^/]+\/)?[^@/]+)/.exec(specifier)?.[1];
}

interface GraphDependency {
  readonly specifier: string;
  readonly code?: GraphTarget;
  readonly type?: GraphTarget;
}
interface GraphTarget {
  readonly specifier?: string;
  readonly span: { readonly start: { readonly line: number } };
}
interface Graph {
  readonly modules: readonly {
    readonly specifier: string;
    readonly error?: string;
    readonly dependencies?: readonly GraphDependency[];
  }[];
}

/** Every import between the given files and out of them, as `deno info` resolves them. */
async function readImports(files: readonly string[]): Promise<Import[]> {
  const root = `${REPOSITORY}/build/every_module.ts`;
  await Deno.mkdir(`${REPOSITORY}/build`, { recursive: true });
  await Deno.writeTextFile(
    root,
    files.map((file) => `import "../${file}";\n`).join(""),
  );
  const graph: Graph = JSON.parse(
    await run(Deno.execPath(), ["info", "--json", root]),
  );
  await Deno.remove(root);
  const imports: Import[] = [];
  for (const { specifier, error, dependencies } of graph.modules) {
    if (error) fail(`${specifier}: ${error}`);
    if (!specifier.startsWith("file:") || specifier.endsWith(root)) continue;
    for (const { code, type } of dependencies ?? []) {
      const target = code ?? type;
      if (!target?.specifier) continue;
      imports.push({
        from: repositoryPath(specifier),
        to: repositoryPath(target.specifier),
        line: target.span.start.line + 1,
      });
    }
  }
  return imports;
}

function repositoryPath(specifier: string): string {
  const prefix = `file://${REPOSITORY}/`;
  return specifier.startsWith(prefix)
    ? specifier.slice(prefix.length)
    : specifier;
}

function isTest(file: string): boolean {
  return /_test\.tsx?$/.test(file);
}

/** Why the layout does not allow an import, undefined when it does. */
function objection({ from, to }: Import): string | undefined {
  const folder = folderOf(from);
  if (!folder) return `${from} lies outside the layout`;
  if (to.startsWith("node:")) {
    return VALUES.includes(folder) && !PURE_MODULES.includes(to)
      ? `${folder}/ is pure, and ${to} is not`
      : undefined;
  }
  const name = packageName(to);
  if (name) {
    const owners = SHARED_PACKAGES[name];
    return !owners || owners.includes(folder)
      ? undefined
      : `${name} belongs to ${owners.join(" and ")}`;
  }
  for (const [hidden, door] of HIDDEN) {
    if (!to.startsWith(hidden) || from.startsWith(hidden)) continue;
    if (from !== door) return `${hidden} is reached through ${door} only`;
  }
  const target = folderOf(to);
  if (!target) return `${to} lies outside the layout`;
  if (target === folder || ALLOWED.get(folder)?.includes(target)) return;
  return `${folder}/ may not import ${target}/`;
}

/** The first circle among the edges, as the nodes on it. */
function findCircle(
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(node: string): string[] | undefined {
    const at = path.indexOf(node);
    if (at >= 0) return [...path.slice(at), node];
    if (done.has(node)) return undefined;
    done.add(node);
    path.push(node);
    for (const next of edges.get(node) ?? []) {
      const circle = visit(next);
      if (circle) return circle;
    }
    path.pop();
    return undefined;
  }
  for (const node of edges.keys()) {
    const circle = visit(node);
    if (circle) return circle;
  }
  return undefined;
}

function edgesBetween(
  pairs: Iterable<readonly [string | undefined, string | undefined]>,
): Map<string, Set<string>> {
  const edges = new Map<string, Set<string>>();
  for (const [from, to] of pairs) {
    if (!from || !to || from === to) continue;
    edges.set(from, (edges.get(from) ?? new Set()).add(to));
  }
  return edges;
}

/** Deno's own interfaces in a folder that must not have any. */
async function findImpure(files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const file of files) {
    if (!VALUES.includes(folderOf(file) ?? "")) continue;
    const lines = (await Deno.readTextFile(`${REPOSITORY}/${file}`)).split(
      "\n",
    );
    lines.forEach((line, index) => {
      if (/\bDeno\.[a-zA-Z]/.test(line) && !/^\s*(\*|\/\/|\/\*)/.test(line)) {
        found.push(`${file}:${index + 1}: is pure, and Deno is not`);
      }
    });
  }
  return found;
}

const files = (await sourceFiles()).filter((file) =>
  (file.startsWith("src/") || file.startsWith("web/") || file === "main.ts") &&
  !isTest(file)
);
const checked = new Set(files);
const imports = (await readImports(files)).filter(({ from }) =>
  checked.has(from)
);

const complaints = await findImpure(files);
const owners = new Map<string, string>();
for (const one of imports) {
  const reason = objection(one);
  if (reason) complaints.push(`${one.from}:${one.line}: ${reason}`);
  const name = packageName(one.to);
  const folder = folderOf(one.from);
  if (!name || !folder || SHARED_PACKAGES[name]) continue;
  const owner = owners.get(name) ?? folder;
  owners.set(name, owner);
  if (owner !== folder) {
    complaints.push(
      `${one.from}:${one.line}: ${name} is already imported in ${owner}/`,
    );
  }
}
const circle = findCircle(
  edgesBetween(
    imports.filter(({ from }) => !/_test\.tsx?$/.test(from))
      .map(({ from, to }) => [from, to]),
  ),
) ??
  findCircle(
    edgesBetween(imports.map(({ from, to }) => [folderOf(from), folderOf(to)])),
  );
if (circle) complaints.push(`A circle: ${circle.join(" → ")}`);
for (const complaint of complaints) fail(complaint);
