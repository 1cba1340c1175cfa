/** A configuration file with some keys, each with what it is for. @module */
import { KEY_NAMES, type KeyName, keyNamed, SECTIONS } from "./schema.ts";

/** Values as their kinds have them, in the order of the schema. */
export type WrittenKeys = ReadonlyMap<KeyName, unknown>;

/** @param header Lines that stand above all, without their `#`. */
export function configText(
  values: WrittenKeys,
  header: readonly string[],
): string {
  const lines = header.map((line) => `# ${line}`);
  for (const section of Object.keys(SECTIONS)) {
    const keys = KEY_NAMES.filter((key) =>
      key.startsWith(`${section}.`) && values.has(key)
    );
    if (keys.length === 0) continue;
    lines.push("", `[${section}]`);
    for (const key of keys) {
      const { kind, summary } = keyNamed(key);
      const name = key.slice(section.length + 1);
      lines.push(`# ${summary}.`, `${name} = ${kind.toToml(values.get(key))}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
