/** Names of versions, and which of two is the newer one. @module */
const MAX_CHARACTERS = 64;
/** No file can be called so everywhere. */
const RESERVED = /^(?:CON|PRN|AUX|NUL|COM1|LPT1)$/i;

/** Whether it may be the name of a directory. */
export function isVersionId(text: string): boolean {
  return text.length <= MAX_CHARACTERS && !text.includes("..") &&
    /^[0-9A-Za-z][0-9A-Za-z._+-]*$/.test(text) && !RESERVED.test(text);
}

/**
 * Below 0 if `a` is older: as Semantic Versioning 2.0.0 §11 has it, where
 * what follows a `+` does not count.
 */
export function compareVersions(a: string, b: string): number {
  const [coreA = "", preA] = parts(a);
  const [coreB = "", preB] = parts(b);
  return compareFields(coreA, coreB) || comparePre(preA, preB);
}

function parts(
  version: string,
): readonly [string | undefined, string | undefined] {
  const [, core, pre] = /^([^-+]*)(?:-([^+]*))?/.exec(version) ?? [];
  return [core, pre];
}

function comparePre(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) {
    return Number(a === undefined) - Number(b === undefined);
  }
  return compareFields(a, b);
}

function compareFields(a: string, b: string): number {
  const fieldsA = a.split(".");
  const fieldsB = b.split(".");
  for (let i = 0; i < Math.max(fieldsA.length, fieldsB.length); i++) {
    const compared = compareField(fieldsA[i] ?? "", fieldsB[i] ?? "");
    if (compared !== 0) return compared;
  }
  return 0;
}

function compareField(a: string, b: string): number {
  const isNumber = /^\d+$/;
  if (isNumber.test(a) && isNumber.test(b)) return Number(a) - Number(b);
  return a < b ? -1 : Number(a > b);
}
