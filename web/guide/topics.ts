/** The topics of the guide at `/docs/`, in their order. @module */

export type Readers = "users" | "operators";

export interface Topic {
  /** Of its file, `docs/guide/<language>/<name>.md`, and its address. */
  readonly name: string;
  readonly readers: Readers;
  /** Names under which other relays have the same. */
  readonly aliases?: readonly string[];
  /** It is about another server, which the reader is going to have. */
  readonly ofAnother?: true;
}

export const TOPICS: readonly Topic[] = [
  { name: "general", readers: "users", aliases: ["what-it-is"] },
  { name: "quick-start", readers: "users" },
  { name: "accounts", readers: "users" },
  { name: "privacy", readers: "users" },
  { name: "calls", readers: "users" },
  { name: "webimap", readers: "users", aliases: ["browser"] },
  { name: "troubleshooting", readers: "users" },
  {
    name: "relay",
    readers: "operators",
    aliases: ["domain", "tls", "deployment"],
    ofAnother: true,
  },
  {
    name: "docker",
    readers: "operators",
    aliases: ["advanced"],
    ofAnother: true,
  },
  { name: "admin", readers: "operators" },
  { name: "maintenance", readers: "operators", aliases: ["quota"] },
  { name: "federation", readers: "operators" },
  { name: "endpoint-rewrite", readers: "operators" },
  { name: "exchangers", readers: "operators" },
  {
    name: "custom-html",
    readers: "operators",
    aliases: ["serve", "custom-pages"],
  },
  { name: "database", readers: "operators" },
  { name: "api", readers: "operators" },
];

/** By any of its names. */
export function topicNamed(name: string): Topic | undefined {
  return TOPICS.find((topic) => namesOf(topic).includes(name));
}

export function namesOf({ name, aliases = [] }: Topic): readonly string[] {
  return [name, ...aliases];
}

/** What documents call the server that they are about. */
export const EXAMPLE_DOMAIN = "chat.example";
