/** Which content coding a client gets (RFC 9110 §8.4, §12.5.3). @module */

export type Coding = "br" | "gzip";

/** The first of those that are liked best. */
const PREFERRED: readonly (Coding | "identity")[] = ["br", "gzip", "identity"];
const WEIGHT = /^[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*$/i;
const MAX_CODINGS = 32;

/**
 * What is liked best of what there is. Who likes nothing of it gets the file as
 * it is, since one that can be read does more than a refusal (RFC 9110 §12.4.1).
 *
 * @param acceptEncoding null: the client says nothing
 */
export function chosenCoding(
  acceptEncoding: string | null,
  offered: readonly Coding[],
): Coding | "identity" {
  if (acceptEncoding === null || offered.length === 0) return "identity";
  const weights = weightsIn(acceptEncoding);
  let chosen: Coding | "identity" = "identity";
  let best = 0;
  for (const coding of PREFERRED) {
    if (coding !== "identity" && !offered.includes(coding)) continue;
    const weight = weightOf(coding, weights);
    if (weight > best) [chosen, best] = [coding, weight];
  }
  return chosen;
}

function weightOf(
  coding: Coding | "identity",
  weights: ReadonlyMap<string, number>,
): number {
  const said = weights.get(coding) ??
    (coding === "gzip" ? weights.get("x-gzip") : undefined) ??
    weights.get("*");
  // what is not named is not taken, but for the file as it is, after all others
  return said ?? (coding === "identity" ? Number.MIN_VALUE : 0);
}

/** What cannot be read counts as not said. */
function weightsIn(acceptEncoding: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  const elements = acceptEncoding.toLowerCase().split(",", MAX_CODINGS);
  for (const element of elements) {
    const [coding = "", parameter, ...more] = element.split(";", 3);
    const weight = parameter === undefined
      ? 1
      : Number(WEIGHT.exec(parameter)?.[1] ?? Number.NaN);
    if (more.length > 0 || Number.isNaN(weight)) continue;
    weights.set(coding.trim(), weight);
  }
  return weights;
}
