/** The complete configuration file as an example: every key with its built-in value. @module */
import { KEY_NAMES, keyNamed, SECTIONS } from "./schema.ts";

const WIDTH = 72;

/** `note` adds what else is to be said about a key. */
export function exampleConfig(note: (key: string) => string): string {
  const lines: string[] = [];
  for (const [section, summary] of Object.entries(SECTIONS)) {
    lines.push(`# ${summary}.`, `[${section}]`, "");
    for (const key of KEY_NAMES) {
      if (!key.startsWith(`${section}.`)) continue;
      const { kind, initial, required, inForce, summary } = keyNamed(key);
      const kindText = `${required ? "Required. " : ""}${kind.name}${
        inForce === "restart" ? "; needs a restart" : ""
      }`;
      lines.push(
        ...comment(`${summary}. (${kindText}${note(key)})`),
        `${key.slice(section.length + 1)} = ${kind.toToml(initial)}`,
        "",
      );
    }
  }
  return lines.join("\n");
}

function comment(text: string): string[] {
  const lines: string[] = [];
  let line = "#";
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > WIDTH && line !== "#") {
      lines.push(line);
      line = "#";
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
