/** Which of several certificates is served to whom. @module */
import { type Certificate, covers, isTimely } from "./certificate.ts";

/**
 * For this name exactly, else by a wildcard (RFC 6125 §6.4.3), else the first
 * one, which is for all who ask for no name of ours.
 *
 * @param name "" for none
 * @param all The first one, then those of other names.
 * @throws {TypeError} when there are none
 */
export function chooseCertificate(
  all: readonly Certificate[],
  name: string,
  nowMs: number,
): Certificate {
  const [first, ...others] = all;
  if (!first) throw new TypeError("No certificate");
  const asked = name.toLowerCase();
  const timely = [...others, first].filter((one) => isTimely(one, nowMs));
  return timely.find(({ names }) => names.includes(asked)) ??
    timely.find((one) => covers(one, asked)) ?? first;
}
