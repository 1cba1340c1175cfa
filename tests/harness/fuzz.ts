/**
 * How much of what is made up a test tries: the same everywhere and each time,
 * unless `FUZZ_SECONDS` says for how long, which is of other seeds each time; a
 * failure says its seed, which `FUZZ_SEED` takes.
 *
 * @module
 */
const SECONDS = Deno.env.get("FUZZ_SECONDS");

/** Whether more is wanted than is tried by every run. */
export const FUZZES_LONG = SECONDS !== undefined;

/** Of the first round. */
export const FUZZ_SEED = Number(
  Deno.env.get("FUZZ_SEED") ?? (FUZZES_LONG ? Date.now() % 1e9 + 1 : 1),
);

/** One seed for each round: so many, or as many as there is time for. */
export function* fuzzSeeds(rounds: number): Generator<number> {
  const end = performance.now() + 1000 * Number(SECONDS ?? 0);
  const goesOn = (round: number) =>
    FUZZES_LONG ? performance.now() < end : round < rounds;
  for (let round = 0; goesOn(round); round++) yield FUZZ_SEED + round;
}
