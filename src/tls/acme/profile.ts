/** Which kind of certificate is ordered (the profiles extension of ACME). @module */
import { isIP } from "node:net";
import type { Directory } from "./shapes.ts";
import { AcmeTrouble } from "./trouble.ts";

/** The one that public authorities give for addresses. */
const FOR_ADDRESSES = "shortlived";

/**
 * @param configured "auto", or the name of one
 * @returns undefined: as the authority thinks best
 * @throws {AcmeTrouble} when the authority has no such profile
 */
export function profileFor(
  configured: string,
  name: string,
  { meta: { profiles } }: Directory,
): string | undefined {
  const isForAddress = isIP(name) !== 0;
  if (configured === "auto" && !isForAddress) return undefined;
  const wanted = configured === "auto" ? FOR_ADDRESSES : configured;
  if (profiles && Object.hasOwn(profiles, wanted)) return wanted;
  // an authority of one's own may give any certificate for an address
  if (configured === "auto" && profiles === undefined) return undefined;
  throw new AcmeTrouble(
    "refused",
    `The authority offers no profile ${wanted}, but ${
      Object.keys(profiles ?? {}).join(", ") || "none"
    }`,
  );
}
